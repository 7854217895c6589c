import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEngines } from '../support/engines.js';
import { type Folder, projectFolder } from '../support/machine.js';
import { type Finished, podctl } from '../support/podctl.js';
import { type Registry, startRegistry } from '../support/registry.js';

const BIN = fileURLToPath(new URL('../../bin/podctl.cjs', import.meta.url));

/** A profile with an image that a registry has, and one that is built here. */
function profile(registry: string, base: string): string {
  const [name = '', tag = ''] = base.split(/:(?=[^:/]+$)/);
  return `name = "progress"

[images.base]
name = "${name}"
tag = "${tag}"
pull = "never"

[images.built]
name = "localhost/podctl-test/progress-built"
tag = "1"
context = "{project}"

[images.pulled]
name = "${registry}/progress"
tag = "1"
pull = "missing"

[container]
image = "pulled"

[commands.hello]
about = "Say hello"
args = ["echo", "hello"]
`;
}

describeEngines('long steps tell how far they are', (engine) => {
  let folder: Folder;
  let registry: Registry;
  let address = '';
  let env: Record<string, string> = {};

  beforeAll(async () => {
    folder = projectFolder('progress');
    registry = await startRegistry(folder.path);
    address = registry.address;
    // docker takes plain HTTP on loopback; podman must be told.
    const registries = join(folder.path, 'registries.conf');
    writeFileSync(registries, `[[registry]]\nlocation = "${address}"\ninsecure = true\n`);
    env = { ...engine.env, CONTAINERS_REGISTRIES_CONF: registries };
    writeFileSync(join(folder.path, 'podctl.toml'), profile(address, engine.busybox));
    writeFileSync(join(folder.path, 'Dockerfile'), `FROM ${engine.busybox}\nRUN echo layer of ${address} > /made\n`);
    await engine.run(['tag', engine.busybox, `${address}/progress:1`]);
    const insecure = engine.name === 'podman' ? ['--tls-verify=false'] : [];
    const pushed = await engine.run(['push', ...insecure, `${address}/progress:1`]);
    if (pushed.code !== 0) throw new Error(pushed.stderr);
    await forget();
  });
  afterAll(async () => {
    await forget();
    await engine.run(['rmi', '--force', 'localhost/podctl-test/progress-built:1']);
    registry.stop();
    folder.clear();
  });

  const forget = (): Promise<Finished> => engine.run(['rmi', `${address}/progress:1`]);
  const run = (...args: string[]): Promise<Finished> =>
    podctl([...args, '--engine', engine.name], { cwd: folder.path, env });

  it('a build off a terminal: plain lines on stderr', async () => {
    const built = await run('build', '--only', 'built', '--no-cache');
    expect(built).toMatchObject({ code: 0 });
    expect(built.stderr).toContain('progress-built');
    expect(built.stderr).not.toContain('\u001b');
  });

  it('a build on a terminal: a list of tasks', async () => {
    const screen = await atTerminal(`build --only built --no-cache --engine ${engine.name}`, folder.path, env);
    expect(screen).toContain('progress-built');
    expect(screen).toContain('✔');
    expect(screen).toContain('ended 0');
  });

  it('an image that is missing is pulled before the run, and the run goes on', async () => {
    await forget();
    const ran = await run('hello');
    expect(ran).toMatchObject({ code: 0, stdout: 'hello\n' });
    expect(ran.stderr).toContain(`${address}/progress:1`);
  });

  it('pull asks the registry', async () => {
    await forget();
    expect(await run('pull', 'pulled')).toMatchObject({ code: 0 });
    expect((await engine.run(['image', 'inspect', `${address}/progress:1`])).code).toBe(0);
  });
});

// `script` gives podctl a terminal of its own.
function atTerminal(command: string, cwd: string, env: Record<string, string>): Promise<string> {
  const line = `'${process.execPath}' '${BIN}' ${command}; echo ended $?`;
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    cwd,
    env: { ...process.env, ...env, TERM: 'xterm', XDG_STATE_HOME: join(cwd, 'state'), NO_COLOR: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let screen = '';
  child.stdout.on('data', (chunk) => {
    screen += String(chunk);
  });
  return new Promise((resolve) => {
    child.on('close', () => resolve(screen));
  });
}
