import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { revealed, Secret } from '../../src/core/secret.js';
import { configDefault, envFilesOf, resolveImages, resolveProfile } from '../../src/profile/resolve.js';
import { failure, LEAST, line, load, resolve } from './desk.js';

const VOLUME = 'type = "volume"\ntarget = "/a"\n';

/** Problems of resolving, one line each. */
async function missing(text: string, request: Parameters<typeof resolve>[1] = {}): Promise<readonly string[]> {
  const loaded = await load(text);
  return (await failure(() => resolve(loaded, request), { 'podctl.toml': text })).problems.map(line);
}

describe('choosing', () => {
  const TEXT = `${LEAST}[commands.clean_cache]\naliases = ["cc"]\n[commands.with-dash]\n`;

  test.each([
    ['go', 'go'],
    ['clean_cache', 'clean_cache'],
    ['clean-cache', 'clean_cache'],
    ['with_dash', 'with-dash'],
    ['cc', 'clean_cache'],
  ])('%s is the command %s', async (word, name) => {
    expect(resolve(await load(TEXT), { command: word }).command.name).toBe(name);
  });

  test.each([
    ['claen-cache', 'did you mean `clean_cache`?'],
    ['zzz', 'known commands: go, clean_cache, with-dash'],
    ['constructor', 'known commands: go, clean_cache, with-dash'],
  ])('%s is no command', async (word, hint) => {
    const loaded = await load(TEXT);
    const error = await failure(() => resolve(loaded, { command: word }));
    expect(error).toMatchObject({ code: 'USAGE', message: `the profile \`t\` has no command \`${word}\``, hint });
  });

  test.each([
    { what: 'no modes', toml: '', wanted: null, mode: null },
    { what: 'one mode', toml: '[modes.a]\n', wanted: null, mode: 'a' },
    { what: 'a default', toml: 'default_mode = "b"\n[modes.a]\n[modes.b]\n', wanted: null, mode: 'b' },
    { what: 'a choice', toml: 'default_mode = "b"\n[modes.a]\n[modes.b]\n', wanted: 'a', mode: 'a' },
  ])('with $what the mode is $mode', async ({ toml, wanted, mode }) => {
    expect(resolve(await load(LEAST + toml), { mode: wanted }).mode?.name ?? null).toBe(mode);
  });

  test.each([
    ['', 'x', 'the profile `t` has no mode `x`', 'the profile has no modes'],
    ['[modes.public]\n', 'pubic', 'the profile `t` has no mode `pubic`', 'did you mean `public`?'],
    ['[modes.a]\n[modes.b]\n', null, 'the profile `t` has several modes and no default one', 'choose with -m: a, b'],
    ['[modes.a]\n', 'constructor', 'the profile `t` has no mode `constructor`', 'known modes: a'],
  ])('%j with mode %j is refused', async (toml, mode, message, hint) => {
    const loaded = await load(LEAST + toml);
    expect(await failure(() => resolve(loaded, { mode }))).toMatchObject({ code: 'USAGE', message, hint });
  });
});

