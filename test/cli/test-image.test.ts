import { describe, expect, it } from 'vitest';
import { PodctlError } from '../../src/core/errors.js';
import type { TestRoom } from '../../src/engine/test-room.js';
import type { ContainerEnd } from '../../src/plan/test-verdict.js';
import { container, type FakeEngine, type Run } from '../support/fake-engine.js';
import { runCli } from '../support/run-cli.js';
import type { MemoryOptions } from '../support/world.js';

const PROFILE = `
name = "app"
[images.app]
name = "app"
[images.other]
name = "other"
context = "."
[container]
image = "app"
[test]
args = ["pytest"]
`;

function project(more = '', host: MemoryOptions['host'] = {}): MemoryOptions {
  return { files: { '/home/ann/sky/podctl.toml': `${PROFILE}${more}` }, host };
}

const END: ContainerEnd = {
  started: true,
  running: false,
  exitCode: 0,
  oomKilled: false,
  finishedAt: '2026-01-02T03:04:05Z',
};
const ROOM: Partial<TestRoom> = {
  networks: () => Promise.resolve([]),
  endOf: () => Promise.resolve(END),
};
const ENGINE: FakeEngine = { images: { 'app:latest': {} }, containers: [], tests: ROOM };

const done: Run = () => ({ exitCode: 0, stdout: '' });
const ends = (exitCode: number): Run => {
  return () => ({ exitCode, stdout: '' });
};
const fails = (message: string): Run => {
  return () => Promise.reject(new PodctlError('CANNOT_CREATE', message));
};

/** The verbs of the plans that were carried out, in order. */
function verbs(ran: Awaited<ReturnType<typeof runCli>>): readonly string[] {
  return ran.engine.plans.flatMap(({ steps }) =>
    steps.flatMap((step) =>
      step.do === 'exec' ? [step.argv.slice(1, 3).join(' ')] : step.do === 'file' ? [step.action] : [],
    ),
  );
}

it.each([
  [[], 'own:latest'],
  [['--env-file', 'other.env'], 'else:latest'],
])('the image has the name that the env files give it: %j', async (flags, image) => {
  const profile = PROFILE.replace('name = "app"\n[images.other]', 'name = "${APP:-app}"\n[images.other]');
  const files = {
    '/home/ann/sky/podctl.toml': profile.replace('[container]', '[container]\nenv_files = [".env"]'),
    '/home/ann/sky/.env': 'APP=own\n',
    '/home/ann/sky/other.env': 'APP=else\n',
  };
  const engine: FakeEngine = { ...ENGINE, images: { [image]: {} } };
  const ran = await runCli(['test-image', '--dry-run', ...flags], { files, engine });
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining(image) });
});

describe('the command line', () => {
  it.each<[argv: readonly string[], code: number, message: string, hint: string]>([
    [['--watch'], 64, 'no change of a file reaches it', 'add --build'],
    [['--watch', '--json', '--mount-source'], 64, '`--json` prints one document', 'leave one'],
    [['--timeout', 'soon'], 64, '`--timeout soon` is no time', '90s'],
    [['--timeout', '0s'], 64, '`--timeout 0s` is no time', '90s'],
    [['elsewhere:1', '--build'], 64, '`--build` cannot build `elsewhere:1`', 'app, other'],
    [['--shell', 'sh'], 64, '`--shell` is for printed commands', '--dry-run'],
    [['--watch', '--mount-source'], 64, 'there is nothing to watch', 'mount_source'],
  ])('%j is refused', async (argv, code, message, hint) => {
    const ran = await runCli(['test-image', ...argv], { ...project(), engine: ENGINE });
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).toContain(hint);
  });

  it('a profile that says nothing about tests is told so', async () => {
    const files = { '/home/ann/sky/podctl.toml': 'name = "app"\nimages.app.name = "app"\ncommands.go.about = "go"\n' };
    const ran = await runCli(['test-image'], { files, engine: ENGINE });
    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain('the profile `app` says nothing about tests');
    const given = await runCli(['test-image', '--dry-run', '--', 'true', '-x'], { files, engine: ENGINE });
    expect(given.stdout.split('\n')[0]).toMatch(/ app:latest true -x$/);
  });

  it.each<[argv: readonly string[], end: string]>([
    [[], 'app:latest pytest'],
    [['--', '-x', '--lf'], 'app:latest pytest -x --lf'],
    [['app', '--', '-x'], 'app:latest pytest -x'],
    [['mirror/app:2'], 'mirror/app:2 pytest'],
    [['--tag', 'v2'], 'app:v2 pytest'],
  ])('%j tests `%s`', async (argv, end) => {
    const images = { 'app:latest': {}, 'mirror/app:2': {}, 'app:v2': {} };
    const ran = await runCli(['test-image', '--dry-run', ...argv], { ...project(), engine: { ...ENGINE, images } });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout.split('\n')[0]).toMatch(new RegExp(` ${end}$`));
    expect(ran.engine.entered.has('execute')).toBe(false);
  });
});

