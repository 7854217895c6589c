import { expect, it } from 'vitest';
import type { FakeEngine } from '../support/fake-engine.js';
import { DESI, runCli } from '../support/run-cli.js';
import type { MemoryOptions } from '../support/world.js';

/** One mistake of a user: what is typed, what is wrong around it, the exit code, and words that the error must have. */
type Row = readonly [
  argv: string,
  around: MemoryOptions & { readonly engine?: FakeEngine },
  code: number,
  words: string[],
];

const engine: FakeEngine = {
  images: { 'desiapi:dev': { entrypoint: ['/app'] }, 'web:1': { entrypoint: ['/app'] } },
  volumes: { 'desi-api-cache': null, x: null },
  containers: [],
};
const desi = (files: Record<string, string | null> = {}): Row[1] => ({
  ...DESI,
  files: { ...DESI.files, ...files },
  engine,
});
const HEAD = 'name = "web"\n[images.web]\nname = "web"\ntag = "1"\n[container]\nimage = "web"\n';
const profile = (text: string, files: Record<string, string | null> = {}): Row[1] => ({
  files: { '/home/ann/sky/podctl.toml': text, ...files },
  engine,
});
const container = (text: string, files: Record<string, string | null> = {}): Row[1] =>
  profile(`${HEAD}${text}\n[commands.serve]\n`, files);
const env = (text: string): Row[1] => desi({ '/home/ann/sky/bad.env': text });
const config = (text: string): Row[1] => desi({ '/home/ann/sky/config.toml': text });

const FLAGS: readonly Row[] = [
  ['', {}, 64, ['no command given', 'podctl --help']],
  ['servr', {}, 64, ['unknown command `servr`', 'did you mean server?']],
  ['up', {}, 66, ['there is no compose file here', 'name one with -f FILE']],
  ['xyzzy', {}, 64, ['unknown command `xyzzy`', 'podctl --help lists the commands']],
  ['server --prot 5001', desi(), 64, ['unknown option `--prot`', 'did you mean --port?']],
  ['server --verbose', desi(), 64, ['unknown option `--verbose`', 'stand after --']],
  ['--enigne docker server', desi(), 64, ['unknown option `--enigne`', 'did you mean --engine?']],
  ['server -x', desi(), 64, ['unknown option `-x`']],
  ['ps --detach', desi(), 64, ['`podctl ps` has no use for `--detach`']],
  ['server --mode', desi(), 64, ['`--mode` needs a value']],
  ['server --mode --dry-run', desi(), 64, ['`--mode` needs a value, but `--dry-run` is the next flag']],
  ['server --mode=', desi(), 64, ['`--mode` needs a value, but it is empty']],
  ['server --via ssh', desi(), 64, ['`--via` cannot be `ssh`', 'cli, api']],
  ['server --shell bash --dry-run', desi(), 64, ['`--shell` cannot be `bash`']],
  ['server --shell sh', desi(), 64, ['`--shell` is for printed commands', '--dry-run']],
  ['server --json', desi(), 64, ['`--json` cannot describe a run', '--detach']],
  ['server -m pubic --dry-run', desi(), 64, ['no mode `pubic`', 'public']],
  [
    'server --engine dcoker --dry-run',
    { ...desi(), engine: { facts: null } },
    64,
    ['`dcoker` is not an engine', 'docker'],
  ],
  ['server --port http --dry-run', desi(), 64, ['http']],
  ['server --port 70000 --dry-run', desi(), 64, ['70000', '65535']],
  ['server --port 1.2.3:80 --dry-run', desi(), 64, ['1.2.3']],
  ['server --mount nonsense --dry-run', desi(), 64, ['nonsense']],
  ['server --mount type=bind,src=/a --dry-run', desi(), 64, ['target']],
  ['server --mount type=bnid,src=/a,target=/b --dry-run', desi(), 64, ['bnid']],
  ['server --image Foo/BAR --dry-run', desi(), 64, ['Foo/BAR', 'lower case']],
  ['server --tag :x --dry-run', desi(), 64, ['`--tag :x` is not a tag']],
  ['server --env =x --dry-run', desi(), 64, ['`--env` needs the name of a variable']],
  ['server --profile desiapi', desi(), 66, ['no shipped profile is called `desiapi`', 'did you mean desi-api?']],
  ['server --profile ./missing.toml', desi(), 66, ['missing.toml']],
  ['build nothing --dry-run', desi(), 64, ['nothing']],
  ['build desipod --only desiapi', desi(), 64, ['`--only` names its images itself']],
  ['build --only desipod --with-base', desi(), 64, ['contradict each other']],
  ['logs --tail many', desi(), 64, ['`--tail many` is not a number of lines']],
  ['logs a b', desi(), 66, ['no container of this project is called `a`']],
  ['exec', desi(), 64, ['NAME is missing']],
  ['exec server', desi(), 64, ['PROGRAM is missing']],
  ['plan', desi(), 64, ['COMMAND is missing']],
  ['plan ps', desi(), 64, ['nothing to plan']],
  ['explain init', desi(), 64, ['nothing to explain']],
  ['profiles shwo', {}, 64, ['`profiles` cannot `shwo`']],
  ['profiles', {}, 64, ['ACTION is missing']],
  ['profiles validate', {}, 66, ['no podctl.toml']],
  ['ps now', desi(), 64, ['takes no arguments']],
  ['init ./gone.toml', {}, 66, ['gone.toml']],
];

