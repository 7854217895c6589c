import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import type { ResolvedContainer } from '../../src/profile/resolved.js';
import { buildSpec } from '../../src/spec/build.js';
import { type ContainerSpec, EMPTY_SPEC } from '../../src/spec/spec.js';
import { engine, errorOf, image, ME, request, resolved, rootlessPodman } from './desk.js';

describe('a small profile', () => {
  test('gives a container that podctl knows again, and nothing else', () => {
    const built = buildSpec(resolved(), request());
    expect(built.spec).toEqual({
      ...EMPTY_SPEC,
      name: 'demo-serve',
      image: 'app:1',
      labels: { 'podctl.project': 'demo-1' },
      interactive: true,
    });
    expect(built.shape).toEqual({ detach: false, remove: true });
    expect(built.ready).toBeNull();
    expect(built.notes).toEqual([]);
    expect(built.origins).toEqual({
      name: [{ kind: 'podctl', rule: 'name' }],
      'labels/podctl.project': [{ kind: 'podctl', rule: 'labels' }],
      tty: [{ kind: 'podctl', rule: 'no-terminal' }],
      interactive: [{ kind: 'podctl', rule: 'attached' }],
      user: [{ kind: 'engine', rule: 'ownership-image-user' }],
    });
  });

  test('a detached container stays, so that logs, stop and start have something to work on', () => {
    const built = buildSpec(resolved(), request({ flags: { detach: true }, terminal: { stdin: true, stdout: true } }));
    expect(built.shape).toEqual({ detach: true, remove: false });
    expect([built.spec.tty, built.spec.interactive]).toEqual([false, false]);
  });
});

