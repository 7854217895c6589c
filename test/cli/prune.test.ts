import { describe, expect, it } from 'vitest';
import type { ContainerThere, VolumeThere } from '../../src/plan/clean/prune-facts.js';
import type { FakeEngine } from '../support/fake-engine.js';
import { runCli } from '../support/run-cli.js';

const PROFILE = `name = "n"
[images.app]
name = "app"
tag = "dev"
[container.mounts.data]
type = "volume"
source = "precious"
target = "/data"
[data.db]
holds = "files"
mount = "data"
protected = true
[commands.serve]
`;

const FILES = { files: { '/home/ann/sky/podctl.toml': PROFILE } };

async function labelOf(): Promise<string> {
  const { stdout } = await runCli(['serve', '--dry-run'], {
    ...FILES,
    engine: { images: { 'app:dev': {} }, containers: [], volumes: { precious: null } },
  });
  return /podctl\.project=([\w-]+)/.exec(stdout)?.[1] ?? '';
}

async function world(): Promise<FakeEngine> {
  const labels = { 'podctl.project': await labelOf(), 'podctl.command': 'serve' };
  const stopped: ContainerThere = {
    id: 'c1',
    name: 'sky-serve',
    state: 'exited',
    created: 0,
    ended: 0,
    labels,
    image: 'i',
    networks: [],
    volumes: [],
    inPod: false,
    bytes: 3_000_000,
  };
  const volume = (name: string): VolumeThere => ({
    facts: { name, driver: 'local', options: {}, labels },
    created: 0,
    anonymous: false,
  });
  return { prune: { containers: [stopped], volumes: [volume('cache'), volume('precious')] }, containers: [] };
}

async function prune(...args: readonly string[]) {
  return runCli(['prune', ...args], { ...FILES, engine: await world() });
}

describe('podctl prune', () => {
  it('prints exactly the command lines, and the list with sizes and ways back beside them', async () => {
    const { code, stdout, stderr, engine } = await prune('--dry-run');
    expect([code, stdout]).toEqual([0, 'docker rm c1\n']);
    expect(stderr).toContain('container   sky-serve   3 MB   it is exited   podctl serve');
    expect(stderr).toContain('frees 3 MB');
    expect(engine.pruned).toEqual([]);
  });

  it('keeps volumes before they go', async () => {
    const { stdout } = await prune('--dry-run', '--volumes', 'cache');
    const lines = stdout.split('\n').map((line) => line.replace(/\/\S*\/undo\/\d+T\d+Z/, 'UNDO'));
    expect(lines.slice(0, 4)).toEqual([
      'docker rm c1',
      ": 'keep-volume UNDO.prune-1.tar: undo brings volume cache back from it'",
      ": 'record UNDO.json: from here on undo knows of them'",
      'docker volume rm cache',
    ]);
  });

  it('removes the list when somebody says so, and tells what went', async () => {
    const { code, stdout, engine } = await prune('--yes');
    expect([code, stdout]).toEqual([0, 'removed container sky-serve\nfreed 3 MB\n']);
    expect(engine.pruned).toHaveLength(1);
    const { stdout: json } = await prune('--yes', '--json');
    expect(JSON.parse(json)).toMatchObject({
      podctl: 1,
      engine: 'docker',
      removed: [{ kind: 'container', name: 'sky-serve', back: 'podctl serve' }],
      freed: 3_000_000,
      kept: null,
    });
  });

  it.each([
    [[], 77, 'nobody can be asked'],
    [['--all', '--yes'], 77, 'nobody can be asked'],
    [['--all', '--yes', '--confirm', 'podman'], 77, "not the engine's name"],
    [['--volumes', 'precious', '--yes'], 77, 'protected'],
    [['--all', '--volumes', 'precious', '--yes', '--confirm', 'docker'], 77, 'protected'],
    [['--volumes', 'none', '--yes'], 66, 'no volume is called'],
    [['--images', 'none', '--yes'], 66, 'no image'],
    [['--confirm', 'docker', '--yes'], 64, '--all'],
    [['--keep', '0'], 64, '--keep'],
    [['--older-than', 'soon'], 64, '--older-than'],
  ] as const)('removes nothing with %j', async (args, code, words) => {
    const run = await prune(...args);
    expect(run.code).toBe(code);
    expect(run.stderr).toContain(words);
    expect(run.engine.pruned).toEqual([]);
  });

  it('takes the whole engine when its name is said, and its volumes only by name', async () => {
    const { code, engine } = await prune('--all', '--yes', '--confirm', 'docker');
    expect(code).toBe(0);
    expect(engine.pruned.flat().map((step) => (step.do === 'exec' ? step.argv : step.action))).toEqual([
      ['docker', 'rm', 'c1'],
    ]);
  });

  it('says that there is nothing', async () => {
    const { code, stdout, stderr } = await runCli(['prune', '--yes'], { ...FILES, engine: { prune: {} } });
    expect([code, stdout, stderr]).toEqual([0, '', 'nothing to prune\n']);
  });
});
