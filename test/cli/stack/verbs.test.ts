import { describe, expect, it } from 'vitest';
import { COMPOSE_LABEL } from '../../../src/core/compose-label.js';
import type { ProviderRequest } from '../../../src/engine/stack/find-provider.js';
import type { ContainerFacts } from '../../../src/spec/facts.js';
import type { ProviderFacts } from '../../../src/spec/stack/provider.js';
import { COMPOSE_V2 } from '../../support/compose-v2.js';
import { container, type FakeEngine } from '../../support/fake-engine.js';
import { runCli } from '../../support/run-cli.js';

const V1: ProviderFacts = {
  ...COMPOSE_V2,
  name: 'compose-v1',
  kind: 'compose-v1',
  version: '1.29.2',
  words: ['docker-compose'],
};
const PC: ProviderFacts = {
  ...COMPOSE_V2,
  name: 'podman-compose',
  kind: 'podman-compose',
  version: '1.0.3',
  words: ['podman-compose'],
};

const FILE = `services:
  web: {image: "web:\${TAG:-1}", ports: ["127.0.0.1:\${PORT}:80"], environment: {KEY: "\${KEY}", NICK: "\${NICK}"}, depends_on: [db]}
  db: {image: db}
  debug: {image: dbg, profiles: [debug]}
`;
const CONFIG = JSON.stringify({
  services: {
    web: { image: 'web:1', networks: { default: null }, depends_on: { db: { condition: 'service_started' } } },
    db: { image: 'db', networks: { default: null } },
    debug: { image: 'dbg', networks: { default: null }, profiles: ['debug'] },
  },
});
const NAME = 'shop-8cea1e71';
const HEAD = ['docker', 'compose', '--project-name', NAME, '--file', '/home/ann/shop/compose.yaml'];
const STATE = `/home/ann/.local/state/podctl/projects/${NAME}`;
const LABELS = `${STATE}/labels-${NAME}.json`;

type Options = {
  readonly engine?: FakeEngine;
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
};
const cli = (line: string, { engine, files, env = {}, cwd = '/home/ann/shop' }: Options = {}) =>
  runCli(line.split(' '), {
    files: { '/home/ann/shop/compose.yaml': FILE, ...files },
    host: { cwd, env },
    engine: { provider: COMPOSE_V2, stackConfig: CONFIG, ...engine },
  });
const steps = async (line: string, options?: Options) => {
  const ran = await cli(`${line} --dry-run --json`, options);
  expect([ran.stderr, ran.code]).toEqual([ran.stderr, 0]);
  return JSON.parse(ran.stdout) as { readonly provider: unknown; readonly steps: readonly Step[] };
};
type Step = {
  readonly do: string;
  readonly argv?: readonly string[];
  readonly path?: string;
  readonly environment?: unknown;
};
const argvs = async (line: string, options?: Options) =>
  (await steps(line, options)).steps.flatMap(({ argv }) => (argv === undefined ? [] : [argv]));
const service = (name: string, more: Partial<ContainerFacts> = {}): ContainerFacts =>
  container({
    name: `${NAME}-${name}-1`,
    labels: { 'podctl.project': NAME, [COMPOSE_LABEL.project]: NAME, [COMPOSE_LABEL.service]: name },
    ...more,
  });