const PROFILES: readonly Row[] = [
  ['serve', profile('name = "web\n'), 65, ['podctl.toml:1:']],
  ['serve', profile(`${HEAD}[commands.serve]\n[commands.serve]\n`), 65, ['podctl.toml:8:2', 'already defined']],
  ['serve', profile('name = 5\n'), 65, ['podctl.toml:1:', 'name']],
  ['serve', profile(`${HEAD}imgae = "x"\n[commands.serve]\n`), 65, ['podctl.toml:7:1 container.imgae', 'image']],
  ['serve', profile(`${HEAD}[comands.serve]\n`), 65, ['podctl.toml:7:', 'comands', 'commands']],
  ['serve', profile(`${HEAD}[commands.build]\n`), 65, ['podctl.toml:7:', 'build']],
  ['serve', profile('extends = "nope"\n'), 66, ['nope']],
  ['serve', profile('extends = "podctl.toml"\n'), 65, ['extends itself']],
  [
    'serve',
    profile('name = "web"\n[container]\nimage = "wbe"\n[images.web]\nname = "web"\n[commands.serve]\n'),
    65,
    ['wbe'],
  ],
  ['serve', container('[container.mounts.a]\nsource = "/x"\n'), 65, ['podctl.toml:', 'target']],
  ['serve', container('[container.mounts.a]\ntype = "bnd"\ntarget = "/x"\n'), 65, ['podctl.toml:8:', 'type', 'bind']],
  ['serve', container('[container.ports]\nhttp = "99999"\n'), 65, ['99999']],
  ['serve', container('[container.resources]\nmemory = "lots"\n'), 65, ['lots', 'podctl.toml:8:']],
  ['serve', container('stop_timeout = "soon"'), 65, ['soon', 'podctl.toml:7:']],
  ['serve', container('user = "${WHO:?say who}"'), 65, ['WHO', 'say who', 'podctl.toml:7:']],
  ['serve', container('user = "${WHO"'), 65, ['podctl.toml:7:']],
  [
    'serve',
    container('[container.env]\nTOKEN = { from = "TOKEN", required = true }\n'),
    65,
    ['TOKEN', 'podctl.toml:8:'],
  ],
  ['serve', container('[container.labels]\n"podctl.project" = "x"\n'), 65, ["podctl's own"]],
  ['serve', container('env_files = ["gone.env"]'), 66, ['gone.env']],
  ['serve', container('[container.mounts.a]\ntype = "bind"\nsource = "/gone"\ntarget = "/x"\n'), 66, ['/gone']],
  [
    'serve',
    container('[container.mounts.a]\ntype = "bind"\nsource = "/f"\nkind = "directory"\ntarget = "/x"\n', {
      '/f': 'a file',
    }),
    66,
    ['/f'],
  ],
  ['serve -c x.toml', container(''), 64, ['no use for a config file']],
];

