import { describe, expect, it } from 'vitest';
import type { FakeEngine, Run } from '../support/fake-engine.js';
import { DESI, runCli } from '../support/run-cli.js';

const LABELS = ['--label', 'podctl.project=sky-94023c0b', '--label', 'podctl.profile=desi-api'];
const BASE = [
  'docker',
  'build',
  '--tag',
  'desipod:latest',
  '--file',
  '/home/ann/sky/etc/docker/Containerfile-desipod',
  ...LABELS,
  '/home/ann/sky',
];
const API = [
  'docker',
  'build',
  '--tag',
  'desiapi:dev',
  '--file',
  '/home/ann/sky/Dockerfile',
  ...LABELS,
  '/home/ann/sky',
];
const NONE: FakeEngine = { images: { 'desipod:latest': null, 'desiapi:dev': null, 'desiapi:v2': null } };
const SOME: FakeEngine = { images: { 'desipod:latest': {}, 'desiapi:dev': {}, 'desiapi:v2': {} } };

describe('podctl build', () => {
  it.each<[line: string, engine: FakeEngine, argvs: string[][], stdout: string]>([
    ['build', NONE, [BASE, API], 'desiapi:dev\n'],
    ['build', SOME, [API], 'desiapi:dev\n'],
    ['build --with-base', SOME, [BASE, API], 'desiapi:dev\n'],
    ['build --only desipod', SOME, [BASE], 'desipod:latest\n'],
    ['build --only desiapi', NONE, [API], 'desiapi:dev\n'],
    ['build desipod', NONE, [BASE], 'desipod:latest\n'],
    ['build --tag v2', SOME, [API.map((word) => (word === 'desiapi:dev' ? 'desiapi:v2' : word))], 'desiapi:v2\n'],
    ['build --profile desi-api --json', SOME, [API], '{\n  "podctl": 1,\n  "images": [\n    "desiapi:dev"\n  ]\n}\n'],
  ])('podctl %s', async (line, engine, argvs, stdout) => {
    const done: Run = () => ({ exitCode: 0, stdout: '' });
    const ran = await runCli(line.split(' '), { ...DESI, engine: { ...engine, runs: [done] } });
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout });
    expect(ran.engine.plans[0]?.steps.map((step) => (step.do === 'exec' ? step.argv : step.do))).toEqual(argvs);
    const printed = await runCli(['plan', ...line.replace(' --json', '').split(' ')], { ...DESI, engine });
    expect(printed.stdout).toBe(argvs.map((argv) => `${argv.join(' ')}\n`).join(''));
    expect(printed.engine.entered.has('execute')).toBe(false);
  });

  it('looks for every Containerfile before the first build starts', async () => {
    const { '/home/ann/sky/Dockerfile': _gone, ...files } = DESI.files ?? {};
    for (const line of [['build'], ['build', '--dry-run']]) {
      const ran = await runCli(line, { ...DESI, files, engine: NONE });
      expect(ran).toMatchObject({ code: 66, stdout: '' });
      expect(ran.stderr).toBe(
        'error: image `desiapi`: its Containerfile `/home/ann/sky/Dockerfile` does not exist\n' +
          'hint: write it, or correct `file` of the image in the profile\n',
      );
    }
    const explained = await runCli(['explain', 'build'], { ...DESI, files, engine: NONE });
    expect(explained.code, explained.stderr).toBe(0);
    const base = await runCli(['build', '--only', 'desipod', '--dry-run'], { ...DESI, files, engine: NONE });
    expect(base.code, base.stderr).toBe(0);
  });

  it('tells of everything that builds need and that is not there', async () => {
    const profile = [
      'name = "n"',
      'images.app.name = "app"',
      'images.app.context = "{project}/gone"',
      'images.app.base = "lib"',
      'images.lib.name = "lib"',
      'images.lib.context = "https://example.org/lib.git"',
      'images.lib.file = "Dockerfile"',
      'container.image = "app"',
      '[commands.serve]',
    ].join('\n');
    const ran = await runCli(['build'], {
      files: { '/home/ann/sky/podctl.toml': profile },
      engine: { images: { 'lib:latest': null, 'app:latest': null } },
    });
    expect(ran.code, ran.stderr).toBe(66);
    expect(ran.stderr).toContain('image `app`: its build context `/home/ann/sky/gone` does not exist');
    expect(ran.stderr).not.toContain('`lib`');
  });

  it.each(['--pull', '--no-cache'])('%s reaches the engine', async (flag) => {
    const ran = await runCli(['build', flag, '--with-base', '--dry-run'], { ...DESI, engine: SOME });
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain(` ${flag} `);
  });

  it('assumes nothing is there where no engine answers', async () => {
    const ran = await runCli(['build', '--dry-run', '--engine', 'docker'], { ...DESI, engine: { facts: null } });
    expect(ran.stdout.split('\n')).toHaveLength(3);
  });

  it('shows long steps as plain lines off a terminal', async () => {
    const run: Run = (plan, deps) => {
      for (const step of plan.steps) deps.onStep?.(step);
      return { exitCode: 0, stdout: '' };
    };
    const ran = await runCli(['build'], { ...DESI, engine: { ...NONE, runs: [run] } });
    expect(ran.stderr).toBe(
      'context of `desipod`, `desiapi`: 3 files, 80 B\nimage `desipod` is missing, and another one stands on it\nbuild image `desiapi`\n',
    );
  });

  it('is explained word by word', async () => {
    const ran = await runCli(['explain', 'build'], { ...DESI, engine: SOME });
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('--tag desiapi:dev\n  from:    ');
  });
});

describe('podctl pull', () => {
  it('refuses what is built here', async () => {
    const ran = await runCli(['pull'], { ...DESI, engine: {} });
    expect(ran).toMatchObject({
      code: 64,
      stderr: 'error: image `desiapi` is built here, not pulled\nhint: build it with `podctl build`\n',
    });
  });

  it('pulls what has no build context', async () => {
    const files = {
      ...DESI.files,
      '/home/ann/sky/podctl.toml':
        'name = "web"\n[images.web]\nname = "nginx"\ntag = "1"\n[container]\nimage = "web"\n[commands.serve]\n',
    };
    const done: Run = () => ({ exitCode: 0, stdout: '' });
    const ran = await runCli(['pull', '--tag', '2'], { ...DESI, files, engine: { runs: [done] } });
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: 'nginx:2\n' });
    expect(ran.engine.plans[0]?.steps.map((step) => (step.do === 'exec' ? step.argv : step.do))).toEqual([
      ['docker', 'pull', 'nginx:2'],
    ]);
  });
});
