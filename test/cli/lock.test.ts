import { describe, expect, it } from 'vitest';
import type { FakeEngine, Run } from '../support/fake-engine.js';
import { runCli } from '../support/run-cli.js';

const A = `sha256:${'a'.repeat(64)}`;
const B = `sha256:${'b'.repeat(64)}`;
const PROFILE = `name = "n"
[images.web]
name = "nginx"
tag = "1"
[images.base]
name = "debian"
tag = "12"
[images.app]
name = "app"
context = "{project}"
base = "base"
base_arg = "BASE"
[container]
image = "web"
[commands.serve]
`;
const LOCK = `version = 1
[images.web]
ref = "nginx:1"
digest = "${A}"
[images.base]
ref = "debian:12"
digest = "${B}"
`;
const REGISTRY = {
  'nginx:1': { digest: A, platforms: ['linux/amd64'] },
  'debian:12': { digest: B, platforms: [] },
  'alpine:3': { digest: B, platforms: [] },
};
const ENGINE: FakeEngine = { images: { 'app:latest': { id: '1'.repeat(64) } }, registry: REGISTRY };
const DOCKERFILE = 'ARG BASE\nFROM ${BASE}\nFROM alpine:3 AS x\nFROM x\nFROM scratch\n';

function project(lock?: string, profile = PROFILE) {
  const files: Record<string, string> = {
    '/home/ann/sky/podctl.toml': profile,
    '/home/ann/sky/Dockerfile': DOCKERFILE,
  };
  if (lock !== undefined) files['/home/ann/sky/podctl.lock'] = lock;
  return { files };
}

const done: Run = () => ({ exitCode: 0, stdout: '' });

describe('podctl lock', () => {
  it('writes digests of what is pulled, ids of what is built, and digests of what its Containerfile names', async () => {
    const ran = await runCli(['lock'], { ...project(), engine: ENGINE });
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: '/home/ann/sky/podctl.lock\n' });
    const text = String(ran.memory.volume.readFileSync('/home/ann/sky/podctl.lock'));
    expect(text).toContain(
      `[images.app]\nref = "app:latest"\nid = "sha256:${'1'.repeat(64)}"\n\n[images.app.from]\n"alpine:3" = "${B}"\n`,
    );
    expect(text).toContain(`[images.web]\nref = "nginx:1"\ndigest = "${A}"\nplatforms = [ "linux/amd64" ]\n`);
    expect(ran.stderr).toContain(`image \`web\`: nginx:1 ${A}\n`);
  });

  it('writes nothing with --dry-run and --check', async () => {
    for (const line of [
      ['lock', '--dry-run'],
      ['lock', '--check', 'web'],
    ]) {
      const ran = await runCli(line, { ...project(LOCK), engine: ENGINE });
      expect(ran.code, ran.stderr).toBe(0);
      expect(ran.stdout).toBe(line.includes('--check') ? 'nothing moved\n' : 'write /home/ann/sky/podctl.lock\n');
      expect(String(ran.memory.volume.readFileSync('/home/ann/sky/podctl.lock'))).toBe(LOCK);
    }
  });

  it('says what moved since', async () => {
    const engine = { ...ENGINE, registry: { ...REGISTRY, 'nginx:1': { digest: B, platforms: [] } } };
    const ran = await runCli(['lock', '--check', 'web', '--json'], { ...project(LOCK), engine });
    expect(ran.code).toBe(65);
    expect(JSON.parse(ran.stdout)).toEqual({
      podctl: 1,
      changes: [{ key: 'web', what: 'image', from: `nginx:1 ${A}`, to: `nginx:1 ${B}` }],
    });
  });

  it('keeps the images that were not asked for, and drops those that the profile no longer has', async () => {
    const old = `${LOCK}[images.gone]\nref = "gone:1"\ndigest = "${A}"\n`;
    const ran = await runCli(['lock', 'web'], { ...project(old), engine: ENGINE });
    const text = String(ran.memory.volume.readFileSync('/home/ann/sky/podctl.lock'));
    expect(text).toContain('[images.base]');
    expect(text).not.toContain('gone');
  });

  it('leaves out what is not built yet, and a base that no registry has', async () => {
    const gone = { images: { 'app:latest': null }, registry: REGISTRY };
    const missing = await runCli(['lock', 'app'], { ...project(), engine: gone });
    expect(missing.stderr).toContain('note: image `app` is not built yet, and stays out of the lock');
    const nowhere = { ...ENGINE, registry: { 'alpine:3': null } };
    const ran = await runCli(['lock', 'app'], { ...project(), engine: nowhere });
    expect(ran.stderr).toContain('note: image `app`: `FROM alpine:3` is not locked');
  });

  it('needs no engine for images that are pulled', async () => {
    const ran = await runCli(['lock', 'web'], { ...project(), engine: { facts: null, registry: REGISTRY } });
    expect(ran.code, ran.stderr).toBe(0);
    const app = await runCli(['lock', 'app'], { ...project(), engine: { facts: null, registry: REGISTRY } });
    expect(app.code).toBe(69);
  });
});

