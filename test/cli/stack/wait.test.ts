import { describe, expect, it } from 'vitest';
import type { StackWait, StackWish } from '../../../src/engine/stack/wait.js';
import { COMPOSE_V2 } from '../../support/compose-v2.js';
import type { FakeEngine } from '../../support/fake-engine.js';
import { runCli } from '../../support/run-cli.js';

const CONFIG = JSON.stringify({
  name: 'shop',
  services: {
    web: { image: 'web', depends_on: { db: { condition: 'service_started' } } },
    db: { image: 'db' },
    job: { image: 'job' },
  },
});
const PROJECT = {
  files: {
    '/home/ann/shop/compose.yaml':
      'services:\n  web: {image: web, depends_on: [db]}\n  db: {image: db}\n  job: {image: job}\n',
    '/home/ann/shop/podctl.toml':
      'name = "shop"\n[images.web]\nname = "web"\n[container]\nimage = "web"\n[stack.services.db]\nport = 3306\ntimeout = "90s"\n[stack.services.job]\none_shot = true\n',
  },
  host: { cwd: '/home/ann/shop' },
};
const PORT = { address: '127.0.0.1', hostPort: 3306, containerPort: 3306, protocol: 'tcp' };
const UP: StackWait = {
  outcome: 'up',
  waited: 1_200,
  troubles: [],
  verdicts: [
    { service: 'web', kind: 'done', by: 'health' },
    { service: 'db', kind: 'done', by: 'ports' },
  ],
  containers: [
    { service: 'web', name: 'shop-web-1', state: 'running', ports: [] },
    { service: 'db', name: 'shop-db-1', state: 'running', ports: [PORT] },
  ],
};

async function up(line: string, stackWait: FakeEngine['stackWait'], exitCode = 0) {
  return runCli(line.split(' '), {
    ...PROJECT,
    engine: {
      provider: COMPOSE_V2,
      stackConfig: CONFIG,
      runs: [() => ({ exitCode, stdout: '' })],
      ...(stackWait === undefined ? {} : { stackWait }),
    },
  });
}

describe('up -d', () => {
  it('waits for what it started and what that depends on, by the profile’s words, and shows it', async () => {
    const wishes: StackWish[] = [];
    const { code, stdout } = await up('up -d web --timeout 20s', (wish) => {
      wishes.push(wish);
      return UP;
    });
    expect(code).toBe(0);
    expect(wishes).toMatchObject([
      {
        timeout: 20_000,
        wanted: [
          { service: 'web', containers: 1 },
          { service: 'db', containers: 1, port: 3306, timeout: 90_000 },
        ],
      },
    ]);
    expect(stdout).toBe('SERVICE   STATE     PORTS\nweb       healthy\ndb        answers   127.0.0.1:3306:3306\n');
  });

  it('takes five minutes where nothing is said, and gives one document', async () => {
    const { stdout } = await up('up -d --json', (wish) => {
      expect(wish.timeout).toBe(300_000);
      expect(wish.wanted.map(({ service, oneShot }) => [service, oneShot])).toContainEqual(['job', true]);
      return UP;
    });
    expect(JSON.parse(stdout)).toMatchObject({
      podctl: 1,
      outcome: 'up',
      services: [{ service: 'web', by: 'health' }, { containers: [{ name: 'shop-db-1', ports: [PORT] }] }],
    });
  });

  it('one that is late is 75, with its state and its last lines', async () => {
    const late: StackWait = {
      ...UP,
      outcome: 'late',
      waited: 20_400,
      troubles: [{ service: 'db', container: 'shop-db-1', state: 'is not healthy yet', lines: ['no space'] }],
    };
    const { code, stderr, stdout } = await up('up -d', late);
    expect(code).toBe(75);
    expect(stdout).toBe('');
    expect(stderr).toContain('error: db not up after 20 s\n  db (shop-db-1) is not healthy yet\n    no space\n');
    expect(stderr).toContain('hint: what was started still runs; wait longer with --timeout, or see `podctl logs`\n');
  });

  it('one that failed is 76', async () => {
    const failed: StackWait = {
      ...UP,
      outcome: 'failed',
      troubles: [{ service: 'web', container: 'shop-web-1', state: 'ended with code 3', lines: [] }],
    };
    const { code, stderr } = await up('up -d', failed);
    expect(code).toBe(76);
    expect(stderr).toContain('error: web did not get up\n');
    expect(stderr).toContain('hint: see `podctl logs web`\n');
  });

  it('where the provider fails, nobody waits', async () => {
    expect((await up('up -d', undefined, 14)).code).toBe(14);
  });

  it('in the foreground nobody waits either', async () => {
    expect((await up('up', undefined)).code).toBe(0);
  });
});
