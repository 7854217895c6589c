import { describe, expect, it } from 'vitest';
import type { StackWait } from '../../../src/engine/stack/wait.js';
import type { KeptContainer, KeptState } from '../../../src/plan/stack/no-change.js';
import { COMPOSE_V2 } from '../../support/compose-v2.js';
import { runCli } from '../../support/run-cli.js';

const FILE = `services:
  web:
    image: web
    env_file: [web.env]
    environment: {TITLE: "\${TITLE:-shop}"}
`;
const FILES = {
  '/home/ann/shop/compose.yaml': FILE,
  '/home/ann/shop/web.env': 'LEVEL=1\n',
  '/home/ann/shop/.env': 'TITLE=shop\n',
};
const WEB: KeptContainer = {
  id: 'aaaa',
  state: 'running',
  startedAt: '2026-01-01T00:00:00Z',
  health: 'healthy',
  image: 'web',
  imageId: '1111',
  networks: ['shop_default:n1'],
};
const STATE: KeptState = { containers: [WEB], images: { web: '1111' } };
const UP: StackWait = {
  outcome: 'up',
  waited: 10,
  troubles: [],
  verdicts: [{ service: 'web', kind: 'done', by: 'health' }],
  containers: [{ service: 'web', name: 'shop-web-1', state: 'running', ports: [] }],
};

type Files = Readonly<Record<string, string | null>>;
type Start = {
  readonly line?: string;
  readonly files?: Files;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly state?: KeptState;
  readonly result?: StackWait;
};

/** One start; `provider` tells whether the provider was started. */
async function start({ line = 'up -d', files = FILES, env = {}, cwd = '/home/ann/shop', ...more }: Start) {
  const done = { provider: false };
  const { code, stdout, stderr, memory, engine } = await runCli(line.split(' '), {
    files,
    host: { cwd, env: { PATH: '/usr/bin', ...env } },
    engine: {
      provider: COMPOSE_V2,
      stackConfig: JSON.stringify({ name: 'shop', services: { web: { image: 'web' }, job: { image: 'web' } } }),
      stackWait: more.result ?? UP,
      keptState: more.state ?? STATE,
      get runs() {
        return [
          () => {
            done.provider = true;
            return { exitCode: 0, stdout: '' };
          },
        ];
      },
    },
  }).catch((error: unknown) => {
    // A start that needs no provider leaves the run that was announced.
    if (error instanceof Error && error.message.startsWith('1 announced runs never came')) return NOT_RUN;
    throw error;
  });
  const written = (engine?.plans ?? []).flatMap(({ steps }) =>
    steps.flatMap((step) =>
      step.do === 'file' && step.action === 'write' ? [[step.path, String(step.content)] as const] : [],
    ),
  );
  const disk = { ...memory?.volume.toJSON(), ...Object.fromEntries(written) };
  return { code, stdout, stderr, disk, provider: done.provider };
}
const NOT_RUN = { code: 0, stdout: '', stderr: '', memory: null, engine: null };

/** What stands on the disk after a first start. */
async function afterFirst(more: Start = {}): Promise<Files> {
  const first = await start(more);
  expect(first.stderr).not.toContain('error');
  expect(first.provider).toBe(true);
  return first.disk;
}

