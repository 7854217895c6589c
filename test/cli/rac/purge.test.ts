import { describe, expect, it } from 'vitest';
import type { KeptHome, KeptHomes } from '../../../src/rac/kept-homes.js';
import type { KeptVolumes } from '../../../src/rac/kept-volumes.js';
import type { FakeEngine } from '../../support/fake-engine.js';
import { type CliRun, runCli } from '../../support/run-cli.js';
import type { MemoryOptions } from '../../support/world.js';

const HOME = '/srv/rac';
const ID = '20260102T030405Z';
const SETTINGS = { [`${HOME}/settings.json`]: '{"engine":"docker"}' };
const CUT_OFF = { [`${HOME}/kept/volumes.json`]: '[]' };
const KEPT: readonly KeptHome[] = [
  { id: '20250101T000000Z', bytes: 2_000_000, volumes: ['rac-1a2b3c4d-app-data', 'rac-1a2b3c4d-registry'] },
  { id: '20250202T000000Z', bytes: null, volumes: [] },
];

type Place = MemoryOptions & {
  readonly kept?: readonly KeptHome[];
  /** Calls that are not listed throw. */
  readonly may?: readonly string[];
  readonly failing?: string;
};
type Done = CliRun & { readonly calls: readonly string[] };

/** `podctl rac WORDS` for the RAC in /srv/rac; what is done to it is written down. */
async function rac(words: readonly string[], { kept = [], may = [], failing, ...options }: Place = {}): Promise<Done> {
  const calls: string[] = [];
  const act = async (what: string): Promise<void> => {
    if (!may.some((one) => what.startsWith(one))) throw new Error(`unexpected: ${what}`);
    calls.push(what);
    if (what === failing) throw new Error('no space left');
  };
  const homes: KeptHomes = {
    ids: async () => kept.map(({ id }) => id),
    list: async () => kept,
    putAside: (id) => act(`put aside ${id}`),
    bringBack: (id) => act(`bring back ${id}`),
    drop: (id) => act(`drop ${id}`),
    remove: () => act('remove'),
  };
  const volumes: KeptVolumes = {
    list: async () => ['rac-1a2b3c4d-app-data'],
    check: () => act('check'),
    keep: () => act('keep'),
    bringBack: async () => act('fill').then(() => 1),
  };
  const engine: FakeEngine = {
    racKept: homes,
    racRemoval: { name: 'rac-1a2b3c4d', volumes },
    racStop: (how) => act(`stop ${how}`),
  };
  return { ...(await runCli(['rac', ...words, '--home', HOME], { ...options, engine })), calls };
}

describe('rac down', () => {
  it('where no RAC was ever up there is nothing to do', async () => {
    const { code, stderr, calls } = await rac(['down']);
    expect([code, stderr, calls]).toEqual([0, 'RAC is not up\n', []]);
    expect((await rac(['down', '--purge'])).stderr).toBe('RAC is not up\n');
  });

  it('a killed service leaves registry and applications, which are stopped', async () => {
    const { code, stdout, calls } = await rac(['down', '--json'], { files: SETTINGS, may: ['stop down'] });
    expect([code, calls]).toEqual([0, ['stop down']]);
    expect(JSON.parse(stdout)).toEqual({ podctl: 1, home: HOME, ended: true });
  });
});