describe('up', () => {
  it('prints exactly the provider’s words, and before them the labels that are not there yet', async () => {
    const plan = await steps('up --detach web db');
    expect(plan.provider).toEqual({ name: 'compose-v2', version: '2.26.1' });
    expect(plan.steps.map((step) => step.path ?? step.argv)).toEqual([
      STATE,
      LABELS,
      [...HEAD, '--file', LABELS, 'up', '--detach', 'web', 'db'],
    ]);
  });

  it('tells the environment in --json only, secrets redacted', async () => {
    const env = { KEY: 'from-process', PORT: '8080', OTHER: 'x' };
    const plan = await steps('up -d', {
      env,
      files: { '/home/ann/shop/.env': 'PORT=9\nNICK=secret-nick\nKEY=c4nary\nTAG=7\n' },
    });
    expect(plan.steps.at(-1)?.environment).toEqual({ TAG: '7', PORT: '8080', KEY: 'from-process', NICK: '[redacted]' });
    const text = await cli('up -d --dry-run', { env });
    expect(text.stdout).not.toContain('8080');
  });

  it('pulls first where `up` cannot', async () => {
    expect((await argvs('up -d --pull web', { engine: { provider: V1 } })).map((argv) => argv.slice(5))).toEqual([
      ['pull', 'web'],
      ['--file', LABELS, 'up', '--detach', 'web'],
    ]);
  });

  it('names the services to a provider that knows no profiles', async () => {
    const engine = { provider: PC, facts: { name: 'podman' as const } };
    expect((await argvs('up -d', { engine })).map((argv) => argv.slice(-4))).toEqual([['up', '--detach', 'web', 'db']]);
    expect((await argvs('up -d --compose-profile debug', { engine })).map((argv) => argv.slice(-5))).toEqual([
      ['up', '--detach', 'web', 'db', 'debug'],
    ]);
  });

  it.each([
    ['up -d wbe', 66, 'no service of this stack is called `wbe`', 'did you mean web?'],
    ['up --json', 64, '`--json` cannot describe a run that shares your terminal', 'add --detach'],
    ['-p Shop up -d', 64, '`--project-name` cannot be `Shop`', 'it must begin with a lower-case letter'],
    ['-f none.yaml up', 66, 'the compose file `none.yaml` does not exist', 'correct -f'],
    ['up --provider compose-v3', 64, 'no compose provider is called `compose-v3`', 'did you mean compose-v'],
  ])('%s ends with %i', async (line, code, message, hint) => {
    const ran = await cli(line);
    expect([ran.code, ran.stdout]).toEqual([code, '']);
    expect(ran.stderr).toContain(`error: ${message}`);
    expect(ran.stderr).toContain(hint);
  });
});

describe('compose files are found as compose finds them', () => {
  const other = 'services:\n  web: {image: web}\n';
  const filesOf = async (line: string, options: Options) => {
    const [argv = []] = await argvs(line, options);
    return argv
      .flatMap((word, index) => (argv[index - 1] === '--file' ? [word] : []))
      .filter((file) => file !== LABELS);
  };
  it.each<[what: string, line: string, options: Options, expected: readonly string[]]>([
    [
      'with its override',
      'pull',
      { files: { '/home/ann/shop/compose.override.yml': other } },
      ['compose.yaml', 'compose.override.yml'],
    ],
    [
      'in a folder above',
      'pull',
      { cwd: '/home/ann/shop/src/deep', files: { '/home/ann/shop/src/deep/x': '' } },
      ['compose.yaml'],
    ],
    ['the best name first', 'pull', { files: { '/home/ann/shop/docker-compose.yml': other } }, ['compose.yaml']],
    [
      '-f in order',
      '-f b.yaml -f a.yaml pull',
      { files: { '/home/ann/shop/a.yaml': other, '/home/ann/shop/b.yaml': other } },
      ['b.yaml', 'a.yaml'],
    ],
    [
      'COMPOSE_FILE',
      'pull',
      { env: { COMPOSE_FILE: 'a.yaml:compose.yaml' }, files: { '/home/ann/shop/a.yaml': other } },
      ['a.yaml', 'compose.yaml'],
    ],
    [
      'COMPOSE_FILE of .env, with a separator',
      'pull',
      {
        files: {
          '/home/ann/shop/.env': 'COMPOSE_FILE=a.yaml,compose.yaml\nCOMPOSE_PATH_SEPARATOR=,\n',
          '/home/ann/shop/a.yaml': other,
        },
      },
      ['a.yaml', 'compose.yaml'],
    ],
    [
      '[stack] of the profile',
      'pull',
      {
        files: {
          '/home/ann/shop/podctl.toml': 'name = "shop"\n[stack]\nfiles = ["a.yaml"]\n',
          '/home/ann/shop/a.yaml': other,
        },
      },
      ['a.yaml'],
    ],
  ])('%s', async (_what, line, options, expected) => {
    expect(await filesOf(line, options)).toEqual(expected.map((name) => `/home/ann/shop/${name}`));
  });

  it('not above a folder with a podctl.toml, which is a project of its own', async () => {
    const inside = {
      cwd: '/home/ann/shop/tool/src',
      files: {
        '/home/ann/shop/tool/podctl.toml': 'name = "tool"\nimages.t.name = "t"\ncommands.go.args = ["x"]\n',
        '/home/ann/shop/tool/src/x': '',
      },
    };
    const ran = await cli('up web', inside);
    expect([ran.code, ran.stderr]).toEqual([66, expect.stringContaining('name one with -f FILE')]);
    const containers = [service('web')];
    const down = await cli('down --dry-run', { ...inside, engine: { containers } });
    expect([down.code, down.stdout]).toEqual([0, '']);
  });

  it('takes COMPOSE_PROJECT_NAME and COMPOSE_PROFILES from .env', async () => {
    const files = { '/home/ann/shop/.env': 'COMPOSE_PROJECT_NAME=theirs\nCOMPOSE_PROFILES=debug, tools\n' };
    const [argv] = await argvs('pull', { files });
    expect(argv).toEqual([
      'docker',
      'compose',
      '--project-name',
      'theirs',
      '--file',
      '/home/ann/shop/compose.yaml',
      '--profile',
      'debug',
      '--profile',
      'tools',
      'pull',
    ]);
  });
});

