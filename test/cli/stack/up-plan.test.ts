import { describe, expect, it } from 'vitest';
import type { Host } from '../../../src/io/host.js';
import { COMPOSE_V2 } from '../../support/compose-v2.js';
import type { FakeEngine } from '../../support/fake-engine.js';
import { runCli } from '../../support/run-cli.js';

const NAME = 'shop-8cea1e71';
const LABELS = `/home/ann/.local/state/podctl/projects/${NAME}/labels-shop.json`;
const CONFIG = JSON.stringify({
  services: {
    mysql: {
      image: 'mysql:8',
      volumes: [
        { type: 'bind', source: '/home/ann/shop/rows', target: '/var/lib/mysql', bind: { create_host_path: true } },
      ],
    },
    app: {
      build: { context: '/home/ann/shop/app' },
      volumes: [
        { type: 'bind', source: '/home/ann/shop/up', target: '/uploads', bind: { create_host_path: true } },
        { type: 'bind', source: '/home/ann/shop/strict', target: '/strict', bind: { create_host_path: false } },
      ],
    },
    idle: {
      image: 'idle',
      volumes: [{ type: 'bind', source: '/home/ann/shop/idle', target: '/idle', bind: { create_host_path: true } }],
    },
  },
});
const up = { outcome: 'up', verdicts: [], troubles: [], containers: [], waited: 1 } as const;

type Options = {
  readonly files?: Record<string, string | null>;
  readonly host?: Partial<Host>;
  readonly engine?: FakeEngine;
};

const cli = (line: string, { files, host, engine }: Options = {}) =>
  runCli(line.split(' '), {
    files: {
      '/home/ann/shop/compose.yaml': 'services: {mysql: {image: "mysql:8"}, app: {build: app}, idle: {image: idle}}\n',
      ...files,
    },
    host: { cwd: '/home/ann/shop', env: {}, ...host },
    engine: {
      provider: COMPOSE_V2,
      stackConfig: CONFIG,
      images: { 'mysql:8': { user: '' }, [`${NAME}-app`]: { user: '1234:4321' } },
      ...engine,
    },
  });

type Step = {
  readonly do: string;
  readonly action?: string;
  readonly path?: string;
  readonly owner?: unknown;
  readonly why: string;
};

describe('folders that bind mounts need', () => {
  const plan = async (line: string, options?: Options): Promise<readonly Step[]> => {
    const ran = await cli(`${line} --dry-run --json`, options);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    return JSON.parse(ran.stdout).steps;
  };
  const made = (steps: readonly Step[]) =>
    steps.flatMap(({ action, path, owner }) =>
      action === 'mkdir' && path?.startsWith('/home/ann/shop') ? [[path, owner]] : [],
    );
  const root = { uid: 0, gid: 0 } as const;

  it('are made before the start, with the owner that the image needs', async () => {
    const steps = await plan('up -d mysql app', { host: root });
    expect(made(steps)).toEqual([
      ['/home/ann/shop/rows', { uid: 999, gid: 999 }],
      ['/home/ann/shop/up', { uid: 1234, gid: 4321 }],
    ]);
    expect(steps[0]?.why).toBe('service mysql mounts it; the engine would make it as root');
    expect(steps.at(-1)?.do).toBe('exec');
  });

  it('are those of the services that start, and not those that are there', async () => {
    expect(made(await plan('up -d mysql', { host: root, files: { '/home/ann/shop/rows': null } }))).toEqual([]);
    expect(made(await plan('up -d app', { host: root }))).toEqual([['/home/ann/shop/up', { uid: 1234, gid: 4321 }]]);
  });

  it('are in the plan that is carried out', async () => {
    const ran = await cli('up -d mysql', {
      host: root,
      engine: { runs: [() => ({ exitCode: 0, stdout: '' })], stackWait: up },
    });
    expect(ran.code, ran.stderr).toBe(0);
    const paths = ran.engine.plans[0]?.steps.flatMap((step) => (step.do === 'file' ? [step.path] : []));
    expect(paths).toContain('/home/ann/shop/rows');
  });
});

describe('explain up', () => {
  it('tells of each word where it comes from, why it is there, and what would be without it', async () => {
    const ran = await cli('explain -p shop up --detach mysql', {
      files: { '/home/ann/shop/.env': 'COMPOSE_PROFILES=night\n', '/home/ann/shop/rows': null },
      host: { uid: 0, gid: 0 },
    });
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    for (const block of [
      [
        '--project-name shop',
        '  from:    flag --project-name',
        '  why:     everything of the stack is kept under this name',
      ],
      ['--profile night', '  from:    variable COMPOSE_PROFILES (.env:1)'],
      ['--detach', '  from:    flag --detach', '  why:     the services run in the background'],
      [`--file ${LABELS}`, '  from:    podctl rule stack'],
      [
        'mysql',
        '  from:    argument 1 of the command line',
        '  why:     the service that is meant',
        '  without: all services would be',
      ],
    ]) {
      expect(ran.stdout).toContain(`\n${block.join('\n')}`);
    }
    expect(ran.engine.plans).toEqual([]);
  });

  it('says the same as data', async () => {
    const ran = await cli('explain up -d mysql --json', {
      files: { '/home/ann/shop/rows': null },
      host: { uid: 0, gid: 0 },
    });
    expect(JSON.parse(ran.stdout)).toMatchObject({ podctl: 1 });
  });

  it('loads nothing that starts anything', async () => {
    const ran = await cli('explain up -d mysql', { files: { '/home/ann/shop/rows': null }, host: { uid: 0, gid: 0 } });
    expect([...ran.engine.entered]).not.toContain('execute');
  });
});
