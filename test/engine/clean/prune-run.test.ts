import { describe, expect, it } from 'vitest';
import { PodctlError } from '../../../src/core/errors.js';
import type { Asking, EngineAsk } from '../../../src/engine/clean/prune-ask.js';
import { type PruneRunDeps, runPrune } from '../../../src/engine/clean/prune-run.js';
import type { Json } from '../../../src/engine/json.js';
import type { PruneExec, PruneItem, PruneStep } from '../../../src/plan/clean/prune-step.js';

type World = {
  readonly container?: readonly Json[];
  readonly image?: readonly Json[];
  readonly network?: readonly Json[];
  readonly volume?: readonly Json[];
};

/** An engine that has what a test says, and does what it is told or fails with the words that it is given. */
function engine(world: World, said: Readonly<Record<string, string>> = {}) {
  const removed: string[] = [];
  const kept: string[] = [];
  const records: unknown[] = [];
  const nameOf = (one: Json) => String(one['Name'] ?? one['Id']);
  const asking: Asking = {
    ids: (kind) => {
      if (kind !== 'container') throw new Error(`unexpected question for all of kind ${kind}`);
      return Promise.resolve((world.container ?? []).map((one) => String(one['Id'])));
    },
    inspect: (kind, names) => {
      const there = (world[kind] ?? []).filter((one) => !removed.includes(nameOf(one)));
      const named = (one: Json) => [one['Id'], one['Name'], ...(Array.isArray(one['RepoTags']) ? one['RepoTags'] : [])];
      return Promise.resolve(there.filter((one) => names.some((name) => named(one).includes(name))));
    },
    all: async (kind) => asking.inspect(kind, await asking.ids(kind)),
  };
  const ask: EngineAsk = {
    ...asking,
    isDocker: true,
    before: 1,
    last: asking,
    text: (args) => {
      const error = said[args.join(' ')];
      const gone = error === undefined ? args : [];
      removed.push(
        ...gone.filter((word) =>
          Object.values(world)
            .flat()
            .some((one) => nameOf(one) === word),
        ),
      );
      if (error !== undefined) return Promise.reject(new PodctlError('CANNOT_CREATE', error, { hint: '' }));
      return Promise.resolve('');
    },
  };
  const deps: PruneRunDeps = {
    ask,
    store: {
      keep: ({ name }, at) => {
        kept.push(`${name} ${at}`);
        return Promise.resolve({ bytes: 7 });
      },
    },
    record: (_kept, things) => {
      records.push(things.map(({ name }) => name));
      return Promise.resolve();
    },
    removeArchive: (path) => {
      records.push(`removed ${path}`);
      return Promise.resolve();
    },
    isStopped: () => false,
  };
  return { deps, removed, kept, records };
}

function exec(words: readonly string[], items: readonly PruneItem[]): PruneExec {
  const argv = ['docker', ...words, ...items.map(({ word }) => word)];
  return { do: 'exec', argv, env: {}, output: 'quiet', why: '', tokens: [], items };
}

const containerItem = (id: string): PruneItem => ({
  word: id,
  what: `container ${id}`,
  still: { kind: 'container', id },
});
const exited = (id: string, status = 'exited'): Json => ({ Id: id, Name: id, State: { Status: status } });
const made = '2026-11-27T10:00:00Z';
const volumeItem: PruneItem = {
  word: 'v',
  what: 'volume v',
  still: { kind: 'volume', name: 'v', created: Date.parse(made) },
};
const there: Json = { Name: 'v', Driver: 'local', CreatedAt: made };
const keepSteps: readonly PruneStep[] = [
  {
    do: 'file',
    action: 'keep-volume',
    volume: { name: 'v', driver: 'local', options: {}, labels: {} },
    path: '/u/1.tar',
    still: { kind: 'volume', name: 'v', created: Date.parse(made) },
    why: '',
  },
  {
    do: 'file',
    action: 'record',
    path: '/u/1.json',
    kept: { podctl: 1, id: '1', by: 'prune', made, engine: 'docker' },
    things: [{ kind: 'volume', name: 'v', at: '/u/1.tar', removed: true, driver: 'local', options: {}, labels: {} }],
    why: '',
  },
  exec(['volume', 'rm'], [volumeItem]),
];