describe('the provider', () => {
  it('is told and remembered when something is done, for each engine apart, and then asked for', async () => {
    const asked: ProviderRequest[] = [];
    const engine = {
      provider: (request: ProviderRequest) => {
        asked.push(request);
        return COMPOSE_V2;
      },
      runs: [() => ({ exitCode: 0, stdout: '' })],
    };
    const ran = await cli('pull', { engine });
    expect(ran.stderr).toContain(
      'note: compose-v2 2.26.1 (docker compose) runs the compose files of this project; --provider NAME chooses another',
    );
    expect(ran.memory.volume.readFileSync(`${STATE}/providers`, 'utf8')).toBe('docker compose-v2\n');
    const second = await cli('pull', {
      engine,
      files: { [`${STATE}/providers`]: 'podman podman-compose\ndocker compose-v2\n' },
    });
    expect(second.stderr).not.toContain('note:');
    expect(asked.map(({ remembered, wanted }) => [remembered, wanted])).toEqual([
      [null, null],
      ['compose-v2', null],
    ]);
  });

  it('is not remembered by a plan', async () => {
    const ran = await cli('pull --dry-run');
    expect(ran.memory.volume.existsSync(`${STATE}/providers`)).toBe(false);
  });

  it('is refused what it cannot take, by name and place, before it runs', async () => {
    const files = { '/home/ann/shop/compose.yaml': `name: shop\n${FILE}` };
    const ran = await cli('up -d', { files, engine: { provider: V1 } });
    expect([ran.code, ran.stdout]).toEqual([69, '']);
    expect(ran.stderr).toContain('compose-v1 1.29.2 cannot take the top-level `name:`');
    expect(ran.stderr).toContain('compose-v2 2.3.4 or newer');
  });

  it.each([
    ['run db', PC, 'podman-compose 1.0.3 cannot take the exit code of `run`'],
    ['watch', V1, 'compose-v1 1.29.2 cannot take `watch`'],
    ['config', PC, 'podman-compose 1.0.3 cannot take `config`'],
    ['--env-file x.env pull', PC, 'podman-compose 1.0.3 cannot take `--env-file`'],
  ])('%s: %s', async (line, provider, message) => {
    const facts = provider === PC ? { name: 'podman' as const } : {};
    const ran = await cli(line, { engine: { provider, facts }, files: { '/home/ann/shop/x.env': '' } });
    expect([ran.code, ran.stdout]).toEqual([69, '']);
    expect(ran.stderr).toContain(message);
  });

  it('may not start what would not wait, or take .env over the environment', async () => {
    const engine = { provider: PC, facts: { name: 'podman' as const } };
    const waits = 'services:\n  web: {image: w, depends_on: {db: {condition: service_healthy}}}\n  db: {image: db}\n';
    const files = { '/home/ann/shop/compose.yaml': waits };
    const whole = await cli('up -d', { engine, files });
    expect(whole.stderr).toContain('cannot take `depends_on` with `condition: service_healthy`');
    expect((await argvs('up -d db', { engine, files })).map((argv) => argv.at(-1))).toEqual(['db']);
    const env = await cli('up -d', { engine, env: { PORT: '1' }, files: { '/home/ann/shop/.env': 'PORT=2\n' } });
    expect(env.stderr).toContain('cannot take a variable of the environment that .env sets otherwise: `PORT`');
  });
});