const ENV_FILES: readonly Row[] = [
  ['server --env-file gone.env', desi(), 66, ['gone.env']],
  ['server --env-file bad.env', env('A=1\n=2\n'), 65, ['bad.env:2']],
  ['server --env-file bad.env', env("A='open\n"), 65, ['bad.env:1']],
  ['server --env-file bad.env', env('A=${B:?tell me}\n'), 65, ['bad.env:1', 'B']],
  ['server --env-file bad.env', env('A="x" y\n'), 65, ['bad.env:1']],
];

const CONFIGS: readonly Row[] = [
  ['server -c gone.toml', desi(), 66, ['gone.toml', '-c FILE']],
  ['server -c .', config(''), 66, ['is a folder']],
  ['server', config('cache = \n'), 65, ['config.toml:1:']],
  ['server', config('[cache]\nmax_age = 60\nmax_size = "1gb"\n'), 65, ['cache.path']],
  ['server', config('[cache]\npath = "/cache"\nmax_age = "60"\nmax_size = "1gb"\n'), 65, ['config.toml:3:', 'max_age']],
  ['server', config('[cache]\npath = "/cache"\nmax_age = -1\nmax_size = "1gb"\n'), 65, ['config.toml:3:', 'max_age']],
  [
    'server',
    config('[cache]\npath = "/cache"\nmax_age = 60\nmax_size = "1tb"\n'),
    65,
    ['config.toml:4:', 'max_size', 'gb'],
  ],
];

const AROUND: readonly Row[] = [
  ['server', { ...desi(), host: { env: {} } }, 65, ['DESI_SPECTRO_REDUX', 'set it to the folder']],
  ['server', { ...desi(), host: { env: { DESI_SPECTRO_REDUX: '' } } }, 65, ['DESI_SPECTRO_REDUX']],
  ['server', { ...desi(), host: { env: { DESI_SPECTRO_REDUX: '/nowhere' } } }, 66, ['/nowhere/fuji', '/nowhere/iron']],
  [
    'server',
    { ...desi(), engine: { ...engine, taken: { 5000: 'python3' } } },
    73,
    ['127.0.0.1:5000', '`python3` (process 77)', '--port'],
  ],
  [
    'server',
    { ...desi(), engine: { ...engine, images: { 'desiapi:dev': null } } },
    69,
    ['`desiapi:dev` is not there', 'podctl build'],
  ],
  ['server', { ...desi(), engine: { facts: null } }, 69, ['no container engine answered']],
  [
    'server',
    { ...desi(), engine: { ...engine, images: { 'desiapi:dev': { entrypoint: ['/bin/sh', '-c', 'python $1'] } } } },
    69,
    ['passes only 1 of 3 arguments on', 'ENTRYPOINT ['],
  ],
  [
    'server',
    { ...desi(), engine: { ...engine, images: { 'desiapi:dev': { arch: 'arm64' } } } },
    69,
    ['arm64', 'amd64'],
  ],
];

const ALL = [...FLAGS, ...PROFILES, ...ENV_FILES, ...CONFIGS, ...AROUND];

it.each(ALL)('podctl %s (%#)', async (argv, around, code, words) => {
  const ran = await runCli(argv === '' ? [] : argv.split(' '), around);
  expect(ran, ran.stderr).toMatchObject({ code, stdout: '' });
  const [first = '', ...rest] = ran.stderr
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('note: '));
  expect(first).toMatch(/^error: \S/);
  expect(rest.filter((line) => line.startsWith('error: '))).toEqual([]);
  expect(
    rest.some((line) => /^ *hint: \S/.test(line)),
    ran.stderr,
  ).toBe(true);
  for (const word of words) expect(ran.stderr).toContain(word);
  expect(ran.stderr).not.toMatch(/^\s+at |a bug in podctl|undefined|\[object/m);
  expect(ran.engine.entered.has('execute')).toBe(false);
});

it('has at least sixty mistakes', () => {
  expect(ALL.length).toBeGreaterThanOrEqual(60);
});