describe('--locked', () => {
  const pinned = `nginx@${A}`;

  it('runs, pulls and builds on digests', async () => {
    const present = { images: { [pinned]: {}, 'app:latest': null, [`debian@${B}`]: {} }, containers: [] };
    const ran = await runCli(['serve', '--locked', '--dry-run'], { ...project(LOCK), engine: present });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toContain(` ${pinned}`);
    const pull = await runCli(['pull', '--locked'], { ...project(LOCK), engine: { runs: [done] } });
    expect(pull, pull.stderr).toMatchObject({ code: 0, stdout: `${pinned}\n` });
    const build = await runCli(['build', 'app', '--locked', '--dry-run'], {
      ...project(LOCK),
      engine: { images: { ...present.images, [pinned]: {}, 'nginx:1': null } },
    });
    expect(build.code, build.stderr).toBe(0);
    expect(build.stdout).toContain(`--build-arg BASE=debian@${B}`);
  });

  it.each<[line: string, lock: string | undefined, code: number, stderr: string]>([
    [
      'serve',
      undefined,
      66,
      'error: `--locked` needs `podctl.lock`, and the project has none\nhint: write it with `podctl lock`\n',
    ],
    [
      'serve',
      'version = 1\n',
      65,
      'error: podctl.lock:1:1 images: image `web` is not locked\nhint: lock the images anew with `podctl lock`\n',
    ],
    [
      'serve',
      LOCK.replace('nginx:1', 'nginx:0'),
      65,
      'error: podctl.lock:3:1 images.web.ref: image `web` is `nginx:1` now, and was locked as `nginx:0`\nhint: lock the images anew with `podctl lock`\n',
    ],
    [
      'pull',
      'version = 1\n',
      65,
      'error: podctl.lock:1:1 images: image `web` is not locked\nhint: lock the images anew with `podctl lock`\n',
    ],
    ['serve', 'version = 1\nimages = 3', 65, 'error: podctl.lock:2:1 images: '],
    ['serve --tag 2', LOCK, 64, 'error: `--locked` and `--tag` contradict each other\nhint: leave one of them out\n'],
    ['serve --image x', LOCK, 64, 'error: `--locked` and `--image` contradict each other\n'],
  ])('podctl %s --locked with %j', async (line, lock, code, stderr) => {
    const ran = await runCli([...line.split(' '), '--locked', '--dry-run'], {
      ...project(lock),
      engine: { containers: [] },
    });
    expect(ran.code, ran.stderr).toBe(code);
    expect(ran.stderr).toContain(stderr);
  });

  it('tells of a base that only the Containerfile names', async () => {
    const profile = PROFILE.replace('base_arg = "BASE"\n', '');
    const engine = { images: { 'app:latest': null, [`debian@${B}`]: {}, 'nginx:1': null } };
    const ran = await runCli(['build', 'app', '--locked', '--dry-run'], { ...project(LOCK, profile), engine });
    expect(ran.stderr).toContain(
      'note: image `app` has no `base_arg`, so its Containerfile alone says what it stands on',
    );
  });
});