describe('verbs on what is there', () => {
  const engine = { containers: [service('web'), service('db', { state: 'exited', exitCode: 0 })] };
  it.each([
    ['stop', ['stop', 'web']],
    ['start', ['start', 'db']],
    ['restart', ['restart', 'db', 'web']],
    ['restart db', ['restart', 'db']],
    ['logs -f --tail 5 web', ['logs', '--follow', '--tail', '5', 'web']],
    ['logs', ['logs', 'db', 'web']],
    ['down', ['--profile', 'debug', 'down', '--remove-orphans']],
  ])('%s', async (line, expected) => {
    const ran = await cli(`${line} --dry-run`, { engine });
    expect(ran.stdout).toBe(`${[...HEAD, ...expected].join(' ')}\n`);
  });

  it('takes one service down by the engine, exactly its containers', async () => {
    const ran = await cli('down web --dry-run', { engine });
    expect(ran.stdout).toBe(`docker stop ${NAME}-web-1\ndocker rm --force ${NAME}-web-1\n`);
  });

  it('runs a program where a service runs', async () => {
    const ran = await cli('exec web ls -f --dry-run', {
      engine: {
        ...engine,
        runs: [
          (plan) => {
            expect(plan.steps.map((step) => (step.do === 'exec' ? step.argv : []))).toEqual([
              ['docker', 'exec', '--interactive', `${NAME}-web-1`, 'ls', '-f', '--dry-run'],
            ]);
            return { exitCode: 7, stdout: '' };
          },
        ],
      },
    });
    expect(ran.code).toBe(7);
  });

  it('removes what podman-compose leaves: the networks', async () => {
    const podman = { ...engine, provider: PC, facts: { name: 'podman' as const }, networks: [`${NAME}_default`] };
    const ran = await cli('down --dry-run', { engine: podman });
    expect(ran.stdout.trimEnd().split('\n').at(-1)).toBe(`podman network rm ${NAME}_default`);
  });

  it('leaves stacks of other names alone', async () => {
    const trial = service('web', {
      labels: { 'podctl.project': NAME, [COMPOSE_LABEL.project]: 'trial', [COMPOSE_LABEL.service]: 'web' },
    });
    const ran = await cli('-p trial logs --dry-run', { engine: { containers: [service('web'), trial] } });
    expect(ran.stdout).toBe('docker compose --project-name trial --file /home/ann/shop/compose.yaml logs web\n');
  });

  it('tells a service that has no container yet from one that there is not', async () => {
    const none = await cli('start web', { engine: { containers: [] } });
    expect([none.code, none.stderr.split('\n')[0]]).toEqual([66, 'error: `web` has no container yet']);
    const unknown = await cli('start wbe', { engine });
    expect([unknown.code, unknown.stderr.split('\n')[0]]).toEqual([
      66,
      'error: no service or container of this project is called `wbe`',
    ]);
  });

  it('touches a profile’s containers as well, and needs no provider for them alone', async () => {
    const own = container({ name: 'sky-1', labels: { 'podctl.project': NAME, 'podctl.command': 'server' } });
    const both = await cli('stop --dry-run', { engine: { containers: [service('web'), own] } });
    expect(both.stdout).toBe(`${[...HEAD, 'stop', 'web'].join(' ')}\ndocker stop sky-1\n`);
    const alone = await cli('stop server --dry-run', {
      engine: { containers: [own], provider: neverAsked },
    });
    expect(alone.stdout).toBe('docker stop sky-1\n');
  });
});