describe('every field of the profile’s container', () => {
  test.each<[string, Partial<ResolvedContainer>, Partial<ContainerSpec>]>([
    ['hostname', { hostname: 'box' }, { hostname: 'box' }],
    ['user', { user: '33:33' }, { user: '33:33' }],
    ['groups', { groups: ['video'] }, { groups: ['video'] }],
    ['userns', { userns: 'host' }, { userns: 'host' }],
    ['workdir', { workdir: '/w' }, { workdir: '/w' }],
    ['entrypoint', { entrypoint: ['/app', '-x'] }, { entrypoint: ['/app', '-x'] }],
    ['init', { init: true }, { init: true }],
    ['network', { network: 'own' }, { network: 'own' }],
    ['network_aliases', { network_aliases: ['db'] }, { networkAliases: ['db'] }],
    ['extra_hosts', { extra_hosts: { host: 'host-gateway' } }, { extraHosts: { host: 'host-gateway' } }],
    ['dns', { dns: ['10.0.0.2'] }, { dns: ['10.0.0.2'] }],
    ['devices', { devices: ['/dev/fuse'] }, { devices: ['/dev/fuse'] }],
    ['gpus', { gpus: 'all' }, { gpus: 'all' }],
    ['cap_add', { cap_add: ['NET_ADMIN'] }, { capAdd: ['NET_ADMIN'] }],
    ['cap_drop', { cap_drop: ['ALL'] }, { capDrop: ['ALL'] }],
    ['security', { security: ['no-new-privileges'] }, { security: ['no-new-privileges'] }],
    ['privileged', { privileged: true }, { privileged: true }],
    ['read_only', { read_only: true }, { readOnlyRoot: true }],
    ['pid', { pid: 'host' }, { pid: 'host' }],
    ['ipc', { ipc: 'host' }, { ipc: 'host' }],
    ['stop_signal', { stop_signal: 'SIGINT' }, { stopSignal: 'SIGINT' }],
    ['stop_timeout', { stop_timeout: '1m30s' }, { stopTimeout: 90_000 }],
    ['labels', { labels: { a: 'b c' } }, { labels: { a: 'b c', 'podctl.project': 'demo-1' } }],
    ['env', { env: [{ name: 'A', value: 'b' }] }, { env: [{ name: 'A', value: 'b' }] }],
    ['tty always', { tty: 'always' }, { tty: true, interactive: false }],
    ['tty never', { tty: 'never' }, { tty: false, interactive: true }],
    ['restart no', { restart: 'no' }, { restart: 'no' }],
    ['about the ready check and env files', { ready: { path: '/' }, envFiles: [{ path: '/e', required: true }] }, {}],
  ])('%s', (_, container, fields) => {
    const base = buildSpec(resolved(), request()).spec;
    expect(buildSpec(resolved({ container }), request()).spec).toEqual({ ...base, ...fields });
  });

  test('resources: bytes, cores and counts, -1 for no limit', () => {
    const resources = {
      memory: '512m',
      memory_swap: -1,
      cpus: '1.5',
      pids: '-1',
      shm: 67_108_864,
      ulimits: { nofile: '1024:4096', nproc: '-1' },
    };
    expect(buildSpec(resolved({ container: { resources } }), request()).spec.resources).toEqual({
      memory: 512 * 1024 ** 2,
      memorySwap: -1,
      cpus: 1.5,
      pids: -1,
      shm: 64 * 1024 ** 2,
      ulimits: [
        { name: 'nofile', soft: 1024, hard: 4096 },
        { name: 'nproc', soft: -1, hard: -1 },
      ],
    });
  });

  test.each([
    [{ test: 'curl -f x || exit 1' }, { test: ['CMD-SHELL', 'curl -f x || exit 1'] }],
    [{ test: ['curl', '-f', 'x'] }, { test: ['CMD', 'curl', '-f', 'x'] }],
    [{ test: ['CMD', 'curl'] }, { test: ['CMD', 'curl'] }],
    [{ test: ['CMD-SHELL', 'a b'] }, { test: ['CMD-SHELL', 'a b'] }],
    [
      { interval: '30s', timeout: '500ms', start_period: '1m', retries: '3' },
      { interval: 30_000, timeout: 500, startPeriod: 60_000, retries: 3 },
    ],
    [{ disable: true }, { disable: true }],
  ])('health %j', (health, fields) => {
    expect(buildSpec(resolved({ container: { health } }), request()).spec.health).toEqual({
      test: null,
      interval: null,
      timeout: null,
      startPeriod: null,
      retries: null,
      disable: false,
      ...fields,
    });
  });

  test('units that cannot be read are all named, with their places', () => {
    const origins = {
      'resources/memory': [
        { kind: 'profile', file: 'podctl.toml', path: ['container', 'resources', 'memory'], line: 4, column: 1 },
      ],
    } as const;
    const container = { resources: { memory: 'much' }, stop_timeout: 'soon', health: { interval: 'often' } };
    const error = errorOf(() => buildSpec(resolved({ container, origins }), request()));
    expect([error.code, error.message]).toEqual(['BAD_DATA', '`serve` of profile `demo` cannot be run: 3 problems']);
    expect(error.problems.map(({ message }) => message)).toEqual([
      '`much` is not a size',
      '`soon` is not a duration',
      '`often` is not a duration',
    ]);
    expect(error.problems[0]?.at).toEqual({
      file: 'podctl.toml',
      line: 4,
      column: 1,
      path: ['container', 'resources', 'memory'],
      key: 'container.resources.memory',
    });
  });
});

const app = (parts: object): ReturnType<typeof resolved> =>
  resolved({ images: { app: { key: 'app', name: 'ghcr.io/team/app', tag: 'dev', args: {}, labels: {}, ...parts } } });
const imageAt = (profile: ReturnType<typeof resolved>, flags: object): string =>
  buildSpec(profile, request({ flags })).spec.image;

