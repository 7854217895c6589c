import { describe, expect, it } from 'vitest';
import { container, type FakeEngine, type Run } from '../support/fake-engine.js';
import { runCli } from '../support/run-cli.js';
import type { MemoryOptions } from '../support/world.js';

const PROFILE = `name = "app"

[images.app]
name = "app"
tag = "1"

[container]
restart = "always"

[container.mounts.src]
type = "bind"
source = "{project}"
target = "/code"

[container.ports.http]
container = 80

[commands.serve]
args = ["serve"]
`;
const ANY = 'command -v bash >/dev/null 2>&1 && exec bash; exec sh';

const project = (text = PROFILE, cwd = '/home/ann/sky'): MemoryOptions => ({
  files: { '/home/ann/sky/podctl.toml': text, '/home/ann/sky/src/main.py': '' },
  host: { cwd, env: { PATH: '/usr/bin' } },
});
const running = container({
  name: 'app-serve',
  labels: { 'podctl.project': 'sky-94023c0b', 'podctl.command': 'serve', 'podctl.runs-as': '1000:1000' },
  mounts: [{ type: 'bind', source: '/home/ann/sky', target: '/code', readOnly: false, propagation: null }],
});
const images = { 'app:1': {} };

const argv = (lines: string): readonly string[] => lines.trim().split(/\s+/);

describe('podctl shell', () => {
  it('opens a shell in what runs, in the folder that is the working directory, as the program’s user', async () => {
    const engine: FakeEngine = { containers: [running] };
    const ran = await runCli(['shell', '--dry-run'], { ...project(PROFILE, '/home/ann/sky/src'), engine });
    expect(ran.stderr).toBe('');
    expect(ran.stdout).toBe(
      `docker exec --interactive --workdir /code/src --user 1000:1000 app-serve sh -c '${ANY}'\n`,
    );
  });

  it('the profile says which shell, flags say where and who', async () => {
    const engine: FakeEngine = { containers: [running] };
    const line = ['shell', 'serve', '--workdir', '/tmp', '--user', '0', '--dry-run'];
    const ran = await runCli(line, { ...project(`shell = ["zsh", "-l"]\n${PROFILE}`), engine });
    expect(ran.stdout).toBe('docker exec --interactive --workdir /tmp --user 0 app-serve zsh -l\n');
  });

  it('starts a container of its own when nothing runs: no ports, no restart, the shell in the place of the program', async () => {
    const engine: FakeEngine = { containers: [], images };
    const ran = await runCli(['shell', '--dry-run'], { ...project(PROFILE, '/home/ann/sky/src'), engine });
    expect(ran.stderr).toBe('');
    expect(argv(ran.stdout)).toEqual([
      ...argv(`docker run --detach=false --rm --name app-shell-94023c0b --label podctl.project=sky-94023c0b
        --label podctl.profile=app --label podctl.command=shell --interactive --workdir /code/src
        --entrypoint sh --mount type=bind,src=/home/ann/sky,target=/code app:1 -c`),
      ...argv(`'${ANY}'`),
    ]);
  });

  it('--new starts one also when something runs', async () => {
    const done: Run = () => ({ exitCode: 3, stdout: '' });
    const engine: FakeEngine = { images, runs: [done], containers: [running] };
    const ran = await runCli(['shell', '--new'], { ...project(), engine });
    expect(ran.code).toBe(3);
    expect(ran.engine.plans[0]?.steps.at(-1)).toMatchObject({ do: 'exec', output: 'attached' });
  });

  it.each([
    ['a new container', ['shell', '--new'], 127],
    ['a running one', ['shell'], 126],
  ])('says what to do when %s has no shell', async (_, line, exitCode) => {
    const engine: FakeEngine = { images, runs: [() => ({ exitCode, stdout: '' })], containers: [running] };
    const ran = await runCli(line, { ...project(), engine });
    expect(ran.code).toBe(exitCode);
    expect(ran.stderr).toContain(
      'hint: if the image has no `sh`: name another shell with `shell = ["…"]` in the profile, or an image that has one with --new --image IMAGE; podctl exec runs a program without a shell\n',
    );
    const done = await runCli(line, {
      ...project(),
      engine: { ...engine, runs: [() => ({ exitCode: 1, stdout: '' })] },
    });
    expect(done.stderr).not.toContain('hint');
  });

  it.each([
    ['--image', 'other:1'],
    ['--tag', 'x'],
    ['--mount', '/tmp:/x'],
    ['--env', 'A=1'],
    ['--env-file', '/home/ann/sky/podctl.toml'],
  ])('%s cannot change what runs', async (flag, value) => {
    const ran = await runCli(['shell', flag, value, '--dry-run'], { ...project(), engine: { containers: [running] } });
    expect(ran).toMatchObject({ code: 64, stdout: '' });
    expect(ran.stderr).toBe(
      `error: \`${flag}\` is for a new container, and \`app-serve\` runs already\nhint: add --new for a container of its own, or leave it out\n`,
    );
  });

  it('says that a container is paused, and how it goes on', async () => {
    const engine: FakeEngine = { containers: [{ ...running, state: 'paused' }] };
    const ran = await runCli(['shell', 'serve'], { ...project(), engine });
    expect(ran).toMatchObject({ code: 69 });
    expect(ran.stderr).toBe('error: `app-serve` is paused\nhint: let it go on: docker unpause app-serve\n');
  });

  it('an entrypoint that runs one string stays, and gets the shell as that string', async () => {
    const text = `shell = ["zsh", "-l"]\n${PROFILE.replace('tag = "1"', 'tag = "1"\nentrypoint = "one-string"')}`;
    const ran = await runCli(['shell', '--dry-run'], { ...project(text), engine: { containers: [], images } });
    expect(ran.stdout).toMatch(/target=\/code app:1 'zsh -l'\n$/);
    expect(ran.stdout).not.toContain('--entrypoint');
  });

  it('explain says why the shell is there', async () => {
    const ran = await runCli(['explain', 'shell'], { ...project(), engine: { containers: [], images } });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toContain('podctl shell puts a shell in the place of the image’s program');
  });

  it.each([
    [['shell', 'serve', '--new'], [running], 64, '`--new` takes no container'],
    [['shell', 'nothing'], [running], 66, 'no container of this project is called `nothing`'],
    [['shell', 'serve'], [{ ...running, state: 'exited' as const }], 69, '`serve` does not run'],
    [
      ['shell'],
      [running, { ...running, name: 'app-2' }],
      64,
      'say which, or --new for one of its own: app-serve, app-2',
    ],
    [['shell', '--workdir', 'src'], [running], 64, '`--workdir src` is not an absolute path'],
    [['exec', '--workdir', 'src', 'serve', 'ls'], [running], 64, 'paths in the container begin with /'],
  ] as const)('%j is refused', async (line, containers, code, says) => {
    const ran = await runCli(line, { ...project(), engine: { containers } });
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code, stdout: '' });
    expect(ran.stderr).toContain(says);
  });

  it('exec takes the folder and the user', async () => {
    const line = ['exec', '-w', '/tmp', '-u', 'nobody', 'serve', 'ls', '--dry-run'];
    const ran = await runCli(['--dry-run', ...line], { ...project(), engine: { containers: [running] } });
    expect(ran.stdout).toBe('docker exec --interactive --workdir /tmp --user nobody app-serve ls --dry-run\n');
  });
});