describe('shell', () => {
  it('opens in the service that is named, or in the only one that runs, and needs no provider', async () => {
    const both = { containers: [service('web'), service('db')], provider: neverAsked };
    const named = await cli('shell db --dry-run', { engine: both });
    expect(named.stdout).toMatch(new RegExp(`^docker exec --interactive ${NAME}-db-1 sh -c '.*exec sh'\n$`));
    const which = await cli('shell --dry-run', { engine: both });
    expect([which.code, which.stderr]).toEqual([64, expect.stringContaining(`${NAME}-web-1, ${NAME}-db-1`)]);
    const one = await cli('shell --dry-run', { engine: { containers: [service('web')], provider: neverAsked } });
    expect(one.stdout).toContain(`docker exec --interactive ${NAME}-web-1 sh -c`);
  });

  it('tells a service that does not run', async () => {
    const ran = await cli('shell web', { engine: { containers: [service('web', { state: 'exited' })] } });
    expect([ran.code, ran.stderr.split('\n')[0]]).toEqual([69, 'error: `web` does not run']);
  });
});

const neverAsked = (): ProviderFacts => {
  throw new Error('a provider was asked for');
};

describe('run', () => {
  it('passes the exit code through, and no password on the command line', async () => {
    const ran = await cli('run -T -e DB_PASSWORD=c4nary -e A=b web pytest -x', {
      engine: {
        runs: [
          (plan) => {
            const step = plan.steps.at(-1);
            expect(step?.do === 'exec' ? step.argv.slice(HEAD.length) : []).toEqual([
              '--file',
              LABELS,
              'run',
              '--rm',
              '-T',
              '-e',
              'DB_PASSWORD',
              '-e',
              'A=b',
              'web',
              'pytest',
              '-x',
            ]);
            return { exitCode: 5, stdout: '' };
          },
        ],
      },
      env: { PORT: '1', KEY: 'k', NICK: 'n' },
    });
    expect([ran.stderr.includes('c4nary'), ran.code]).toEqual([false, 5]);
  });

  it('has podman remove the container afterwards, because one that removes itself has no exit code there', async () => {
    const printed = await cli('run --dry-run web pytest', { engine: { facts: { name: 'podman' } } });
    expect(printed).toMatchObject({ code: 0 });
    const [run = '', rm] = printed.stdout.trim().split('\n').slice(-2);
    const name = /--name (\S+) -T web pytest$/.exec(run)?.[1];
    expect(run).not.toContain('--rm');
    expect(name).toMatch(new RegExp(`^${NAME}-web-run-[0-9a-f]{12}$`));
    expect(rm).toBe(`podman rm --force --volumes ${name}`);
  });
});

describe('config', () => {
  it('prints what the provider prints, without secrets; --json what podctl knows', async () => {
    const files = { '/home/ann/shop/.env': 'KEY=c4nary\nPORT=1\n' };
    const text = await cli('config', {
      files,
      engine: { stackConfig: 'services: {web: {environment: {KEY: c4nary}}}' },
    });
    expect(text.stdout).toBe('services: {web: {environment: {KEY: [redacted]}}}\n');
    const json = JSON.parse((await cli('config --json', { files })).stdout);
    expect(json).toMatchObject({
      podctl: 1,
      name: NAME,
      provider: { name: 'compose-v2' },
      services: { db: { image: 'db' } },
    });
  });
});

describe('build and pull', () => {
  const files = { '/home/ann/shop/podctl.toml': 'name = "shop"\n[images.app]\nname = "app"\ncontext = "."\n' };
  it('act on what is named', async () => {
    expect((await argvs('build --pull web')).map((argv) => argv.slice(HEAD.length))).toEqual([
      ['build', '--pull', 'web'],
    ]);
    expect((await argvs('pull web', { files })).map((argv) => argv.slice(HEAD.length))).toEqual([['pull', 'web']]);
  });
});