describe('variables and named values', () => {
  test('every text of the container is filled in, numbers may be text', async () => {
    const text = `name = "t"
[images.app]
[commands.go]
args = ["--user", "{user}", "\${A}"]
[container]
user = "{uid}:{gid}"
hostname = "{mode}-\${A}"
groups = ["\${A}"]
stop_timeout = "\${WAIT:-10s}"
[container.resources]
cpus = "\${CPUS:-2}"
[container.labels]
"x.y" = "{command} of {profile}"
[container.mounts.a]
type = "volume"
source = "\${A}-data"
target = "/\${A}"
options = { o = "\${A}" }
[container.ports.http]
container = "\${PORT:-80}"
host = "127.0.0.1:\${HOST_PORT:-8080}"
[modes.m]
`;
    const names = { project: '/project', user: 'ada', uid: '1000', gid: '100' };
    const { container, command } = resolve(await load(text), { names, variables: { A: 'value', WAIT: '1m' } });
    expect(command.args).toEqual(['--user', 'ada', 'value']);
    expect(container).toMatchObject({
      user: '1000:100',
      hostname: 'm-value',
      groups: ['value'],
      stop_timeout: '1m',
      resources: { cpus: '2' },
      labels: { 'x.y': 'go of t' },
      mounts: [{ key: 'a', source: 'value-data', target: '/value', options: { o: 'value' } }],
      ports: [{ key: 'http', container: '80', host: '127.0.0.1:8080' }],
    });
  });

  test('words for people stay as they are', async () => {
    const text = `${LEAST}[container.mounts.a]\nabout = "\${NO} {x} $1"\n${VOLUME}`;
    expect(resolve(await load(text)).container.mounts[0]?.about).toBe('${NO} {x} $1');
  });

  test('all missing variables are named at once, with their places', async () => {
    const text = `${LEAST}[container]\nuser = "\${A}"\n[container.env]\nX = "\${B:?say which}"\nY = "{config}"\n`;
    expect(await missing(text)).toEqual([
      '5:1 container.user: the variable `A` is not set (set A, or give it a default in the profile: ${A:-default})',
      '7:1 container.env.X: the variable `B` is not set (say which)',
      '8:1 container.env.Y: `{config}` has no value here (name the file with -c FILE, or give the profile a place for it: default = "…" in [config])',
    ]);
  });

  test('what another mode, command or image needs is not missed', async () => {
    const text = `name = "t"
[images.app]
name = "app"
[images.other]
name = "\${NO1}"
[container]
image = "app"
[commands.go]
[commands.other]
args = ["\${NO2}"]
[commands.other.container.env]
A = "\${NO3}"
[modes.m]
[modes.other]
hidden = ["\${NO4}"]
[modes.other.container.env]
B = "\${NO5}"
[config]
default = "\${NO6}"
`;
    expect(resolve(await load(text), { mode: 'm' }).uses.variables).toEqual([]);
    expect(await missing(text, { mode: 'other', command: 'other' })).toHaveLength(4);
  });

  test('a value that an overlay replaces needs no variable', async () => {
    const loaded = await load(`${LEAST}[container]\nuser = "\${NO}"\n[modes.m.container]\nuser = "1"\n`);
    expect(resolve(loaded).container.user).toBe('1');
  });

  test.each([
    [
      '[container.mounts.a]\ntype = "volume"\ntarget = "${X}"',
      'x',
      '6:1 container.mounts.a.target: `x` is not an absolute path (paths in the container begin with /)',
    ],
    [
      '[container.ports.a]\ncontainer = "${X}"',
      '0',
      '5:1 container.ports.a.container: `0` is not a port (write a number from 1 to 65535; the host half goes in `host`)',
    ],
    [
      '[container.ports]\na = "${X}:80"',
      'x',
      '5:1 container.ports.a: `x:80` is not a port mapping (write PORT or ADDRESS:PORT, for instance 5000 or 127.0.0.1:5000)',
    ],
    [
      '[container]\nstop_timeout = "${X}"',
      'x',
      '5:1 container.stop_timeout: `x` is not a duration (write for instance 500ms, 30s, 1m30s or 2h)',
    ],
    [
      '[container]\nenv_files = ["${X}"]',
      'a\0b',
      '5:14 container.env_files[0]: a text with a NUL character reaches no program',
    ],
    [
      '[images.b]\nname = "${X}"\n[container]\nimage = "b"',
      'A b',
      '5:1 images.b.name: `A b` is not an image name (write [host[:port]/]name[:tag], the name in lower case, for instance ghcr.io/team/app:dev)',
    ],
    [
      '[lists]\nr = ["${X}"]\n[container.mounts.a]\neach = "r"\ntype = "volume"\ntarget = "/{each}"',
      '',
      '5:6 lists.r[0]: a list entry is empty (take it out of the list)',
    ],
    [
      '[lists]\nr = ["${X}"]\n[container.mounts.a]\neach = "r"\ntype = "volume"\ntarget = "/{each}"',
      'a/../..',
      '5:6 lists.r[0]: `a/../..` is not a list entry (entries may not begin or end with a slash, nor hold `.` or `..` as a folder)',
    ],
    [
      '[container.mounts.a]\ntype = "bind"\nsource = "${X}"\ntarget = "/a"',
      '',
      '4:19 container.mounts.a: the bind has no source (write source = "…", the path on this machine)',
    ],
    [
      '[container.mounts.a]\ntype = "volume"\nsource = "${X}"\ntarget = "/a"',
      '/etc',
      '6:1 container.mounts.a.source: `/etc` is not a name of a volume (for a path of this machine write type = "bind")',
    ],
    [
      '[container.mounts.a]\ntype = "volume"\ntarget = "/a"\n[container.mounts.b]\ntype = "volume"\ntarget = "/${X}"',
      'a/',
      '9:1 container.mounts.b.target: the mounts `a` and `b` have one target, `/a` (give each mount a target of its own)',
    ],
  ])('%j is checked again with X=%j', async (toml, value, problem) => {
    expect(await missing(LEAST + toml, { variables: { X: value } })).toEqual([problem]);
  });
});