describe('a start in which nothing has changed', () => {
  it('needs no provider, and shows what the first one showed', async () => {
    const files = await afterFirst();
    const { code, stdout, stderr, engine } = await runCli(['up', '-d'], {
      files,
      host: { cwd: '/home/ann/shop', env: { PATH: '/usr/bin' } },
      engine: { keptState: STATE },
    });
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toBe('SERVICE   STATE     PORTS\nweb       healthy\n');
    expect([...engine.entered]).toEqual(['keptState']);
  });

  const web = (more: Partial<KeptContainer>): KeptState => ({ ...STATE, containers: [{ ...WEB, ...more }] });
  it.each<readonly [string, Start]>([
    ['a container that is gone', { state: { ...STATE, containers: [] } }],
    ['one that stopped', { state: web({ state: 'exited' }) }],
    ['one that was started again', { state: web({ startedAt: '2026-01-02T00:00:00Z' }) }],
    ['one that is not healthy any more', { state: web({ health: 'unhealthy' }) }],
    ['one that was made anew', { state: web({ id: 'bbbb' }) }],
    ['one more', { state: { ...STATE, containers: [WEB, { ...WEB, id: 'bbbb' }] } }],
    ['an image whose name moved', { state: { ...STATE, images: { web: '2222' } } }],
    ['an image that is gone', { state: { ...STATE, images: { web: null } } }],
    ['a network that is gone', { state: web({ networks: [] }) }],
    ['another network of the name', { state: web({ networks: ['shop_default:n2'] }) }],
    ['a variable of the files', { env: { TITLE: 'other' } }],
    ['a variable of a provider', { env: { COMPOSE_PROFILES: 'debug' } }],
    ['another PATH', { env: { PATH: '/opt/bin:/usr/bin' } }],
    ['other services', { line: 'up -d web' }],
    ['a build that is asked for', { line: 'up -d --build' }],
    ['a pull that is asked for', { line: 'up -d --pull' }],
    ['ports that are asked for', { line: 'up -d --ports auto' }],
    ['another project name', { line: '-p other up -d' }],
  ])('%s is a change', async (_name, changed) => {
    const files = await afterFirst();
    expect((await start({ files })).provider).toBe(false);
    expect((await start({ ...changed, files })).provider).toBe(true);
  });

  it.each<readonly [string, Files]>([
    ['the compose file', { '/home/ann/shop/compose.yaml': `${FILE}    init: true\n` }],
    ['an env file of a service', { '/home/ann/shop/web.env': 'LEVEL=2\n' }],
    ['.env', { '/home/ann/shop/.env': 'TITLE=other\n' }],
    ['a new override file', { '/home/ann/shop/compose.override.yaml': 'services: {web: {init: true}}\n' }],
    [
      'a compose file that would be found first',
      { '/home/ann/shop/compose.yml': FILE, '/home/ann/shop/compose.yaml': '' },
    ],
    [
      'a new profile',
      { '/home/ann/shop/podctl.toml': 'name = "shop"\n[images.web]\nname = "web"\n[container]\nimage = "web"\n' },
    ],
    ['a provider that was put in', { '/home/ann/.docker/cli-plugins/docker-compose': 'binary' }],
  ])('%s is a change', async (_name, changed) => {
    const files = { ...(await afterFirst()), ...changed };
    const again = await start({ files });
    expect(again.provider || again.stderr.includes('error')).toBe(true);
  });

  it.each<readonly [string, Files]>([
    ['include', { '/home/ann/shop/compose.yaml': `${FILE}include: [other.yaml]\n` }],
    ['extends', { '/home/ann/shop/compose.yaml': `${FILE}    extends: {file: other.yaml, service: web}\n` }],
    [
      'an env file with a variable in its name',
      { '/home/ann/shop/compose.yaml': FILE.replace('web.env', '$NAME.env') },
    ],
    ['an env file that is filled in', { '/home/ann/shop/web.env': 'LEVEL=$HOME\n' }],
    ['an image that is pulled at each start', { '/home/ann/shop/compose.yaml': `${FILE}    pull_policy: always\n` }],
  ])('with %s nothing is taken for granted', async (_name, changed) => {
    const files = await afterFirst({ files: { ...FILES, ...changed } });
    expect((await start({ files })).provider).toBe(true);
  });

  it('jobs run again at each start, and a stack that did not get up is not at rest', async () => {
    const job: StackWait = { ...UP, verdicts: [{ service: 'job', kind: 'done', by: 'ended' }] };
    expect((await start({ files: await afterFirst({ result: job }) })).provider).toBe(true);
    const late: StackWait = { ...UP, outcome: 'late' };
    const first = await start({ result: late });
    expect((await start({ files: first.disk })).provider).toBe(true);
  });

  it('the record tells no value of a variable', async () => {
    const files = await afterFirst({ env: { TITLE: 'hush-hush-4711' } });
    const record = Object.entries(files).find(([path]) => path.includes('/up/'))?.[1] ?? '';
    expect(record).toContain('"TITLE"');
    expect(record).not.toContain('hush-hush-4711');
  });
});