describe('a list is carried out', () => {
  it('without what started, got a name or went away since it was made', async () => {
    const world = {
      container: [exited('a'), exited('b', 'running')],
      image: [
        { Id: 'i', RepoTags: ['new:1'] },
        { Id: 'k', RepoTags: ['t:1'] },
      ],
    };
    const { deps, removed } = engine(world);
    const result = await runPrune(
      [
        exec(['rm'], ['a', 'b', 'c'].map(containerItem)),
        exec(
          ['image', 'rm'],
          [
            { word: 'i', what: 'image i', still: { kind: 'image', id: 'i' } },
            { word: 't:1', what: 'image t:1', still: { kind: 'tag', id: 'j', tag: 't:1' } },
          ],
        ),
      ],
      deps,
    );
    expect(removed).toEqual(['a']);
    expect(result.done.map(({ what }) => what)).toEqual(['container a']);
    expect(result.left).toEqual([
      { what: 'container b', why: 'it is running now' },
      { what: 'container c', why: 'it is gone already' },
      { what: 'image i', why: 'it has a name now' },
      { what: 'image t:1', why: 'the name stands for another image now' },
    ]);
    expect(result.failed).toEqual([]);
  });

  it('without a network or a volume that something uses by now', async () => {
    const user = {
      Id: 'u',
      Name: 'u',
      NetworkSettings: { Networks: { n: {} } },
      Mounts: [{ Type: 'volume', Name: 'v' }],
    };
    const world = { container: [user], network: [{ Id: 'n', Name: 'n' }], volume: [there] };
    const { deps, removed, kept } = engine(world);
    const result = await runPrune(
      [
        exec(['network', 'rm'], [{ word: 'n', what: 'network n', still: { kind: 'network', id: 'n', name: 'n' } }]),
        ...keepSteps,
      ],
      deps,
    );
    expect([removed, kept]).toEqual([[], []]);
    expect(result.left.map(({ why }) => why)).toEqual(['it is used by now', 'it is used by now']);
  });

  it('without a volume that was made anew under its name', async () => {
    const { deps, removed, kept } = engine({ volume: [{ ...there, CreatedAt: '2026-11-27T10:00:01Z' }] });
    expect((await runPrune(keepSteps, deps)).left).toEqual([{ what: 'volume v', why: 'it was made anew meanwhile' }]);
    expect([removed, kept]).toEqual([[], []]);
  });

  it('without what its program does not see, whatever the address said', async () => {
    const { deps, removed, records } = engine({ volume: [there] });
    const last = { ...deps.ask.last, inspect: () => Promise.resolve([]) };
    const result = await runPrune(keepSteps, { ...deps, ask: { ...deps.ask, last } });
    expect(result).toMatchObject({ done: [], left: [{ what: 'volume v', why: 'it is gone already' }], kept: [] });
    expect([removed, records]).toEqual([[], [['v'], [], 'removed /u/1.tar']]);
  });

  it('with volumes that are kept, and known to undo, before they go', async () => {
    const { deps, removed, kept, records } = engine({ volume: [there] });
    const result = await runPrune(keepSteps, deps);
    expect([kept, records, removed]).toEqual([['v /u/1.tar'], [['v']], ['v']]);
    expect(result.kept).toMatchObject([{ name: 'v', bytes: 7 }]);
  });

  it('never without a volume that could not be kept: it stays', async () => {
    const { deps, removed } = engine({ volume: [there] });
    const store = { keep: () => Promise.reject(new PodctlError('IO', 'the disk is full', { hint: '' })) };
    await expect(runPrune(keepSteps, { ...deps, store })).rejects.toMatchObject({ message: 'the disk is full' });
    expect(removed).toEqual([]);
  });

  it('keeping nothing of a volume that the engine would not give up', async () => {
    const { deps, records } = engine({ volume: [there] }, { 'volume rm v': 'remove v: volume is in use' });
    const result = await runPrune(keepSteps, deps);
    expect(result.left).toEqual([{ what: 'volume v', why: 'it is used by now' }]);
    expect([result.kept, records]).toEqual([[], [['v'], [], 'removed /u/1.tar']]);
  });

  it('to its end, also when the engine refuses something', async () => {
    const { deps, removed } = engine({ container: [exited('a'), exited('b')] }, { 'rm a': 'device or resource busy' });
    const result = await runPrune([exec(['rm'], [containerItem('a')]), exec(['rm'], [containerItem('b')])], deps);
    expect(removed).toEqual(['b']);
    expect(result.failed.map(({ message }) => message)).toEqual(['device or resource busy']);
  });

  it('no further than the step at which a signal came', async () => {
    const { deps, removed } = engine({ container: [exited('a'), exited('b')] });
    const steps = [exec(['rm'], [containerItem('a')]), exec(['rm'], [containerItem('b')])];
    await runPrune(steps, { ...deps, isStopped: () => removed.length > 0 });
    expect(removed).toEqual(['a']);
  });
});