describe('mounts of a list', () => {
  const TEXT = `${LEAST}[lists]
r = ["fuji", "\${SECOND:-iron}", "a/b"]
[container.mounts.first]
type = "volume"
target = "/first"
[container.mounts.release]
each = "r"
type = "bind"
source = "\${ROOT}/{each}"
target = "/data/{each}"
[container.mounts.last]
type = "volume"
target = "/last"
`;

  test('one per entry, in the order of the list, where the mount stands', async () => {
    const { mounts } = resolve(await load(TEXT), { variables: { ROOT: '/r' } }).container;
    expect(mounts.map(({ key, source, target }) => [key, source, target])).toEqual([
      ['first', undefined, '/first'],
      ['release/fuji', '/r/fuji', '/data/fuji'],
      ['release/iron', '/r/iron', '/data/iron'],
      ['release/a/b', '/r/a/b', '/data/a/b'],
      ['last', undefined, '/last'],
    ]);
    expect(mounts[1]).not.toHaveProperty('each');
  });

  test('their origins name the mount, the list entry and the variables', async () => {
    const { origins } = resolve(await load(TEXT), { variables: { ROOT: '/r', SECOND: 'jura' } });
    const entry = { kind: 'profile', file: 'podctl.toml', path: ['lists', 'r', 1] };
    const second = { kind: 'variable', name: 'SECOND', file: undefined, line: undefined };
    const root = { kind: 'variable', name: 'ROOT', file: undefined, line: undefined };
    expect(origins['mounts/release/jura']).toEqual([
      { kind: 'profile', file: 'podctl.toml', path: ['container', 'mounts', 'release'] },
      entry,
      second,
      root,
    ]);
    expect(origins['mounts/release/jura/target']).toEqual([
      { kind: 'profile', file: 'podctl.toml', path: ['container', 'mounts', 'release', 'target'] },
      entry,
      second,
    ]);
  });

  test('an empty list gives no mount', async () => {
    const loaded = await load(TEXT, 'extends = "base"\n[lists]\nr = []\n');
    expect(resolve(loaded).container.mounts.map(({ key }) => key)).toEqual(['first', 'last']);
  });

  test('a variable of a list that nothing walks through is not missed', async () => {
    const loaded = await load(`${LEAST}[lists]\nr = ["\${NO}"]\n`);
    expect(resolve(loaded).container.mounts).toEqual([]);
  });

  test('an entry that comes twice is refused', async () => {
    expect(await missing(TEXT, { variables: { ROOT: '/r', SECOND: 'fuji' } })).toEqual([
      '5:14 lists.r[1]: `fuji` stands twice in the list (take one out)',
    ]);
  });

  test('hostile entries stay one entry', async () => {
    const odd = `a b,c=d'"$(x)`;
    const { mounts } = resolve(await load(TEXT), { variables: { ROOT: '/r', SECOND: odd } }).container;
    expect(mounts[2]).toMatchObject({ key: `release/${odd}`, source: `/r/${odd}`, target: `/data/${odd}` });
  });
});

describe('modes', () => {
  test('hidden and shown are filled in, shown repeated over its list', async () => {
    const text = `${LEAST}[lists]\nr = ["a", "b"]\n[modes.p]\nexposure = "public"\nhidden = ["\${ROOT}", "/other"]\nshown = ["/fixed", "\${ROOT}/{each}"]\nshown_each = "r"\n`;
    const resolved = resolve(await load(text), { variables: { ROOT: '/r' } });
    expect(resolved.mode).toEqual({
      name: 'p',
      exposure: 'public',
      hidden: ['/r', '/other'],
      shown: ['/fixed', '/r/a', '/r/b'],
    });
    expect(resolved.origins['shown/2']?.map((origin) => ('path' in origin ? origin.path : origin.kind))).toEqual([
      ['modes', 'p', 'shown', 2],
      'variable',
      ['lists', 'r', 1],
    ]);
  });

  test('a mode that says nothing hides nothing', async () => {
    expect(resolve(await load(`${LEAST}[modes.p]\n`)).mode).toEqual({
      name: 'p',
      exposure: null,
      hidden: [],
      shown: [],
    });
  });
});