describe('the image', () => {
  const digest = `sha256:${'a'.repeat(64)}`;

  test.each([
    [{}, {}, 'ghcr.io/team/app:dev'],
    [{ tag: '', name: `app@${digest}` }, {}, `app@${digest}`],
    [{}, { tag: '2.0' }, 'ghcr.io/team/app:2.0'],
    [{}, { image: 'other' }, 'other'],
    [{}, { image: 'localhost:5000/other:3' }, 'localhost:5000/other:3'],
    [{}, { image: 'localhost:5000/other:3', tag: '4' }, 'localhost:5000/other:4'],
    [{ tag: '', name: `app@${digest}` }, { tag: '4' }, 'app:4'],
  ])('%j with %j is %s', (parts, flags, ref) => {
    expect(imageAt(app(parts), flags)).toBe(ref);
  });

  test('platform and pull policy', () => {
    const { spec } = buildSpec(app({ platform: 'linux/arm64', pull: 'never' }), request());
    expect([spec.platform, spec.pull]).toEqual(['linux/arm64', 'never']);
  });

  test('flags are its origins', () => {
    const origins = { image: [{ kind: 'profile', file: 'p', path: ['images', 'app', 'name'] }] } as const;
    const of = (flags: object): unknown => buildSpec(resolved({ origins }), request({ flags })).origins['image'];
    expect(of({})).toEqual(origins.image);
    expect(of({ tag: '2' })).toEqual([...origins.image, { kind: 'flag', flag: '--tag' }]);
    expect(of({ image: 'x' })).toEqual([{ kind: 'flag', flag: '--image' }]);
    expect(of({ image: 'x', tag: '2' })).toEqual([
      { kind: 'flag', flag: '--image' },
      { kind: 'flag', flag: '--tag' },
    ]);
  });

  test.each([
    [{ image: 'Not An Image' }, '`Not An Image` is not an image name'],
    [{ tag: 'a b' }, '`--tag a b` is not a tag'],
    [{ tag: '' }, '`--tag ` is not a tag'],
  ])('%j is a usage error', (flags, message) => {
    const error = errorOf(() => buildSpec(resolved(), request({ flags })));
    expect([error.code, error.message]).toEqual(['USAGE', message]);
  });

  test('a profile without the image that it names has none', () => {
    expect(buildSpec(resolved({ image: 'gone' }), request()).spec.image).toBe('');
  });
});

describe('the environment', () => {
  const env = [
    { name: 'A', value: 'a' },
    { name: 'B', value: 'b' },
  ];
  const variables = { HOST: { value: 'from host' }, FILE: { value: 'x', file: '.env', line: 3 } };

  test('--env NAME=VALUE wins and goes to the end', () => {
    const built = buildSpec(resolved({ container: { env } }), request({ flags: { env: ['A=new=1', 'C='] } }));
    expect(built.spec.env).toEqual([
      { name: 'B', value: 'b' },
      { name: 'A', value: 'new=1' },
      { name: 'C', value: '' },
    ]);
    expect(built.origins['env/A']).toEqual([{ kind: 'flag', flag: '--env' }]);
    expect(built.origins['env']).toEqual([{ kind: 'podctl', rule: 'env-file' }]);
  });

  test('--env NAME takes the variable and keeps it like a secret', () => {
    const built = buildSpec(resolved(), request({ variables, flags: { env: ['HOST', 'FILE'] } }));
    expect(built.spec.env.map(({ name, value }) => [name, value instanceof Secret && value.reveal()])).toEqual([
      ['HOST', 'from host'],
      ['FILE', 'x'],
    ]);
    expect(built.origins['env/FILE']).toEqual([
      { kind: 'flag', flag: '--env' },
      { kind: 'variable', name: 'FILE', file: '.env', line: 3 },
    ]);
    expect(JSON.stringify(built)).not.toContain('from host');
  });

  test('a value of several lines goes another way', () => {
    const built = buildSpec(resolved({ container: { env: [{ name: 'KEY', value: 'a\nb' }] } }), request());
    expect(built.origins['env/KEY']).toEqual([{ kind: 'podctl', rule: 'env-inline' }]);
  });

  test.each([
    ['UNSET', '`--env UNSET`: the variable is not set'],
    ['__proto__', '`--env __proto__`: the variable is not set'],
    ['=canary', '`--env` needs the name of a variable'],
    ['', '`--env` needs the name of a variable'],
    ['a b=canary', '`--env` needs the name of a variable'],
  ])('--env "%s" is a usage error', (text, message) => {
    const error = errorOf(() => buildSpec(resolved(), request({ variables, flags: { env: [text] } })));
    expect([error.code, error.message]).toEqual(['USAGE', message]);
  });
});

