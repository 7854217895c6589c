import { describe, expect, it } from 'vitest';
import type { ProviderFacts } from '../../../src/spec/stack/provider.js';
import { COMPOSE_V2 } from '../../support/compose-v2.js';
import { container } from '../../support/fake-engine.js';
import { runCli } from '../../support/run-cli.js';

const CONFIG = JSON.stringify({
  name: 'shop',
  services: {
    db: { image: 'db', ports: [{ target: 3306, published: '3306', host_ip: '127.0.0.1', protocol: 'tcp' }] },
    web: {
      image: 'web',
      ports: [
        { target: 80, published: '8080', protocol: 'tcp' },
        { target: 81, published: '8081', host_ip: '127.0.0.1', protocol: 'tcp' },
      ],
    },
  },
});
const FILES = `services:
  db:
    image: db
    ports: ["\${DB_PORT:-127.0.0.1:3306}:3306"]
  web:
    image: web
    ports: ["8080:80", "127.0.0.1:8081:81"]
`;
const STATE = '/home/ann/.local/state/podctl/projects';

type Case = {
  readonly taken: Readonly<Record<number, string>>;
  readonly provider?: ProviderFacts;
  readonly files?: Readonly<Record<string, string>>;
  readonly containers?: ReturnType<typeof container>[];
};
const run = (line: string, { taken, provider = COMPOSE_V2, files = {}, containers = [] }: Case) =>
  runCli(line.split(' '), {
    files: { '/home/ann/shop/compose.yaml': FILES, ...files },
    host: { cwd: '/home/ann/shop' },
    engine: { provider, stackConfig: CONFIG, taken, containers: () => containers },
  });
const planOf = async (line: string, what: Case): Promise<readonly Record<string, unknown>[]> =>
  JSON.parse((await run(`${line} --json`, what)).stdout).steps;

describe('a host port of a stack that is taken', () => {
  it('is an error before the start, with who has it and the way out', async () => {
    const { code, stderr } = await run('up -d', { taken: { 3306: 'mysqld' } });
    expect(code).toBe(73);
    expect(stderr).toContain(
      'error: db: 127.0.0.1:3306 is taken by `mysqld` (process 77)\n' +
        'hint: `--ports auto` publishes it on a free one; or end that program\n',
    );
  });

  it('is no error where the service does not start, or a container of the stack has it', async () => {
    expect((await run('up -d web --dry-run', { taken: { 3306: 'mysqld' } })).code).toBe(0);
    const db = container({
      name: 'shop-db-1',
      labels: { 'com.docker.compose.project': 'shop-d4b9a7a0' },
      ports: [{ address: '127.0.0.1', hostPort: 3306, containerPort: 3306, protocol: 'tcp' }],
    });
    const own = await run('-p shop-d4b9a7a0 up -d --dry-run', { taken: { 3306: 'docker-proxy' }, containers: [db] });
    expect(own.stderr).toBe('');
    expect(own.code).toBe(0);
  });

  it('moves by its variable, the address stays', async () => {
    const steps = await planOf('up -d db --dry-run --ports auto', { taken: { 3306: 'mysqld', 3307: 'other' } });
    expect(steps.at(-1)).toMatchObject({ do: 'exec', environment: { DB_PORT: '127.0.0.1:3308' } });
  });

  it('moves by a file over the project’s own where the files fix it', async () => {
    const what = { taken: { 8080: 'nginx' } };
    const steps = await planOf('up -d web --dry-run --ports auto', what);
    const over = steps.find(({ path }) => String(path).endsWith('.yaml'));
    expect(over).toMatchObject({ do: 'file', action: 'write', why: 'host ports that were moved' });
    expect(steps.at(-1)?.['argv']).toContain(over?.['path']);
    // 8081 is the stack's own: the next free one after it.
    const { stderr } = await run('up -d web --dry-run --ports auto', what);
    expect(stderr).toContain('note: web: port 8080 of 0.0.0.0 is published as 8082\n');
  });

  it('one that a provider cannot move is refused with the provider that can', async () => {
    const v1: ProviderFacts = { ...COMPOSE_V2, name: 'compose-v1', kind: 'compose-v1', version: '1.29.2' };
    const { code, stderr } = await run('up -d web --dry-run --ports auto', { taken: { 8080: 'nginx' }, provider: v1 });
    expect(code).toBe(69);
    expect(stderr).toContain('error: compose-v1 1.29.2 cannot take ports away that the files fix (web)\n');
    expect(stderr).toContain('compose-v2 2.24.4 or newer');
  });

  it('what was moved is remembered, and forgotten on request', async () => {
    const memory = { [`${STATE}/shop-MARK/ports-shop-MARK.txt`]: 'db 127.0.0.1:3306:3306 -> 4406\n' };
    const mark = /projects\/(shop-[0-9a-f]+)/.exec(
      String((await planOf('up -d db --dry-run', { taken: {} })).find(({ do: kind }) => kind === 'file')?.['path']),
    )?.[1];
    const files = Object.fromEntries(
      Object.entries(memory).map(([path, text]) => [path.replaceAll('shop-MARK', mark ?? ''), text]),
    );
    const kept = await planOf('up -d db --dry-run', { taken: {}, files });
    expect(kept.at(-1)).toMatchObject({ environment: { DB_PORT: '127.0.0.1:4406' } });
    const forgotten = await planOf('up -d db --dry-run --ports files', { taken: {}, files });
    expect(forgotten.at(-1)).not.toHaveProperty('environment');
  });

  it('another word is no wish', async () => {
    expect((await run('up --ports none', { taken: {} })).code).toBe(64);
  });
});