describe('environment', () => {
  const TEXT = `${LEAST}
[container]
env_files = ["one.env", { path = "/etc/two.env", required = false }]
[container.env]
PLAIN = "a \${X:-b}"
NUMBER = 5
FROM = { from = "OTHER" }
SAME = { secret = true }
UNSET = { from = "NOT_THERE" }
WORD = { value = "\${TOKEN}", secret = true }
EMPTY = ""
`;

  test('values, variables and secrets', async () => {
    const variables = { OTHER: 'other', SAME: 'same', TOKEN: 'hunter2' };
    const { env } = resolve(await load(TEXT), { variables }).container;
    expect(env.map(({ name, value }) => [name, revealed(value), value instanceof Secret])).toEqual([
      ['PLAIN', 'a b', false],
      ['NUMBER', '5', false],
      ['FROM', 'other', false],
      ['SAME', 'same', true],
      ['WORD', 'hunter2', true],
      ['EMPTY', '', false],
    ]);
  });

  test('a secret prints nowhere', async () => {
    const resolved = resolve(await load(TEXT), { variables: { TOKEN: 'hunter2', SAME: 'same-canary' } });
    expect(JSON.stringify(resolved)).not.toMatch(/hunter2|same-canary/);
    expect(inspect(resolved, { depth: 20 })).not.toMatch(/hunter2|same-canary/);
  });

  test('env files are absolute, relative to the project', async () => {
    const loaded = await load(TEXT);
    const files = [
      { path: '/project/one.env', required: true },
      { path: '/etc/two.env', required: false },
    ];
    expect(resolve(loaded, { variables: { TOKEN: '' } }).container.envFiles).toEqual(files);
    const request = { mode: null, command: 'go', variables: {}, names: { project: '/project' } };
    expect(envFilesOf(loaded, request)).toEqual(files);
    expect(envFilesOf(loaded, { ...request, names: {} })[0]).toEqual({ path: 'one.env', required: true });
    expect(envFilesOf(await load(LEAST), request)).toEqual([]);
  });

  test('env files of a Windows host', async () => {
    const loaded = await load(`${LEAST}[container]\nenv_files = ["a/b.env", 'D:\\x.env']\n`);
    const request = { mode: null, command: 'go', variables: {}, names: { project: 'C:\\p' } };
    expect(envFilesOf(loaded, { ...request, flavour: 'windows' }).map(({ path }) => path)).toEqual([
      'C:\\p\\a\\b.env',
      'D:\\x.env',
    ]);
  });

  test('the path of an env file needs no other variable of the profile', async () => {
    const loaded = await load(`${LEAST}[container]\nuser = "\${NO}"\nenv_files = ["\${NAME:-.env}"]\n`);
    const request = { mode: null, command: 'go', variables: {}, names: { project: '/p' } };
    expect(envFilesOf(loaded, request)).toEqual([{ path: '/p/.env', required: true }]);
  });

  test('entries of env files are secret, later ones win, the profile wins over all', async () => {
    const loaded = await load(TEXT);
    const resolved = resolveProfile(loaded, {
      mode: null,
      command: 'go',
      names: { project: '/p' },
      variables: { TOKEN: { value: 'x' } },
      envFileEntries: [
        { name: 'A', value: '1', file: 'one.env', line: 1 },
        { name: 'B', value: '1', file: 'one.env', line: 2 },
        { name: 'A', value: '2', file: 'two.env', line: 7 },
        { name: 'PLAIN', value: 'file', file: 'two.env', line: 8 },
        { name: 'BARE', value: null, file: 'two.env', line: 9 },
      ],
    });
    const env = resolved.container.env.map(({ name, value }) => [name, revealed(value), value instanceof Secret]);
    expect(env.slice(0, 3)).toEqual([
      ['A', '2', true],
      ['B', '1', true],
      ['PLAIN', 'a b', false],
    ]);
    expect(env.map(([name]) => name)).not.toContain('BARE');
    expect(resolved.origins['env/A']).toEqual([{ kind: 'variable', name: 'A', file: 'two.env', line: 7 }]);
  });

  test('where a value came from', async () => {
    const { origins, uses } = resolveProfile(await load(TEXT), {
      mode: null,
      command: 'go',
      names: {},
      variables: { OTHER: { value: 'o', file: '.env', line: 3 }, TOKEN: { value: 't' } },
    });
    expect(origins['env/FROM']).toEqual([
      { kind: 'profile', file: 'podctl.toml', path: ['container', 'env', 'FROM'] },
      { kind: 'variable', name: 'OTHER', file: '.env', line: 3 },
    ]);
    expect(origins['env/PLAIN']).toEqual([
      { kind: 'profile', file: 'podctl.toml', path: ['container', 'env', 'PLAIN'] },
      { kind: 'variable', name: 'X', file: undefined, line: undefined, defaulted: true },
    ]);
    expect(uses.variables.toSorted()).toEqual(['NOT_THERE', 'OTHER', 'SAME', 'TOKEN', 'X']);
  });

  test.each([
    [
      'required = true',
      {},
      '4:16 container.env.A: the variable `A` is not set (set A in the environment or in an env file)',
    ],
    [
      'required = true',
      { A: '' },
      '4:16 container.env.A: the variable `A` is empty (set A in the environment or in an env file)',
    ],
    [
      'from = "B"\nrequired = true\nabout = "the key of the API"',
      {},
      '4:16 container.env.A: the variable `B` is not set (the key of the API)',
    ],
    [
      'value = "${B:-}"\nrequired = true',
      {},
      '4:16 container.env.A: the variable `A` is empty (set A in the environment or in an env file)',
    ],
  ])('a required value: %j with %j', async (toml, variables, problem) => {
    expect(await missing(`${LEAST}[container.env.A]\n${toml}\n`, { variables })).toEqual([problem]);
  });

  test.each([
    { what: 'an argument', toml: '[commands.do]\nargs = ["--token=${TOKEN}"]', place: '8:9 commands.do.args[0]' },
    { what: 'a label', toml: '[container.labels]\na = "${TOKEN}"', place: '8:1 container.labels.a' },
    { what: 'another variable', toml: '[container.env.B]\nvalue = "x${TOKEN}"', place: '8:1 container.env.B.value' },
    { what: 'a build argument', toml: '[images.app.args]\nT = "${TOKEN}"', place: '8:1 images.app.args.T' },
    { what: 'a shown path', toml: '[modes.m]\nshown = ["/${TOKEN}"]', place: '8:10 modes.m.shown[0]' },
  ])('a secret variable in $what is refused', async ({ toml, place }) => {
    const text = `${LEAST}[container.env.T]\nfrom = "TOKEN"\nsecret = true\n${toml}\n`;
    const command = toml.includes('commands') ? 'do' : 'go';
    expect(await missing(text, { command, variables: { TOKEN: 'hunter2' } })).toEqual([
      `${place}: the secret variable \`TOKEN\` would be shown in plain here (hand secrets to the container by an env entry with secret = true only)`,
    ]);
  });
});