describe('rac down --purge', () => {
  const all = ['check', 'keep', 'stop purge', 'put aside'];

  it('says what goes, and does nothing without the name', async () => {
    for (const [words, why] of [
      [[], 'this empties data, and nobody can be asked'],
      [['--confirm', 'rac-other'], '`rac-other` is not the name'],
    ] as const) {
      const { code, stderr, calls } = await rac(['down', '--purge', ...words], { files: SETTINGS, may: ['check'] });
      expect([code, calls]).toEqual([77, ['check']]);
      expect(stderr).toContain('  volume rac-1a2b3c4d-app-data\n');
      expect(stderr).toContain(why);
      expect(stderr).toContain('--confirm rac-1a2b3c4d');
    }
  });

  it('keeps what is in volumes before anything goes, and the folder last', async () => {
    const words = ['down', '--purge', '--confirm', 'rac-1a2b3c4d'];
    const { code, stderr, calls } = await rac(words, { files: SETTINGS, may: all });
    expect([code, calls]).toEqual([0, ['check', 'keep', 'stop purge', `put aside ${ID}`]]);
    expect(stderr).toContain(`RAC is gone; podctl rac undo brings it back (kept as ${ID})`);
  });

  it('a person types the name', async () => {
    const type = (shown: string) => (shown.includes('type the name, rac-1a2b3c4d') ? 'rac-1a2b3c4d\r' : undefined);
    const { code, calls } = await rac(['down', '--purge'], { files: SETTINGS, may: all, tty: true, type });
    expect([code, calls.at(-1)]).toEqual([0, `put aside ${ID}`]);
  });

  it('takes nothing away when something could not be kept', async () => {
    const words = ['down', '--purge', '--confirm', 'rac-1a2b3c4d'];
    expect((await rac(words, { files: SETTINGS, may: all, failing: 'check' })).calls).toEqual(['check']);
    expect((await rac(words, { files: SETTINGS, may: all, failing: 'keep' })).calls).toEqual(['check', 'keep']);
  });

  it('--no-snapshot keeps nothing, and says so with all that goes', async () => {
    const words = ['down', '--purge', '--no-snapshot', '--confirm', 'rac-1a2b3c4d', '--json'];
    const { stdout, stderr, calls } = await rac(words, { files: SETTINGS, may: ['stop purge', 'remove'] });
    expect(calls).toEqual(['stop purge', 'remove']);
    expect(stderr).toContain('  volume rac-1a2b3c4d-app-data\n  nothing is kept: it is gone for good');
    expect(JSON.parse(stdout)).toEqual({ podctl: 1, home: HOME, purged: true, kept: null });
  });

  it('two of one second have two ids', async () => {
    const words = ['down', '--purge', '--confirm', 'rac-1a2b3c4d'];
    const kept = [{ id: ID, bytes: 1, volumes: [] }];
    const { calls } = await rac(words, { files: SETTINGS, may: all, kept });
    expect(calls.at(-1)).toBe(`put aside ${ID}-2`);
  });
});

describe('rac undo', () => {
  it('brings the newest back', async () => {
    const { code, stdout, calls } = await rac(['undo', '--json'], { kept: KEPT, may: ['bring back'] });
    expect([code, calls]).toEqual([0, ['bring back 20250202T000000Z']]);
    expect(JSON.parse(stdout)).toEqual({ podctl: 1, home: HOME, volumes: 0 });
  });

  it('or the one that is named', async () => {
    const { calls } = await rac(['undo', '20250101T000000Z'], { kept: KEPT, may: ['bring back'] });
    expect(calls).toEqual(['bring back 20250101T000000Z']);
  });

  it('--dry-run says which, and moves nothing', async () => {
    const { code, stdout, calls } = await rac(['undo', '--dry-run'], { kept: KEPT });
    expect([code, calls]).toEqual([0, []]);
    expect(stdout).toContain('20250202T000000Z   ?');
    expect(stdout).not.toContain('20250101T000000Z');
    const over = await rac(['undo', '--dry-run'], { kept: KEPT, files: SETTINGS });
    expect([over.code, over.calls]).toEqual([77, []]);
  });

  it('one that was cut off is carried on: its volumes are filled', async () => {
    const files = { ...SETTINGS, ...CUT_OFF };
    const { stderr, calls } = await rac(['undo'], { kept: KEPT, files, may: ['fill'] });
    expect(calls).toEqual(['fill']);
    expect(stderr).toBe('RAC is back with 1 volumes; podctl rac up starts it\n');
  });

  it('puts nothing over a newer RAC', async () => {
    const { code, stderr, calls } = await rac(['undo'], { kept: KEPT, files: SETTINGS });
    expect([code, calls]).toEqual([77, []]);
    expect(stderr).toContain(`there is a newer RAC in ${HOME}`);
  });

  it.each([
    [[], [], 66, 'nothing of RAC is kept'],
    [['20240101T000000Z'], KEPT, 64, 'nothing is kept as `20240101T000000Z`'],
    [['20250101T000000Z', '20250202T000000Z'], KEPT, 64, 'one thing at a time can be undone'],
  ] as const)('undo %s with %j kept is %i', async (words, kept, code, message) => {
    const run = await rac(['undo', ...words], { kept });
    expect([run.code, run.calls]).toEqual([code, []]);
    expect(run.stderr).toContain(message);
  });

  it('--list says what is kept', async () => {
    expect((await rac(['undo', '--list'], { kept: KEPT })).stdout).toBe(
      [
        'ID                 SIZE   DATA',
        '20250101T000000Z   2 MB   accounts, names, variables and settings, volume rac-1a2b3c4d-app-data, volume rac-1a2b3c4d-registry',
        '20250202T000000Z   ?      accounts, names, variables and settings',
        '',
      ].join('\n'),
    );
    expect(JSON.parse((await rac(['undo', '--list', '--json'], { kept: KEPT })).stdout)).toEqual({
      podctl: 1,
      kept: KEPT,
    });
  });
});