describe('a run', () => {
  it('tells what it came to, and leaves nothing behind', async () => {
    const ran = await runCli(['test-image'], { ...project(), engine: { ...ENGINE, runs: [done, done] } });
    expect(ran).toMatchObject({ code: 0, stdout: '' });
    expect(ran.stderr).toBe('passed: the tests passed (0s)\n');
    expect(verbs(ran)).toEqual(['run --detach=false', 'rm --force']);
  });

  it('passes the code of failed tests on, in a document too', async () => {
    const tests = { ...ROOM, endOf: () => Promise.resolve({ ...END, exitCode: 3 }) };
    const engine = { ...ENGINE, tests, runs: [ends(3), done] };
    const ran = await runCli(['test-image', '--json'], { ...project(), engine });
    expect(ran.code).toBe(3);
    expect(JSON.parse(ran.stdout)).toEqual({
      podctl: 1,
      image: 'app:latest',
      engine: 'docker',
      outcome: 'failed',
      exitCode: 3,
      message: 'the tests failed with exit code 3',
      container: { exitCode: 3, oomKilled: false },
      expectations: [],
      reports: [],
      services: [],
      removed: { containers: [], networks: [] },
      milliseconds: 0,
    });
  });

  it('a run that an engine refuses is cleaned up after, and told', async () => {
    const engine = { ...ENGINE, runs: [fails('no space left'), fails('no such container')] };
    const ran = await runCli(['test-image'], { ...project(), engine });
    expect(ran.code).toBe(73);
    expect(ran.stderr).toBe('error: no space left\n');
  });

  it('a removal that fails is told, and does not change what the tests said', async () => {
    const engine = { ...ENGINE, runs: [done, fails('the daemon is busy')] };
    const ran = await runCli(['test-image'], { ...project(), engine });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain('note: the daemon is busy; the next run removes it');
  });

  it('removes what killed runs left, and nothing of live ones or of other machines', async () => {
    const of = (name: string, owner: string) =>
      container({ name, labels: { 'podctl.project': 'sky-94023c0b', 'podctl.test': '1', 'podctl.owner': owner } });
    const states: Record<string, 'gone' | 'alive' | 'elsewhere'> = { a: 'gone', b: 'alive', c: 'elsewhere' };
    const network = (name: string, owner: string) => ({ name, labels: { 'podctl.test': '1', 'podctl.owner': owner } });
    const tests: Partial<TestRoom> = {
      ...ROOM,
      networks: () =>
        Promise.resolve([network('old-net', 'a'), network('live-net', 'b'), { name: 'other', labels: {} }]),
      ownerState: (word) => Promise.resolve(states[word] ?? 'alive'),
    };
    const containers = [of('old', 'a'), of('live', 'b'), of('far', 'c')];
    const engine = { ...ENGINE, containers, tests, runs: [done, done, done, done, done] };
    const ran = await runCli(['test-image'], { ...project(), engine });
    expect(ran.code, ran.stderr).toBe(0);
    const argvs = ran.engine.plans.flatMap(({ steps }) =>
      steps.flatMap((step) => (step.do === 'exec' ? [step.argv.slice(1).join(' ')] : [])),
    );
    expect(argvs.slice(0, 3)).toEqual(['kill old', 'rm --force --volumes old', 'network rm old-net']);
    expect(ran.engine.droppedLeases).toEqual(['old']);
    expect(ran.stderr).toContain('note: removing what a killed run left behind: old, old-net');
    expect(ran.stderr).toContain('note: runs of another machine or container own far; podctl leaves them alone');
  });

  it('pulls a missing image first, and then looks again', async () => {
    let asked = 0;
    const images = { 'app:latest': () => (asked++ === 0 ? null : { entrypoint: ['/bin/sh', '-c', 'run $@'] }) };
    const engine = { ...ENGINE, images, runs: [done, done, done] };
    const ran = await runCli(['test-image'], { ...project(), engine });
    expect(ran.code, ran.stderr).toBe(0);
    expect(verbs(ran)).toEqual(['pull app:latest', 'run --detach=false', 'rm --force']);
    const run = ran.engine.plans[1]?.steps[0];
    expect(run?.do === 'exec' ? run.argv.slice(-3) : []).toEqual(['app:latest', '--', 'pytest']);
  });

  it('an image that is built here, and is not there yet, is not pulled', async () => {
    const engine = { ...ENGINE, images: { 'other:latest': null } };
    const ran = await runCli(['test-image', 'other'], { ...project(), engine });
    expect(ran.code).toBe(69);
    expect(ran.stderr).toContain('podctl build');
  });
});