describe('images', () => {
  const TEXT = `name = "t"
[images.base]
name = "registry.example:5000/team/base"
context = "{project}/base"
[images.app]
tag = "\${TAG:-dev}"
base = "base"
base_arg = "BASE"
args = { A = "\${A:-1}" }
labels = { "x.y" = "z" }
platform = "linux/arm64"
pull = "never"
[images.digest]
name = "app@sha256:${'0'.repeat(64)}"
[images.tagged]
name = "localhost/app:v1"
[images.needy]
name = "\${NO}"
[container]
image = "app"
[commands.go]
`;

  test('the chain of the container, names and tags apart', async () => {
    const { image, images } = resolve(await load(TEXT));
    expect(image).toBe('app');
    expect(Object.keys(images)).toEqual(['app', 'base']);
    expect(images['app']).toEqual({
      key: 'app',
      name: 'app',
      tag: 'dev',
      base: 'base',
      base_arg: 'BASE',
      args: { A: '1' },
      labels: { 'x.y': 'z' },
      platform: 'linux/arm64',
      pull: 'never',
    });
    expect(images['base']).toMatchObject({
      name: 'registry.example:5000/team/base',
      tag: 'latest',
      context: '/project/base',
    });
  });

  test.each([
    ['digest', `app@sha256:${'0'.repeat(64)}`, ''],
    ['tagged', 'localhost/app', 'v1'],
  ])('%s', async (key, name, tag) => {
    const images = resolveImages(await load(TEXT), { variables: {}, names: {} }, key);
    expect(images).toEqual({ [key]: { key, name, tag, args: {}, labels: {} } });
  });

  test('all of them for building, or one with its bases', async () => {
    const loaded = await load(TEXT);
    const request = { variables: { NO: { value: 'yes' } }, names: { project: '/p' } };
    expect(Object.keys(resolveImages(loaded, request, null))).toEqual(['base', 'app', 'digest', 'tagged', 'needy']);
    expect(Object.keys(resolveImages(loaded, request, 'app'))).toEqual(['app', 'base']);
    expect(Object.keys(resolveImages(loaded, request, 'base'))).toEqual(['base']);
    const error = await failure(() => resolveImages(loaded, { ...request, variables: {} }, null));
    expect(error).toMatchObject({ code: 'BAD_DATA', message: 'the variable `NO` is not set' });
  });

  test('a tag in two places is refused', async () => {
    const text = `${LEAST}images.app.tag = "dev"\n`.replace('name = "app"', 'name = "${IMAGE:-app}"');
    expect(await missing(text, { variables: { IMAGE: 'ghcr.io/x/app:v1' } })).toEqual([
      "4:12 images.app.tag: the image's name already carries `v1` (write the tag in one place, `name` or `tag`)",
    ]);
    expect(resolve(await load(text)).images['app']).toMatchObject({ name: 'app', tag: 'dev' });
  });

  test('where the image came from', async () => {
    const { origins } = resolve(await load(TEXT));
    expect(origins['image']).toEqual([
      { kind: 'profile', file: 'podctl.toml', path: ['images', 'app', 'tag'] },
      { kind: 'variable', name: 'TAG', file: undefined, line: undefined, defaulted: true },
      { kind: 'profile', file: 'podctl.toml', path: ['container', 'image'] },
    ]);
    expect(origins['platform']).toEqual([
      { kind: 'profile', file: 'podctl.toml', path: ['images', 'app', 'platform'] },
    ]);
    expect(origins['images/base/context']).toMatchObject([
      { kind: 'profile' },
      { kind: 'podctl', rule: 'named-value' },
    ]);
  });
});

