import { describe, expect, test } from 'vitest';
import { resolveTest } from '../../src/profile/resolve-test.js';
import { serviceProfiles, testOf, withTestCommand } from '../../src/profile/test-profile.js';
import { TEST_COMMAND } from '../../src/profile/test-tree.js';
import { tableAt } from '../../src/profile/tree.js';
import { LEAST, load, problems, resolve } from './desk.js';

const NAMES = { names: { project: '/project' }, variables: {} };

const WHOLE = `${LEAST}
[container]
init = true
[container.mounts.src]
type = "bind"
source = "."
target = "/app"
[container.mounts.cache]
type = "volume"
source = "cache"
target = "/cache"
[container.ports]
http = 8080
[modes.develop.container.mounts.src]
read_only = true
[test]
args = ["pytest", "-x"]
timeout = "2m"
mount_source = ["src"]
reports = [{ path = "/app/junit.xml", to = "reports" }]
[test.container.env]
MODE = "{mode}"
[test.container.mounts]
cache = false
[test.services.db]
image = "mariadb:10.11"
args = ["--skip-log-bin"]
aliases = ["mysql"]
env = { MARIADB_ROOT_PASSWORD = "x" }
ready = { port = 3306, timeout = "90s" }
mounts.data = { type = "tmpfs", target = "/var/lib/mysql" }
[test.services.config]
image = "app"
health = { test = "true" }
[test.expect]
python = "3.11"
user = "app"
exposed = [8080, "53/udp"]
labels = { team = "a" }
max_size = "300m"
root = false
files_present = ["/app"]
`;

describe('the tests of a profile', () => {
  test('are one more command over the container, without ports', async () => {
    const resolved = resolve(withTestCommand(await load(WHOLE), { mountSource: true, image: null }), {
      command: TEST_COMMAND,
      mode: 'develop',
    });
    expect(resolved.command).toEqual({ name: 'test-image', args: ['pytest', '-x'], ports: false });
    expect(resolved.container).toMatchObject({ init: true, ports: [], env: [{ name: 'MODE', value: 'develop' }] });
    expect(resolved.container.mounts).toEqual([
      { key: 'src', type: 'bind', source: '.', target: '/app', read_only: true },
    ]);
  });

  test('get no sources of this machine unless they are asked for, in whatever overlay they stand', async () => {
    const resolved = resolve(withTestCommand(await load(WHOLE), { mountSource: false, image: null }), {
      command: TEST_COMMAND,
      mode: 'develop',
    });
    expect(resolved.container.mounts).toEqual([]);
  });

  test('[test.source] is mounted when it is asked for', async () => {
    const text = `${LEAST}[test.source]\nsource = "{project}/lib"\ntarget = "/app/lib"\n`;
    const mounts = async (asked: boolean) =>
      resolve(withTestCommand(await load(text), { mountSource: asked, image: null }), { command: TEST_COMMAND })
        .container.mounts;
    expect(await mounts(true)).toEqual([
      { key: 'test-source', type: 'bind', source: '/project/lib', target: '/app/lib' },
    ]);
    expect(await mounts(false)).toEqual([]);
  });

  test('get no mount that holds data, unless they bring one of their own', async () => {
    const text = `${LEAST}[container.mounts.db]\ntype = "volume"\nsource = "db"\ntarget = "/db"\n[data.db]\nholds = "files"\nmount = "db"\n`;
    const own = '[test.container.mounts.db]\ntype = "tmpfs"\ntarget = "/db"\n';
    const mounts = async (more: string) => {
      const loaded = withTestCommand(await load(`${text}${more}`), { mountSource: false, image: null });
      return resolve(loaded, { command: TEST_COMMAND }).container.mounts;
    };
    expect(await mounts('')).toEqual([]);
    expect(await mounts(own)).toEqual([{ key: 'db', type: 'tmpfs', target: '/db' }]);
  });

  test.each([
    ['', ['TOKEN']],
    ['contract = false\n', []],
  ])('with %j have the variables of the contract: %j', async (line, names) => {
    const text = `${LEAST}[env.TOKEN]\nrequired = true\n[test]\nargs = ["x"]\n${line}`;
    const loaded = withTestCommand(await load(text), { mountSource: false, image: null });
    expect(Object.keys(loaded.profile.env)).toEqual(names);
    expect([...tableAt(loaded.tree, ['env']).entries.keys()]).toEqual(names);
  });

  test('of a lower layer can be taken away, in part and as a whole', async () => {
    expect(testOf(await load(WHOLE, 'test = false\n'))).toBeNull();
    const fewer = await load(WHOLE, '[test.services]\ndb = false\n[test]\nexpect = false\n');
    expect(serviceProfiles(fewer).map(({ name }) => name)).toEqual(['config']);
    expect(resolveTest(fewer, NAMES).expect).toMatchObject({ python: null, filesPresent: [] });
  });
});