describe('services', () => {
  const DB = '[test.services.db]\nimage = "db:1"\n';
  const images = { 'app:latest': {}, 'db:1': {} };

  it('that carry no check are there when they run', async () => {
    const tests: Partial<TestRoom> = {
      ...ROOM,
      health: () => Promise.resolve('none'),
      endOf: (name) => Promise.resolve(name.endsWith('-db') ? { ...END, running: true, exitCode: null } : END),
    };
    const engine = { ...ENGINE, images, tests, runs: [done, done, done, done, done, done] };
    const ran = await runCli(['test-image'], { ...project(DB), engine });
    expect(ran.code, ran.stderr).toBe(0);
    expect(verbs(ran)).toEqual([
      'network create',
      'run --detach',
      'run --detach=false',
      'rm --force',
      'rm --force',
      'network rm',
    ]);
  });

  it('that stay unhealthy end the run with 75 and their last words', async () => {
    const tests: Partial<TestRoom> = {
      ...ROOM,
      health: () => Promise.resolve('starting'),
      lastLines: () => Promise.resolve(['still thinking']),
    };
    const engine = { ...ENGINE, images, tests, runs: [done, done, done, done, done] };
    const ran = await runCli(['test-image'], { ...project(DB), engine });
    expect(ran.code).toBe(75);
    expect(ran.stderr).toContain('  | still thinking');
    expect(ran.stderr).toContain('the service `db` is not healthy after 60 s');
    expect(verbs(ran)).toEqual(['network create', 'run --detach', 'rm --force', 'rm --force', 'network rm']);
  });
});

describe('expectations', () => {
  const EXPECT = '[test.expect]\npython = "3.11"\nfiles_absent = ["/bin/sh"]\n';

  it('alone need no tests, and no variables of the container', async () => {
    const files = {
      '/home/ann/sky/podctl.toml': `name = "app"\nimages.app.name = "app"\n[container.env]\nTOKEN = { from = "TOKEN", required = true }\n${EXPECT}`,
    };
    const tests: Partial<TestRoom> = { ...ROOM, hasPath: () => Promise.resolve(false) };
    const version: Run = () => ({ exitCode: 0, stdout: '3.11.2\n' });
    const engine = { ...ENGINE, tests, runs: [done, version, done] };
    const ran = await runCli(['test-image', '--json'], { files, engine });
    expect(ran.code, ran.stderr).toBe(0);
    expect(verbs(ran)).toEqual(['create --name', 'start --attach', 'rm --force']);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      outcome: 'passed',
      container: null,
      expectations: [
        { name: 'python', wanted: '3.11', found: '3.11.2', holds: true },
        { name: 'file /bin/sh', wanted: 'absent', found: 'absent', holds: true },
      ],
    });
  });

  it('that do not hold turn a pass into 65', async () => {
    const tests: Partial<TestRoom> = { ...ROOM, hasPath: () => Promise.resolve(true) };
    const engine = { ...ENGINE, tests, runs: [done, fails('python3: not found'), done, done, done] };
    const ran = await runCli(['test-image'], { ...project(EXPECT), engine });
    expect(ran.code).toBe(65);
    expect(ran.stderr).toMatch(/python +3\.11 +no Python answered +NOT SO/);
    expect(ran.stderr).toMatch(/file \/bin\/sh +absent +present +NOT SO/);
    expect(ran.stderr).toContain('expectations: the tests passed, but 2 expectations do not hold for the image');
  });
});

it('is explained word by word', async () => {
  const ran = await runCli(['explain', 'test-image'], { ...project(), engine: ENGINE });
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stdout).toContain('podctl.toml');
  expect(ran.stdout).toContain('pytest');
});