describe('ports', () => {
  test.each([
    ['http = 80', { container: 80, protocol: 'tcp' }],
    ['http = "80"', { container: 80, protocol: 'tcp' }],
    ['http = "53/udp"', { container: 53, protocol: 'udp' }],
    ['http = "8080:80"', { host: '127.0.0.1:8080', container: 80, protocol: 'tcp' }],
    ['http = "0.0.0.0:8080:80"', { host: '0.0.0.0:8080', container: 80, protocol: 'tcp' }],
    ['http = "[::1]:8080:80/udp"', { host: '[::1]:8080', container: 80, protocol: 'udp' }],
    ['http = "127.0.0.1::80"', { host: '127.0.0.1:', container: 80, protocol: 'tcp' }],
    ['http = { container = 80 }', { container: 80 }],
    ['http = { container = 80, host = 8080, protocol = "udp" }', { container: 80, host: 8080, protocol: 'udp' }],
  ])('%s', async (toml, port) => {
    const loaded = await load(`${LEAST}[container.ports]\n${toml}\n`);
    expect(resolve(loaded).container.ports).toEqual([{ key: 'http', ...port }]);
  });

  test('a command that publishes nothing has no ports and waits for none', async () => {
    const text = `${LEAST}commands.go.ports = false\n[commands.serve]\n[container.ports]\nhttp = 80\n[container.ready]\ntimeout = "5s"\n`;
    const loaded = await load(text);
    expect(resolve(loaded).container.ports).toEqual([]);
    expect(resolve(loaded).container).not.toHaveProperty('ready');
    expect(resolve(loaded).command.ports).toBe(false);
    expect(resolve(loaded, { command: 'serve' }).container.ready).toEqual({ timeout: '5s', port: 'http' });
  });
});

