import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { doCleanStep, type StepDeps } from '../../../src/engine/clean/clean-step-work.js';
import { type CleanWork, cleanWork } from '../../../src/plan/clean/clean-step.js';
import { memoryWorld } from '../../support/world.js';

const USERS = ['docker', 'ps', '--filter', 'volume=app_blob'];
const VOLUME = { name: 'app_blob', driver: 'local', options: {}, labels: {} };

/** An engine on which `running` has the volume mounted, which holds `inside`; what was done to it is written down. */
function engine(running: string, inside = ''): { readonly done: string[]; readonly deps: StepDeps } {
  const done: string[] = [];
  const never = () => Promise.reject(new Error('unexpected call'));
  const { host, signals } = memoryWorld().world;
  const deps: StepDeps = {
    host,
    signals,
    store: '/state/undo',
    processes: {
      run: ({ args }) => {
        if (args[0] !== 'ps') done.push(args.join(' '));
        return Promise.resolve({
          exitCode: 0,
          signal: null,
          timedOut: false,
          stdout: args[0] === 'ps' ? running : inside,
          stderr: '',
        });
      },
      stream: never,
      attach: never,
      pipe: never,
    },
    volumes: {
      keep: ({ name }, at) => {
        done.push(`keep ${name} ${at}`);
        return Promise.resolve();
      },
      fill: ({ name }, from) => {
        done.push(`fill ${name} ${from}`);
        return Promise.resolve();
      },
    },
    note: () => undefined,
  };
  return { done, deps };
}

const WORKS: readonly { readonly work: CleanWork; readonly does: readonly string[] }[] = [
  {
    work: {
      action: 'empty',
      path: 'app_blob',
      is: null,
      exec: ['docker', 'rm'],
      check: ['docker', 'ls'],
      users: USERS,
    },
    does: ['rm', 'ls'],
  },
  {
    work: { action: 'fill-volume', volume: VOLUME, path: '/state/undo/a.tar', users: USERS },
    does: ['fill app_blob /state/undo/a.tar'],
  },
  { work: { action: 'alone', paths: [], users: [USERS] }, does: [] },
];

describe('a volume that a container runs with again', () => {
  it.each(WORKS)('is left as it is: $work.action', async ({ work }) => {
    const { done, deps } = engine('theirs\nother\n');
    await expect(doCleanStep(cleanWork(work, 'why'), deps)).rejects.toMatchObject({
      code: 'REFUSED',
      message: 'container `theirs`, `other` uses the data that this works on',
    });
    expect(done).toEqual([]);
  });

  it.each(WORKS)('and that nobody uses is worked on: $work.action', async ({ work, does }) => {
    const { done, deps } = engine('\n');
    await doCleanStep(cleanWork(work, 'why'), deps);
    expect(done).toEqual(does);
  });
});

describe('what a volume holds after work on it was cut off', () => {
  const kept = { podctl: 1, id: '20261121T033011Z', by: 'reset', made: '', engine: 'docker', things: [] } as const;
  const work = { action: 'keep-rest', volume: VOLUME, path: '/undo/a.tar', kept, check: ['docker', 'ls'] } as const;

  it('is kept and recorded; of an empty one there is nothing to keep', async () => {
    const store = mkdtempSync(join(tmpdir(), 'podctl-rest-'));
    try {
      const [nothing, something] = [engine('', ''), engine('', 'rows\n')];
      await doCleanStep(cleanWork(work, 'why'), { ...nothing.deps, store });
      expect([nothing.done, readdirSync(store)]).toEqual([['ls'], []]);
      await doCleanStep(cleanWork(work, 'why'), { ...something.deps, store });
      expect(something.done).toEqual(['ls', 'keep app_blob /undo/a.tar']);
      expect(readdirSync(store)).toEqual(['20261121T033011Z.json']);
    } finally {
      rmSync(store, { recursive: true });
    }
  });
});
