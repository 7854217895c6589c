import { describe, expect, it } from 'vitest';
import type { StackWait } from '../../../src/engine/stack/wait.js';
import type { ImageDetails } from '../../../src/spec/image-details.js';
import type { ProviderFacts } from '../../../src/spec/stack/provider.js';
import { COMPOSE_V2 } from '../../support/compose-v2.js';
import { runCli } from '../../support/run-cli.js';

const CONFIG = JSON.stringify({
  name: 'shop',
  services: {
    db: { image: 'db:1' },
    web: { build: { context: '/home/ann/shop' }, depends_on: { db: { condition: 'service_started' } } },
  },
});
const UP: StackWait = {
  outcome: 'up',
  waited: 10,
  troubles: [],
  verdicts: [
    { service: 'db', kind: 'done', by: 'running' },
    { service: 'web', kind: 'done', by: 'running' },
  ],
  containers: [],
};
const details = (id: string, digests: readonly string[]): ImageDetails => ({
  ref: 'x',
  id,
  entrypoint: null,
  cmd: null,
  user: '',
  workdir: '',
  exposed: [],
  volumes: [],
  labels: {},
  arch: 'amd64',
  os: 'linux',
  names: [],
  digests,
  variant: null,
  created: '',
  size: 0,
  env: [],
  layers: [],
  history: [],
});
type More = {
  readonly provider?: ProviderFacts;
  readonly act?: boolean;
  /** What the engine says of the database's image, time after time. */
  readonly db?: readonly ImageDetails[];
};
const run = (line: string, more: More = {}) => {
  const one = details('d1', ['db@sha256:aaaaaaaaaaaaaaaa']);
  const dbs = [...(more.db ?? [one, one])];
  const webs = ['1111', '2222'].map((id) => details(id, []));
  return runCli(line.split(' '), {
    files: {
      '/home/ann/shop/compose.yaml': 'services:\n  db: {image: "db:1"}\n  web: {build: ., depends_on: [db]}\n',
    },
    host: { cwd: '/home/ann/shop' },
    engine: {
      provider: more.provider ?? COMPOSE_V2,
      stackConfig: CONFIG,
      ...(more.act === true ? { stackWait: UP, runs: [() => ({ exitCode: 0, stdout: '' })] } : {}),
      details: {
        get 'db:1'() {
          return dbs.shift() ?? null;
        },
        get 'shop-8cea1e71-web'() {
          return webs.shift() ?? null;
        },
      },
    },
  });
};
const stepsOf = async (...words: Parameters<typeof run>): Promise<readonly (readonly string[])[]> => {
  const { stdout, stderr } = await run(`${words[0]} --dry-run --json`, words[1]);
  expect(stderr).toBe('');
  const { steps } = JSON.parse(stdout);
  return steps
    .filter((step: { readonly do: string }) => step.do === 'exec')
    .map(({ argv }: { readonly argv: readonly string[] }) =>
      argv.slice(argv.findLastIndex((word) => word.startsWith('/')) + 1),
    );
};

describe('fresh', () => {
  it('pulls what is pulled, builds what is built on newer bases, and starts', async () => {
    expect(await stepsOf('fresh')).toEqual([
      ['pull', 'db'],
      ['build', '--pull', 'web'],
      ['up', '--detach', 'db', 'web'],
    ]);
  });

  it('only of the services named', async () => {
    expect(await stepsOf('fresh db')).toEqual([
      ['pull', 'db'],
      ['up', '--detach', 'db'],
    ]);
  });

  it('podman-compose is told to recreate, because it looks at no image', async () => {
    const provider: ProviderFacts = { ...COMPOSE_V2, name: 'podman-compose', kind: 'podman-compose', version: '1.5.0' };
    expect((await stepsOf('fresh db', { provider })).at(-1)).toEqual(['up', '--detach', '--force-recreate', 'db']);
  });

  it('shows each image before and after, and waits as up does', async () => {
    const { code, stdout } = await run('fresh', { act: true });
    expect(code).toBe(0);
    expect(stdout).toBe(
      'SERVICE   IMAGE               BEFORE         AFTER          \n'.trimEnd() +
        '\ndb        db:1                aaaaaaaaaaaa   aaaaaaaaaaaa   the same\n' +
        'web       shop-8cea1e71-web   1111           2222           built anew\n\n' +
        'SERVICE   STATE     PORTS\ndb        running\nweb       running\n',
    );
  });

  it.each<[what: string, db: readonly ImageDetails[], row: string]>([
    [
      'one more digest is not another image',
      [
        details('d1', ['docker.io/library/db@sha256:aaaaaaaaaaaa']),
        details('d1', ['other@sha256:cccccccccccc', 'db@sha256:bbbbbbbbbbbb', 'db@sha256:aaaaaaaaaaaa']),
      ],
      'bbbbbbbbbbbb   bbbbbbbbbbbb   the same',
    ],
    [
      'another image is newer, whatever names it has',
      [
        details('d1', ['db@sha256:aaaaaaaaaaaa']),
        details('d2d2', ['x/notdb@sha256:aaaaaaaaaaaa', 'olddb@sha256:aaaaaaaaaaaa']),
      ],
      'aaaaaaaaaaaa   d2d2    newer',
    ],
  ])('%s', async (_what, db, row) => {
    const { stdout } = await run('fresh', { act: true, db });
    expect(stdout.split('\n')[1]).toBe(`db        db:1                ${row}`);
  });

  it('gives both in one document', async () => {
    const { stdout } = await run('fresh --json', { act: true });
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'up',
      images: [
        { service: 'db', built: false, before: 'sha256:aaaaaaaaaaaaaaaa', changed: false },
        { service: 'web', built: true, before: 'sha256:1111', after: 'sha256:2222', changed: true },
      ],
    });
  });
});
