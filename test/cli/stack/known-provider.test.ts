import { describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.js';
import type { ProviderFacts } from '../../../src/spec/stack/provider.js';
import { COMPOSE_V2 } from '../../support/compose-v2.js';
import { fakeEngine } from '../../support/fake-engine.js';
import { memoryWorld } from '../../support/world.js';

const STATE = '/home/ann/.local/state/podctl/projects/shop-8cea1e71';
const KNOWN = `${STATE}/provider-docker.json`;
const PLUGIN = '/home/ann/.docker/cli-plugins/docker-compose';

/** A machine on which several commands run; each resolves to how often the provider was asked who it is. */
function machine(provider: ProviderFacts = COMPOSE_V2) {
  const memory = memoryWorld({
    files: { '/home/ann/shop/compose.yaml': 'services:\n  web: {image: web}\n', [PLUGIN]: 'the plugin' },
    host: { cwd: '/home/ann/shop' },
  });
  const run = async (line: string, env: Readonly<Record<string, string>> = {}): Promise<number> => {
    let asked = 0;
    const dry = line.includes('--dry-run');
    const engine = fakeEngine({
      provider: () => {
        asked += 1;
        return provider;
      },
      stackConfig: JSON.stringify({ services: { web: { image: 'web' } } }),
      runs: dry ? [] : [() => ({ exitCode: 0, stdout: '' })],
    });
    const { world } = memory;
    const code = await main(line.split(' '), { ...world, host: { ...world.host, env } }, engine.rooms);
    if (code !== 0) throw new Error(memory.stderr());
    return asked;
  };
  return { run, disk: memory.volume };
}

describe('what compose said of itself', () => {
  it('counts for the commands that follow, which do not ask', async () => {
    const { run } = machine();
    expect([await run('pull'), await run('pull'), await run('pull --provider compose-v2')]).toEqual([1, 0, 0]);
  });

  it('counts no longer when its program was changed, also to one of the same size', async () => {
    const { run, disk } = machine();
    await run('pull');
    disk.writeFileSync(PLUGIN, 'another plugin');
    expect(await run('pull')).toBe(1);
    disk.utimesSync(PLUGIN, 1, 1);
    expect([await run('pull'), await run('pull')]).toEqual([1, 0]);
  });

  it('counts no longer when it is gone, or another one comes before it', async () => {
    const { run, disk } = machine();
    await run('pull');
    disk.unlinkSync(PLUGIN);
    expect(await run('pull')).toBe(1);
    disk.mkdirSync('/usr/lib/docker/cli-plugins', { recursive: true });
    disk.writeFileSync('/usr/lib/docker/cli-plugins/docker-compose', 'the plugin');
    expect(await run('pull')).toBe(1);
  });

  it.each(['DOCKER_HOST', 'DOCKER_CONFIG', 'PATH'])('counts no longer when %s is another one', async (name) => {
    const { run } = machine();
    await run('pull');
    expect(await run('pull', { [name]: '/elsewhere' })).toBe(1);
  });

  it.each(['', '{', '{}', '{"mark":"","facts":{"name":"compose-v2"}}'])(
    'is asked for where `%s` was kept',
    async (text) => {
      const { run, disk } = machine();
      await run('pull');
      disk.writeFileSync(KNOWN, text);
      expect(await run('pull')).toBe(1);
    },
  );

  it('is not kept by a plan', async () => {
    const { run, disk } = machine();
    await run('pull --dry-run');
    expect(disk.existsSync(KNOWN)).toBe(false);
  });
});

it('what a script says of itself is not kept: its packages change without it', async () => {
  const { run } = machine({ ...COMPOSE_V2, name: 'compose-v1', kind: 'compose-v1', version: '1.29.2' });
  expect([await run('pull'), await run('pull')]).toEqual([1, 1]);
});
