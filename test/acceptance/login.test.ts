import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeDocker, describeEngines, describePodman } from '../support/engines.js';
import { type Folder, projectFolder } from '../support/machine.js';
import { podctl } from '../support/podctl.js';
import { type Registry, startRegistry, USER } from '../support/registry.js';
import { only, shareOf } from '../support/soak.js';

// Keeps one login in a file beside itself, as programs that guard passwords do.
const HELPER = `#!/bin/sh
kept="$(dirname "$0")/kept.json"
case "$1" in
  store) cat > "$kept" ;;
  get) if [ -f "$kept" ]; then cat "$kept"; else echo 'credentials not found in native keychain'; exit 1; fi ;;
  erase) cat > /dev/null; rm -f "$kept" ;;
  list) echo '{}' ;;
esac
`;

describeEngines('podctl login', (engine) => {
  let desk: Folder;
  let registry: Registry;
  let config: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    desk = projectFolder('login');
    registry = await startRegistry(desk.path, { login: true });
    mkdirSync(join(desk.path, 'config'));
    config = join(desk.path, 'config/config.json');
    writeFileSync(config, '{}');
    writeFileSync(join(desk.path, 'token'), `${USER.password}\n`, { mode: 0o600 });
    // Nothing of this machine is read or changed.
    env = {
      ...engine.env,
      DOCKER_CONFIG: join(desk.path, 'config'),
      REGISTRY_AUTH_FILE: config,
      XDG_RUNTIME_DIR: join(desk.path, 'run'),
      PATH: `${join(desk.path, 'bin')}:${process.env['PATH'] ?? ''}`,
    };
  }, 300_000);

  afterAll(() => {
    registry.stop();
    desk.clear();
  });

  const run = (args: readonly string[], input?: string) =>
    podctl([...args, '--engine', engine.name], { cwd: desk.path, env, ...(input === undefined ? {} : { input }) });
  const login = (args: readonly string[], input?: string) =>
    run(['login', registry.address, '--user', USER.name, ...args], input);

  it.each(only(engine, 'docker'))(
    'tells a wrong password, a registry without TLS, an unknown name and a silent one apart, and keeps nothing',
    async () => {
      const wrong = await login(['--plain-http', '--password-stdin'], 'not-the-password');
      const tls = await login(['--password-stdin'], USER.password);
      const name = await run(['login', 'registry.invalid', '-u', 'x', '--password-stdin'], 'y');
      const port = await run(['login', '127.0.0.1:9', '-u', 'x', '--password-stdin'], 'y');
      expect([wrong, tls, name, port].map(({ code }) => code)).toEqual([69, 69, 69, 69]);
      expect([wrong, tls, name, port].map(({ stderr }) => stderr.split('\n')[0])).toEqual([
        `error: \`${registry.address}\` does not know \`ann\` with this password`,
        `error: \`${registry.address}\` speaks plain HTTP, and passwords go over TLS`,
        'error: the name `registry.invalid` cannot be looked up',
        'error: nobody answers at `127.0.0.1:9`',
      ]);
      expect(wrong.stderr).not.toContain('not-the-password');
      expect(readFileSync(config, 'utf8')).toBe('{}');
    },
  );

  const sources: readonly (readonly [name: string, args: readonly string[], input: string | undefined])[] = [
    ['stdin', [], USER.password],
    ['a file', ['--password-file', 'token'], undefined],
    ['a program', ['--password-command', 'cat token'], undefined],
  ];
  it.each(shareOf(engine, sources))(
    'logs in with the password from %s, says where it is kept, and out again',
    async (_name, args, input) => {
      const entered = await login(['--plain-http', '--json', ...args], input);
      expect([entered.code, entered.stderr.replace(/^hint:.*\n$/, '')]).toEqual([0, '']);
      expect(JSON.parse(entered.stdout)).toEqual({
        podctl: 1,
        registry: registry.address,
        user: USER.name,
        engines: [{ engine: engine.name, kept: { file: config, plainText: true, untilReboot: false } }],
      });
      expect(`${entered.stdout}${entered.stderr}`).not.toContain(USER.password);
      expect(readFileSync(config, 'utf8')).toContain(Buffer.from(`${USER.name}:${USER.password}`).toString('base64'));
      const left = await run(['logout', registry.address]);
      expect([left.code, left.stdout]).toEqual([0, `${engine.name}: logged out of ${registry.address}\n`]);
      expect(readFileSync(config, 'utf8')).not.toContain(registry.address);
    },
  );

  it.each(only(engine, 'podman'))('says that it has no login to forget', async () => {
    const again = await run(['logout', registry.address]);
    expect([again.code, again.stdout]).toEqual([0, `${engine.name}: has no login for ${registry.address}\n`]);
  });

  it('knows credential helpers: keeps the password there, and finds it there again', async () => {
    mkdirSync(join(desk.path, 'bin'));
    const helper = join(desk.path, 'bin/docker-credential-podctl-test');
    writeFileSync(helper, HELPER);
    chmodSync(helper, 0o755);
    const named =
      engine.name === 'docker' ? { credsStore: 'podctl-test' } : { credHelpers: { [registry.address]: 'podctl-test' } };
    writeFileSync(config, JSON.stringify(named));
    const entered = await login(['--plain-http'], USER.password);
    expect([entered.code, entered.stderr]).toEqual([0, '']);
    expect(entered.stdout).toContain(`${engine.name}: kept by docker-credential-podctl-test`);
    expect(readFileSync(config, 'utf8')).not.toContain('auth":');
    const other = await run(['login', registry.address, '--plain-http']);
    expect([other.code, other.stderr]).toEqual([0, `note: the login of ${USER.name} that is kept here already\n`]);
    expect((await run(['logout', registry.address])).code).toBe(0);
  });
});