describe('rac undo --drop', () => {
  it('lists, and does nothing when nobody can be asked', async () => {
    const { code, stderr, calls } = await rac(['undo', '--drop'], { kept: KEPT });
    expect([code, calls]).toEqual([77, []]);
    expect(stderr).toContain('20250101T000000Z   2 MB   accounts');
    expect(stderr).toContain('say --yes');
  });

  it('asks, and a no leaves everything', async () => {
    const type = (shown: string) => (shown.includes('remove these for good?') ? 'no\r' : undefined);
    const { code, calls } = await rac(['undo', '--drop'], { kept: KEPT, tty: true, type });
    expect([code, calls]).toEqual([77, []]);
  });

  it('drops the ones that are named, or all', async () => {
    const named = await rac(['undo', '--drop', '20250101T000000Z', '--yes', '--json'], { kept: KEPT, may: ['drop'] });
    expect(named.calls).toEqual(['drop 20250101T000000Z']);
    expect(JSON.parse(named.stdout)).toEqual({ podctl: 1, dropped: ['20250101T000000Z'], bytes: 2_000_000 });
    const every = await rac(['undo', '--drop', '-y'], { kept: KEPT, may: ['drop'] });
    expect(every.calls).toEqual(['drop 20250101T000000Z', 'drop 20250202T000000Z']);
    expect(every.stdout).toBe('20250101T000000Z\n20250202T000000Z\n');
  });

  it('--dry-run lists, asks nobody and drops nothing', async () => {
    const named = await rac(['undo', '--drop', '20250101T000000Z', '--dry-run'], { kept: KEPT });
    expect([named.code, named.calls, named.stdout.split('\n').length]).toEqual([0, [], 3]);
    expect(named.stdout).toContain('20250101T000000Z   2 MB   accounts');
    const every = await rac(['undo', '--drop', '--dry-run', '--json'], { kept: KEPT });
    expect([every.code, every.calls]).toEqual([0, []]);
    expect(JSON.parse(every.stdout)).toEqual({ podctl: 1, drops: KEPT.map(({ id }) => id), bytes: 2_000_000 });
    expect((await rac(['undo', '--drop', '20240101T000000Z', '--dry-run'], { kept: KEPT })).code).toBe(64);
  });

  it('knows what is not there', async () => {
    const wrong = await rac(['undo', '--drop', '20240101T000000Z', '--yes'], { kept: KEPT });
    expect([wrong.code, wrong.calls]).toEqual([64, []]);
    const none = await rac(['undo', '--drop'], {});
    expect([none.code, none.stderr]).toEqual([0, 'nothing to do: nothing of RAC is kept\n']);
  });
});

describe('rac up', () => {
  it('does not begin on volumes that were not filled again', async () => {
    const { code, stderr } = await rac(['up'], { files: { ...SETTINGS, ...CUT_OFF } });
    expect(code).toBe(77);
    expect(stderr).toContain('was cut off');
    expect(stderr).toContain('podctl rac undo brings all of it back');
  });
});