describe('arguments', () => {
  const origins = {
    args: [{ kind: 'profile', file: 'p', path: ['commands', 'serve', 'args'] }],
    'args/0': [{ kind: 'profile', file: 'p', path: ['commands', 'serve', 'args', 0] }],
  } as const;
  const profile = (parts: object = {}): ReturnType<typeof resolved> =>
    resolved({ command: { args: ['serve'] }, origins, ...parts });
  const shell = image({ entrypoint: ['/bin/sh', '-c', 'app "$@"'] });

  test('those of the command line follow the command’s own', () => {
    const built = buildSpec(
      profile(),
      request({ image: image({ entrypoint: ['/app'] }), flags: { args: ['-v', ''] } }),
    );
    expect(built.spec.args).toEqual(['serve', '-v', '']);
    expect([built.origins['args/0'], built.origins['args/1'], built.origins['args/2'], built.origins['args']]).toEqual([
      origins['args/0'],
      [{ kind: 'argument', index: 0 }],
      [{ kind: 'argument', index: 1 }],
      undefined,
    ]);
  });

  test('a filler for a shell-form entrypoint, with its rule', () => {
    const built = buildSpec(profile(), request({ image: shell, flags: { args: ['-v'] } }));
    expect(built.spec.args).toEqual(['--', 'serve', '-v']);
    expect([built.origins['args/0'], built.origins['args/1'], built.origins['args/2']]).toEqual([
      [{ kind: 'engine', rule: 'entrypoint-shell-form' }],
      origins['args/0'],
      [{ kind: 'argument', index: 0 }],
    ]);
  });

  test('one string for a shell that waits', () => {
    const built = buildSpec(
      profile(),
      request({ image: image({ entrypoint: ['bash', '-c'] }), flags: { args: ['a b'] } }),
    );
    expect(built.spec.args).toEqual([`serve 'a b'`]);
    expect(built.origins['args/0']).toEqual([
      ...origins['args/0'],
      { kind: 'argument', index: 0 },
      { kind: 'engine', rule: 'entrypoint-one-string' },
    ]);
  });

  test('the container’s own entrypoint counts, not the image’s', () => {
    const container = { entrypoint: ['/app'] };
    expect(buildSpec(profile({ container }), request({ image: shell })).spec.args).toEqual(['serve']);
    expect(buildSpec(profile({ container: { entrypoint: [] } }), request({ image: shell })).spec.args).toEqual([
      'serve',
    ]);
    expect(buildSpec(profile({ container }), request({ image: null })).notes).toEqual([]);
    const own = { entrypoint: ['sh', '-c', 'x "$@"'] };
    expect(buildSpec(profile({ container: own }), request({ image: null })).spec.args).toEqual(['--', 'serve']);
  });

  test('without an image the profile’s word counts, and is noted', () => {
    const images = { app: { key: 'app', name: 'app', tag: '1', args: {}, labels: {}, entrypoint: 'shell' } } as const;
    const built = buildSpec(profile({ images }), request({ image: null }));
    expect(built.spec.args).toEqual(['--', 'serve']);
    expect(built.notes).toEqual([
      { at: 'args', message: 'the image `app:1` was not inspected; the profile\'s word counts: entrypoint = "shell"' },
    ]);
    expect(built.origins['args/0']).toEqual([
      { kind: 'engine', rule: 'entrypoint-shell-form' },
      { kind: 'podctl', rule: 'profile-word' },
    ]);
    const silent = buildSpec(profile(), request({ image: null }));
    expect(silent.spec.args).toEqual(['serve']);
    expect(silent.notes[0]?.message).toContain('taken to pass arguments on as they are');
  });

  test('an entrypoint that loses arguments is refused', () => {
    const lossy = image({ entrypoint: ['/bin/sh', '-c', 'app $1'] });
    const error = errorOf(() => buildSpec(profile(), request({ image: lossy, flags: { args: ['-v'] } })));
    expect([error.code, error.message]).toEqual([
      'UNAVAILABLE',
      'the entrypoint `app $1` of `app:1` passes only 1 of 2 arguments on; lost would be `-v`',
    ]);
  });
});