describeDocker('podctl login of every engine', (docker) => {
  describePodman('beside it', (podman) => {
    const desk = projectFolder('login-all');
    const files = { docker: join(desk.path, 'docker/config.json'), podman: join(desk.path, 'auth.json') };
    let registry: Registry;

    beforeAll(async () => {
      registry = await startRegistry(desk.path, { login: true });
      mkdirSync(join(desk.path, 'docker'));
      for (const file of Object.values(files)) writeFileSync(file, '{}');
    }, 300_000);
    afterAll(() => {
      registry.stop();
      desk.clear();
    });

    it('each keeps it in its own place, and each forgets it', async () => {
      const places = { DOCKER_CONFIG: join(desk.path, 'docker'), REGISTRY_AUTH_FILE: files.podman };
      const env = { ...docker.env, ...podman.env, ...places, XDG_RUNTIME_DIR: join(desk.path, 'run') };
      const run = (args: readonly string[], input?: string) =>
        podctl([...args, registry.address, '--all-engines'], {
          cwd: desk.path,
          env,
          ...(input === undefined ? {} : { input }),
        });
      const login = ['login', '--user', USER.name, '--plain-http', '--password-stdin', '--json'];
      const wrong = await run(login, 'not-the-password');
      expect([wrong.code, wrong.stdout]).toEqual([69, '']);
      const entered = await run(login, USER.password);
      expect(entered.code, entered.stderr).toBe(0);
      const { engines } = JSON.parse(entered.stdout);
      expect(engines).toMatchObject([
        { engine: 'docker', kept: { file: files.docker } },
        { engine: 'podman', kept: { file: files.podman } },
      ]);
      const auth = Buffer.from(`${USER.name}:${USER.password}`).toString('base64');
      for (const file of Object.values(files)) expect(readFileSync(file, 'utf8')).toContain(auth);
      const left = await run(['logout']);
      expect(left).toMatchObject({
        code: 0,
        stdout: `docker: logged out of ${registry.address}\npodman: logged out of ${registry.address}\n`,
      });
      for (const file of Object.values(files)) expect(readFileSync(file, 'utf8')).not.toContain(registry.address);
    });
  });
});