describe('a service', () => {
  test('resolves as a profile of its own', async () => {
    const [db, config] = serviceProfiles(await load(WHOLE));
    const resolved = resolve(db?.loaded ?? (await load(LEAST)), { command: 'db' });
    expect(resolved).toMatchObject({ image: 'db', command: { args: ['--skip-log-bin'] }, mode: null });
    expect(resolved.images['db']).toMatchObject({ name: 'mariadb', tag: '10.11' });
    expect(resolved.container).toMatchObject({
      network_aliases: ['mysql'],
      ports: [{ key: 'ready', container: 3306, host: '127.0.0.1:' }],
      ready: { port: 'ready', timeout: '90s' },
      env: [{ name: 'MARIADB_ROOT_PASSWORD', value: 'x' }],
      mounts: [{ key: 'data', type: 'tmpfs', target: '/var/lib/mysql' }],
    });
    expect(resolved.container.init).toBeUndefined();
    const own = resolve(config?.loaded ?? (await load(LEAST)), { command: 'config' });
    expect(own).toMatchObject({ image: 'app', container: { health: { test: 'true', interval: '1s' }, ports: [] } });
  });
});

test('settings have their units read', async () => {
  const settings = resolveTest(await load(WHOLE), NAMES);
  expect(settings).toEqual({
    timeout: 120_000,
    reports: [{ path: '/app/junit.xml', to: 'reports' }],
    expect: {
      python: '3.11',
      pythonProgram: null,
      user: 'app',
      entrypoint: null,
      exposed: ['8080/tcp', '53/udp'],
      labels: { team: 'a' },
      maxSize: 300 * 1024 ** 2,
      root: false,
      filesPresent: ['/app'],
      filesAbsent: [],
    },
  });
});

test.each([
  ['an unknown image', 'test.image = "apq"', '4:6 test.image: no image is called `apq` (did you mean `app`?)'],
  [
    'an unknown mount',
    'test.mount_source = ["src"]',
    '4:22 test.mount_source[0]: no mount is called `src` (the profile has no mounts)',
  ],
  [
    'two kinds of sources',
    '[test]\nmount_source = []\nsource = { source = ".", target = "/a" }',
    '5:1 test.mount_source: `mount_source` and [test.source] exclude each other (keep one of them)',
  ],
  [
    'a service without an image',
    '[test.services.db]\nargs = ["x"]',
    '4:16 test.services.db: the service `db` has no image (write image = "…", a whole reference or a key of [images])',
  ],
  [
    'a bad mount of a service',
    '[test.services.db]\nimage = "x"\nmounts.a = { type = "bind", target = "/a" }',
    '6:8 test.services.db.mounts.a: the bind has no source (write source = "…", the path on this machine)',
  ],
  [
    'a report without a name',
    'test.reports = [{ path = "/app/", to = "out" }]',
    '4:19 test.reports[0].path: `/app/` is not a file or a folder by its name (write for instance /app/reports or /app/junit.xml)',
  ],
  [
    'an overlay that takes away what is not there',
    '[test.container.mounts]\ncache = false',
    '5:1 test.container.mounts.cache: `false` takes `cache` away, but no earlier layer sets it (check the name; for the text false write "false")',
  ],
])('%s is told with its place', async (_what, text, problem) => {
  expect(await problems(`${LEAST}${text}\n`)).toEqual([problem]);
});