describe('the terminal', () => {
  test.each([
    ['auto', true, true, false, [true, true]],
    ['auto', true, false, false, [false, true]],
    ['auto', false, true, false, [false, true]],
    ['auto', true, true, true, [false, false]],
    ['always', true, true, false, [true, true]],
    ['always', true, false, false, [true, true]],
    ['always', false, false, false, [true, false]],
    ['always', false, false, true, [true, false]],
    ['never', true, true, false, [false, true]],
    ['never', true, true, true, [false, false]],
  ] as const)('tty = "%s", stdin %s, stdout %s, detached %s', (tty, stdin, stdout, detach, expected) => {
    const built = buildSpec(
      resolved({ container: { tty } }),
      request({ terminal: { stdin, stdout }, flags: { detach } }),
    );
    expect([built.spec.tty, built.spec.interactive]).toEqual(expected);
  });

  test('a terminal without input is noted; a terminal that is there is a rule', () => {
    expect(buildSpec(resolved({ container: { tty: 'always' } }), request()).notes.map(({ at }) => at)).toEqual(['tty']);
    const built = buildSpec(resolved(), request({ terminal: { stdin: true, stdout: true } }));
    expect(built.origins['tty']).toEqual([{ kind: 'podctl', rule: 'terminal' }]);
  });
});

describe('labels and restart', () => {
  test('podctl’s labels are its own', () => {
    const error = errorOf(() =>
      buildSpec(resolved({ container: { labels: { 'podctl.project': 'mine' } } }), request()),
    );
    expect([error.code, error.message]).toEqual(['BAD_DATA', "the label `podctl.project` is podctl's own"]);
  });

  test('a restart policy is for detached containers; an attached run says so', () => {
    const profile = resolved({ container: { restart: 'on-failure:3' } });
    expect(buildSpec(profile, request({ flags: { detach: true } })).spec.restart).toBe('on-failure:3');
    const attached = buildSpec(profile, request());
    expect(attached.spec.restart).toBeNull();
    expect(attached.notes).toEqual([
      { at: 'restart', message: 'restart = "on-failure:3" counts for --detach only: this run ends with its container' },
    ]);
  });
});

describe('ownership', () => {
  const container = { user: 'host' };
  const origins = { user: [{ kind: 'profile', file: 'p', path: ['container', 'user'] }] } as const;

  test('the profile’s line and the engine’s rule are both origins', () => {
    const built = buildSpec(resolved({ container, origins }), request());
    expect(built.spec.user).toBe('1001:1002');
    expect(built.origins['user']).toEqual([...origins.user, { kind: 'engine', rule: 'ownership-user' }]);
  });

  test('on rootless podman it is another option', () => {
    const built = buildSpec(resolved({ container }), request({ engine: rootlessPodman() }));
    expect([built.spec.user, built.spec.userns]).toEqual([null, 'keep-id']);
    expect(built.origins['userns']).toEqual([{ kind: 'engine', rule: 'ownership-keep-id' }]);
  });

  test('the profile’s word for the image’s user counts where no image was asked', () => {
    const images = { app: { key: 'app', name: 'app', tag: '1', args: {}, labels: {}, user: '1000:1000' } };
    const built = buildSpec(resolved({ container, images }), request({ image: null, engine: rootlessPodman() }));
    expect(built.spec.userns).toBe('keep-id:uid=1000,gid=1000');
    expect(built.notes).toEqual([]);
    const unknown = buildSpec(resolved({ container }), request({ image: null, engine: rootlessPodman() }));
    expect([unknown.spec.user, unknown.notes.map(({ at }) => at)]).toEqual(['1001:1002', ['user']]);
  });

  test('labels of mounts and security options come from the resolver', () => {
    const mounts = [{ key: 'data', type: 'bind', source: '/data', target: '/data' }] as const;
    const own = [{ key: 'data', type: 'bind', source: 'data', target: '/data' }] as const;
    const on = { engine: engine({ selinux: true }), host: ME };
    expect(buildSpec(resolved({ container: { mounts } }), request(on)).spec.security).toEqual(['label=disable']);
    expect(buildSpec(resolved({ container: { mounts: own } }), request(on)).spec.mounts[0]?.selinux).toBe('shared');
    const unlabelled = [{ ...mounts[0], selinux: 'none' }] as const;
    expect(buildSpec(resolved({ container: { mounts: unlabelled } }), request(on)).spec.security).toEqual([]);
  });

  test('a project path that is not absolute is the folder podctl was called in', () => {
    const mounts = [{ key: 'data', type: 'bind', source: '/work/project/data', target: '/data' }] as const;
    const on = request({ engine: engine({ selinux: true }), project: '.' });
    expect(buildSpec(resolved({ container: { mounts } }), on).spec.mounts[0]?.selinux).toBe('shared');
  });
});