describe('origins by the pointers of the spec', () => {
  const TEXT = `${LEAST}
[container]
user = "1"
read_only = true
stop_timeout = "5s"
cap_add = ["A", "\${CAP:-B}"]
[container.resources]
memory_swap = "-1"
ulimits = { nofile = "1" }
[container.health]
test = ["a"]
start_period = "1s"
[container.ports.http]
container = 80
[container.mounts.a]
type = "volume"
read_only = true
target = "/a"
[container.labels]
"read_only" = "x"
[container.extra_hosts]
"my_host" = "1.1.1.1"
[modes.m.container]
user = "2"
mounts.a.target = "/b"
`;

  test.each([
    ['user', [['modes', 'm', 'container', 'user']]],
    ['readOnlyRoot', [['container', 'read_only']]],
    ['stopTimeout', [['container', 'stop_timeout']]],
    ['capAdd', [['container', 'cap_add'], 'CAP']],
    ['capAdd/0', [['container', 'cap_add', 0]]],
    ['capAdd/1', [['container', 'cap_add', 1], 'CAP']],
    ['resources/memorySwap', [['container', 'resources', 'memory_swap']]],
    ['resources/ulimits', [['container', 'resources', 'ulimits']]],
    ['health', [['container', 'health']]],
    ['ports/http', [['container', 'ports', 'http']]],
    [
      'mounts/a',
      [
        ['container', 'mounts', 'a'],
        ['modes', 'm', 'container', 'mounts', 'a'],
      ],
    ],
    ['mounts/a/target', [['modes', 'm', 'container', 'mounts', 'a', 'target']]],
    ['mounts/a/read_only', [['container', 'mounts', 'a', 'read_only']]],
    ['labels/read_only', [['container', 'labels', 'read_only']]],
    ['extraHosts/my_host', [['container', 'extra_hosts', 'my_host']]],
  ])('%s', async (pointer, expected) => {
    const { origins } = resolve(await load(TEXT));
    const found = origins[pointer]?.map((origin) => ('path' in origin ? origin.path : 'name' in origin && origin.name));
    expect(found).toEqual(expected);
  });

  test('an overlay names its mode, a named value its flag', async () => {
    const loaded = await load(`${LEAST}[modes.m.container]\nuser = "{config}"\n`);
    const { origins } = resolveProfile(loaded, {
      mode: 'm',
      command: 'go',
      variables: {},
      names: { config: '/c' },
      nameOrigins: { config: { kind: 'flag', flag: '-c' } },
    });
    expect(origins['user']).toEqual([
      { kind: 'profile', file: 'podctl.toml', path: ['modes', 'm', 'container', 'user'], mode: 'm' },
      { kind: 'flag', flag: '-c' },
    ]);
  });

  test('arguments of the command', async () => {
    const loaded = await load(`${LEAST}commands.go.args = ["a", "\${B:-b}"]\n`);
    expect(resolve(loaded).origins['args/1']).toEqual([
      { kind: 'profile', file: 'podctl.toml', path: ['commands', 'go', 'args', 1] },
      { kind: 'variable', name: 'B', file: undefined, line: undefined, defaulted: true },
    ]);
  });
});

describe("the application's config file", () => {
  test.each([
    ['', null],
    ['[config]\nrequired = true\n', null],
    ['[config]\ndefault = "./config.toml"\n', './config.toml'],
    ['[config]\ndefault = "{home}/${NAME:-x}.toml"\n', '/home/ada/x.toml'],
  ])('%j is at %j', async (toml, expected) => {
    const request = { variables: {}, names: { home: '/home/ada' } };
    expect(configDefault(await load(LEAST + toml), request)).toBe(expected);
  });

  test('a missing variable is an error', async () => {
    const loaded = await load(`${LEAST}[config]\ndefault = "\${NO}"\n`);
    const error = await failure(() => configDefault(loaded, { variables: {}, names: {} }));
    expect(error).toMatchObject({ code: 'BAD_DATA', message: 'the variable `NO` is not set' });
  });
});

test('a value that looks like a named value or a variable stays as it is', async () => {
  const mounts = ['[container.mounts.data]', 'type = "bind"', 'source = "${DATA}/x"', 'target = "/data"'].join('\n');
  const loaded = await load(`${LEAST}${mounts}\n`);
  for (const DATA of ['/a/{each}', '/a/${HOME}', '/a/{project}', '/a/$$', '/a/{{x}']) {
    expect(resolve(loaded, { variables: { DATA } }).container.mounts[0]?.source).toBe(`${DATA}/x`);
  }
});
