import { randomUUID } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { identify } from '../../src/cli/project.js';
import { formatProject } from '../../src/core/project.js';
import { realFiles } from '../../src/io/files.js';
import { describeDocker, describeOnce, describeRootless, type TestEngine } from '../support/engines.js';
import { type Folder, projectFolder } from '../support/machine.js';
import { type Finished, podctl } from '../support/podctl.js';
import { SOAK } from '../support/soak.js';

const HOOK = fileURLToPath(new URL('../support/kill-hook.mjs', import.meta.url));
const KILLED = 137;

type Run = (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Finished>;

/** A project with one service that writes rows as user 999 into a mounted folder and into a named volume. */
class Shop {
  readonly folder: Folder;
  readonly engine: TestEngine;
  readonly podctl: Run;
  container = '';
  image = '';
  label = '';

  constructor(folder: Folder, engine: TestEngine, run: Run) {
    this.folder = folder;
    this.engine = engine;
    this.podctl = (args, env) => run([...args, '--engine', engine.name], env);
  }

  get volume(): string {
    return `${this.label}_blob`;
  }

  path(...parts: readonly string[]): string {
    return join(this.folder.path, ...parts);
  }

  async open(give: (path: string) => Promise<unknown>): Promise<void> {
    const containerfile = `FROM ${this.engine.busybox}\nVOLUME /var/lib/rows\n`;
    this.image = await this.engine.build({ name: 'reset', containerfile });
    this.label = formatProject(await identify(this.folder.path, realFiles()));
    this.container = `podctl-test-${randomUUID()}`;
    mkdirSync(this.path('rows'));
    mkdirSync(this.path('src'));
    writeFileSync(this.path('src/main.py'), 'pass\n');
    const db = { image: this.image, user: '999:999', volumes: ['./rows:/var/lib/rows', './src:/src', 'blob:/blob'] };
    writeFileSync(this.path('compose.yaml'), JSON.stringify({ services: { db }, volumes: { blob: {} } }));
    await give(this.path('rows'));
    await this.must(['volume', 'create', '--label', `podctl.project=${this.label}`, this.volume]);
    const mounts = ['--network', 'none', '-v', `${this.path('rows')}:/var/lib/rows`, '-v', `${this.volume}:/blob`];
    const labels = ['--label', `podctl.project=${this.label}`];
    const command = ['--user', '999:999', this.image, 'sleep', '600'];
    await this.must(['run', '-d', '--stop-signal', 'KILL', '--name', this.container, ...labels, ...mounts, ...command]);
    await this.must(['exec', '--user', '0', this.container, 'chown', '999:999', '/blob']);
  }

  async must(args: readonly string[]): Promise<string> {
    const ended = await this.engine.run(args);
    return good(ended, args).stdout.trim();
  }

  /** The container itself writes: it runs, and its user may write in both places. */
  write(row: string): Promise<string> {
    const words = `echo ${row} >> /var/lib/rows/log && echo ${row} >> /blob/log`;
    return this.must(['exec', this.container, 'sh', '-c', words]);
  }

  /** What it reads in both places. */
  async rows(): Promise<readonly string[]> {
    const words = 'cat /var/lib/rows/log 2>/dev/null; echo -; cat /blob/log 2>/dev/null; true';
    const [bind = '', volume = ''] = (await this.must(['exec', this.container, 'sh', '-c', words])).split('-');
    return [bind, volume].map((text) => text.trim().replaceAll('\n', ' '));
  }

  async ok(args: readonly string[]): Promise<Finished> {
    return good(await this.podctl(args), args);
  }

  reset(...args: readonly string[]): Promise<Finished> {
    return this.ok(['reset', 'db', '--confirm', this.label, ...args]);
  }

  kept(): readonly string[] {
    return readdirSync(this.folder.path).filter((name) => name.startsWith('.podctl-'));
  }

  async close(): Promise<void> {
    await this.engine.run(['rm', '--force', this.container]);
    await this.engine.run(['volume', 'rm', this.volume]);
    this.folder.clear();
  }
}

function good(ended: Finished, args: readonly string[]): Finished {
  if (ended.code !== 0) throw new Error(`${args.join(' ')} ended with ${ended.code}: ${ended.stderr}`);
  return ended;
}

/** Kills podctl before its first, second, … step in turn, until it ends by itself; each time `check` must find everything in order again. */
async function killAtEveryStep(
  shop: Shop,
  args: readonly string[],
  check: (at: number, turn: number) => Promise<void>,
): Promise<number> {
  // Some of the steps here, every one in `npm run soak`.
  const stride = SOAK ? 1 : 5;
  for (let [at, turn] = [1, 0]; at < 200; at += stride, turn += 1) {
    const ended = await shop.podctl(args, {
      NODE_OPTIONS: `--import=${HOOK}`,
      PODCTL_TEST_KILL_AT: String(at),
      PODCTL_TEST_KILL_BELOW: shop.folder.path,
      ...(SOAK ? {} : { PODCTL_TEST_KILL_ONLY: 'rename' }),
    });
    if (ended.code === 0) return at - 1;
    expect(ended.code, `step ${at}: ${ended.stderr}`).toBe(KILLED);
    await check(at, turn);
  }
  throw new Error('it never ended by itself');
}

/** `again`: rows that further undos, each of the one before, bring back. */
function cases(shopOf: () => Shop, inside: (outside: number) => number, again: readonly string[]): void {
  it('a reset empties, gives the folder its owner, starts again; undo brings every row back, and is undone itself', async () => {
    const shop = shopOf();
    await shop.write('one');
    await shop.write('two');
    const reset = await shop.reset('--json');
    expect(JSON.parse(reset.stdout)).toMatchObject({
      project: shop.label,
      data: [
        { kind: 'folder', path: shop.path('rows'), services: ['db'] },
        { kind: 'volume', volume: shop.volume, services: ['db'] },
      ],
      left: [{ source: shop.path('src'), why: 'nothing says that it holds data; --volume names it' }],
      containers: [shop.container],
    });
    expect(await shop.rows()).toEqual(['', '']);
    expect(inside(statSync(shop.path('rows')).uid)).toBe(999);
    expect(existsSync(shop.path('src/main.py'))).toBe(true);
    await shop.write('three');
    await shop.ok(['undo']);
    expect(await shop.rows()).toEqual(['one two', 'one two']);
    for (const rows of again) {
      await shop.ok(['undo']);
      expect(await shop.rows()).toEqual([rows, rows]);
    }
    const { kept } = JSON.parse((await shop.ok(['undo', '--list', '--json'])).stdout);
    expect(kept).toMatchObject([{ by: 'undo', things: [{ path: shop.path('rows') }, { name: shop.volume }] }]);
    await shop.ok(['undo', '--drop', '--yes']);
    expect(shop.kept()).toEqual([]);
    expect(await shop.rows()).toEqual(['one two', 'one two']);
    expect((await shop.podctl(['undo'])).code).toBe(66);
  }, 600_000);

  it('without a snapshot exactly the listed folder is removed, whoever its files belong to', async () => {
    const shop = shopOf();
    await shop.ok(['reset', '--volume', 'rows', '--no-snapshot', '--confirm', shop.label]);
    expect(await shop.rows()).toEqual(['', 'one two']);
    expect(inside(statSync(shop.path('rows')).uid)).toBe(999);
    expect(shop.kept()).toEqual([]);
    await shop.write('one');
  }, 300_000);
}

// Rootless podman is below.
describeOnce('resets', (engine) => {
  let shop: Shop;
  beforeAll(async () => {
    const folder = projectFolder('reset');
    shop = new Shop(folder, engine, (args, env) =>
      podctl(args, { cwd: folder.path, env: { ...engine.env, ...engine.compose.v2?.env, ...env } }),
    );
    await shop.open(async (path) => chownSync(path, 999, 999));
  }, 300_000);
  afterAll(() => shop.close());

  cases(
    () => shop,
    (outside) => outside,
    ['three', 'one two'],
  );

  it('nothing is touched without the name, in use by others, behind a link, outside, protected, or a source', async () => {
    const before = await shop.rows();
    const outside = projectFolder('outside');
    symlinkSync(shop.path('rows'), shop.path('link'));
    const override = { services: { db: { volumes: ['./link:/link', `${outside.path}:/outside`] } } };
    writeFileSync(shop.path('compose.override.yaml'), JSON.stringify(override));
    const refused = async (...args: readonly string[]) => {
      const ended = await shop.podctl(['reset', ...args]);
      expect(ended.code, ended.stderr).toBe(77);
      return ended.stderr.split('\n').find((line) => line.startsWith('error: '));
    };
    const sure = ['--confirm', shop.label];
    try {
      expect(await refused('db')).toBe('error: this empties data, and nobody can be asked');
      expect(await refused('db', '--confirm', 'other')).toContain('`other` is not the name');
      expect(await refused('--volume', './link', ...sure)).toContain('it lies behind the symbolic link');
      expect(await refused('--volume', outside.path, ...sure)).toContain('it lies outside the project');
      const data = '[data.rows]\nholds = "files"\nservice = "db"\ntarget = "/var/lib/rows"\nprotected = true\n';
      writeFileSync(
        shop.path('podctl.toml'),
        `name = "shop"\nimages.app.name = "app"\ncommands.go.about = "go"\n${data}`,
      );
      expect(await refused('db', ...sure)).toContain('protected data are never removed');
      rmSync(shop.path('podctl.toml'));
      const other = `${shop.container}-other`;
      await shop.must([
        'run',
        '-d',
        '--network',
        'none',
        '--name',
        other,
        '-v',
        `${shop.path('rows')}:/x`,
        shop.image,
        'sleep',
        '600',
      ]);
      expect(await refused('db', ...sure)).toContain(`container \`${other}\` uses the data`);
      await shop.must(['rm', '--force', other]);
    } finally {
      rmSync(shop.path('compose.override.yaml'));
      outside.clear();
    }
    expect(await shop.rows()).toEqual(before);
  }, 600_000);
});

// What stands between the steps is the same on every engine.
describeDocker('podctl is killed', (engine) => {
  let shop: Shop;
  beforeAll(async () => {
    const folder = projectFolder('reset-killed');
    shop = new Shop(folder, engine, (args, env) =>
      podctl(args, { cwd: folder.path, env: { ...engine.env, ...engine.compose.v2?.env, ...env } }),
    );
    await shop.open(async (path) => chownSync(path, 999, 999));
    await shop.write('one');
  }, 300_000);
  afterAll(() => shop.close());

  // The volume takes several containers a run, so it comes along in the long runs only.
  const what = SOAK ? ['db'] : ['--volume', 'rows'];
  const seen = async (): Promise<string> => {
    const [bind = '', volume = ''] = await shop.rows();
    return !SOAK || bind === volume ? bind : `${bind}, but in the volume ${volume}`;
  };

  it('before any step of a reset or an undo: the next one carries it on or takes it back, and no row is lost', async () => {
    const reset = ['reset', ...what, '--confirm', shop.label];
    const steps = await killAtEveryStep(shop, reset, async (at, turn) => {
      const carriesOn = turn % 3 === 2;
      if (carriesOn) await shop.ok(reset);
      expect(carriesOn ? await seen() : '', `step ${at}`).toBe('');
      // Killed before anything was written down there is nothing to take back.
      const undone = await shop.podctl(['undo']);
      expect([0, 66]).toContain(undone.code);
      expect(await seen(), `step ${at}`).toBe('one');
    });
    expect(steps).toBeGreaterThan(5);
    expect(await seen()).toBe('');
    await shop.write('new');
    // Each time the next undo ends what was begun, so the two states take turns.
    const back = await killAtEveryStep(shop, ['undo'], async (at, turn) => {
      await shop.ok(['undo']);
      const now = turn % 2 === 0 ? 'one' : 'new';
      expect(await seen(), `step ${at}`).toBe(now);
    });
    expect(back).toBeGreaterThan(5);
    await shop.ok(['undo', '--drop', '--yes']);
    expect(shop.kept()).toEqual([]);
  }, 900_000);

  it('and a container writes before the next one: nothing of that is lost', async () => {
    const reset = ['reset', '--volume', 'blob', '--confirm', shop.label];
    const undo = join(shop.folder.path, '.state/podctl/projects', shop.label, 'undo');
    const killedAt = async (rename: number, row: string): Promise<string> => {
      const env = {
        NODE_OPTIONS: `--import=${HOOK}`,
        PODCTL_TEST_KILL_AT: String(rename),
        PODCTL_TEST_KILL_BELOW: undo,
        PODCTL_TEST_KILL_ONLY: 'rename',
      };
      expect((await shop.podctl(reset, env)).code).toBe(KILLED);
      const { steps, at } = JSON.parse(readFileSync(join(undo, 'journal.json'), 'utf8'));
      await shop.must(['start', shop.container]);
      await shop.write(row);
      expect((await shop.podctl(reset)).stderr).toContain('uses the data that this works on');
      await shop.must(['kill', shop.container]);
      await shop.ok(reset);
      return steps[at].action;
    };
    const volume = async (): Promise<string> => (await shop.rows())[1] ?? '';
    const before = await volume();
    expect(await killedAt(7, 'late')).toBe('record');
    expect(await volume()).toBe('');
    await shop.ok(['undo']);
    expect(await volume()).toBe(`${before} late`);
    // By now the volume is empty, and podctl has not written that down.
    expect(await killedAt(8, 'later')).toBe('empty');
    const { kept } = JSON.parse((await shop.ok(['undo', '--list', '--json'])).stdout);
    expect(kept).toHaveLength(3);
    await shop.ok(['undo']);
    expect(await volume()).toBe(`${before} late`);
    await shop.ok(['undo', kept[1].id]);
    expect(await volume()).toBe('later');
  }, 300_000);
});

describeRootless('resets of data that belong to subordinate ids', (engine) => {
  let shop: Shop;
  let start = 0;
  beforeAll(async () => {
    const folder = engine.folder('reset');
    shop = new Shop(folder, engine, (args, env) =>
      engine.podctl(args, { cwd: folder.path, ...(env === undefined ? {} : { env }) }),
    );
    await shop.open(async (path) => {
      chownSync(path, engine.uid, engine.gid);
      chownSync(shop.path('src'), engine.uid, engine.gid);
      await shop.must(['unshare', 'chown', '999:999', path]);
    });
    start = statSync(shop.path('rows')).uid - 998;
  }, 300_000);
  afterAll(() => shop.close());

  cases(
    () => shop,
    (outside) => outside - start + 1,
    SOAK ? ['three', 'one two'] : [],
  );
});
