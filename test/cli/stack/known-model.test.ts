import { describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.js';
import type { ProviderFacts } from '../../../src/spec/stack/provider.js';
import { COMPOSE_V2 } from '../../support/compose-v2.js';
import { fakeEngine } from '../../support/fake-engine.js';
import { memoryWorld } from '../../support/world.js';

const FILE = '/home/ann/shop/compose.yaml';
const PLUGIN = '/home/ann/.docker/cli-plugins/docker-compose';
const KEPT = '/home/ann/.local/state/podctl/projects/shop-8cea1e71/model-shop-8cea1e71.json';
const UP = { outcome: 'up', verdicts: [], troubles: [], containers: [], waited: 1 } as const;
const SERVICE = 'services:\n  web: {image: "web:${TAG:-1}", environment: [NICK], env_file: own.env}\n';

/** A machine on which several commands run; each resolves to how often the provider was asked for the stack. */
function machine({
  text = SERVICE,
  provider = COMPOSE_V2,
}: {
  readonly text?: string;
  readonly provider?: ProviderFacts;
} = {}) {
  const memory = memoryWorld({
    files: { [FILE]: text, '/home/ann/shop/own.env': 'A=1\n', [PLUGIN]: 'the plugin' },
    host: { cwd: '/home/ann/shop' },
  });
  const run = async (line: string, env: Readonly<Record<string, string>> = {}): Promise<number> => {
    let asked = 0;
    const engine = fakeEngine({
      provider,
      stackConfig: () => {
        asked += 1;
        return JSON.stringify({ services: { web: { image: 'web', environment: { NICK: 'c4nary' } } } });
      },
      runs: line.includes('--dry-run') ? [] : [() => ({ exitCode: 0, stdout: '' })],
      stackWait: UP,
    });
    const { world } = memory;
    const code = await main(line.split(' '), { ...world, host: { ...world.host, env } }, engine.rooms);
    if (code !== 0) throw new Error(memory.stderr());
    return asked;
  };
  return { run, disk: memory.volume };
}

describe('what compose made of the files', () => {
  it('counts for the commands that follow, which do not ask', async () => {
    const { run } = machine();
    expect([await run('up -d'), await run('up -d'), await run('up -d --dry-run'), await run('up -d web')]).toEqual([
      1, 0, 0, 0,
    ]);
  });

  it.each([
    ['the file', FILE, `${SERVICE}  db: {image: db}\n`],
    ['an env file of a service', '/home/ann/shop/own.env', 'A=1\nB=2\n'],
    ['.env', '/home/ann/shop/.env', 'TAG=2\n'],
    ['an override file', '/home/ann/shop/compose.override.yaml', 'services:\n  web: {scale: 2}\n'],
    ['the program', PLUGIN, 'another'],
  ])('counts no longer when %s has changed', async (_what, path, text) => {
    const { run, disk } = machine();
    await run('up -d');
    disk.writeFileSync(path, text);
    expect([await run('up -d'), await run('up -d')]).toEqual([1, 0]);
  });

  it.each(['TAG', 'NICK', 'COMPOSE_PROFILES', 'DOCKER_HOST'])(
    'counts no longer when %s is another one',
    async (name) => {
      const { run } = machine();
      await run('up -d');
      expect(await run('up -d', { [name]: 'other' })).toBe(1);
      expect(await run('up -d', { [name]: 'other', OTHER: '1' })).toBe(0);
    },
  );

  it.each([
    ['include', 'include: [other.yaml]\nservices:\n  web: {image: web}\n'],
    ['extends', 'services:\n  web: {image: web, extends: {file: other.yaml, service: web}}\n'],
  ])('is asked for each time where `%s` brings in what podctl does not follow', async (_key, text) => {
    const { run, disk } = machine({ text });
    expect([await run('up -d'), await run('up -d')]).toEqual([1, 1]);
    expect(disk.existsSync(KEPT)).toBe(false);
  });

  it.each(['', '{', '{}', '{"mark":"","model":{}}'])('is asked for where `%s` was kept', async (kept) => {
    const { run, disk } = machine();
    await run('up -d');
    disk.writeFileSync(KEPT, kept);
    expect(await run('up -d')).toBe(1);
  });

  it('is kept without values of variables, and not by a plan', async () => {
    const { run, disk } = machine();
    await run('up -d --dry-run');
    expect(disk.existsSync(KEPT)).toBe(false);
    await run('up -d', { NICK: 'c4nary' });
    const text = String(disk.readFileSync(KEPT));
    expect(text).toContain('"NICK"');
    expect(text).not.toContain('c4nary');
  });

  it('is asked for each time of a provider that is more than one program', async () => {
    const { run } = machine({ provider: { ...COMPOSE_V2, name: 'compose-v1', kind: 'compose-v1', version: '1.29.2' } });
    expect([await run('up -d'), await run('up -d')]).toEqual([1, 1]);
  });
});
