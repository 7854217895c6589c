import { describe, expect, it } from 'vitest';
import { decideReset, type ResetInput } from '../../../src/plan/clean/decide-reset.js';
import { decideUndo } from '../../../src/plan/clean/decide-undo.js';
import type { Journal } from '../../../src/plan/clean/journal.js';
import { formatJournal, parseJournal } from '../../../src/plan/clean/journal-read.js';
import { keepAgain } from '../../../src/plan/clean/keep-again.js';
import { brief, MYSQL, resetInput, VOLUME } from './desk.js';

const PLACE = { taken: ['20261121T033011Z'], store: '/state/undo' };
const KEEP = 'keep-volume app_minio /state/undo/20261121T033012Z-app_minio.tar';
const REST = 'keep-rest app_minio /state/undo/20261121T033011Z-2-app_minio.tar';
const ALONE = 'alone docker ps --filter volume=app_minio --format {{.Names}}';

function reset(changes: Partial<ResetInput> = {}): Journal {
  const decision = decideReset(resetInput({ things: [MYSQL, VOLUME], ...changes }));
  if (decision.kind === 'refused') throw new Error(decision.message);
  return decision.journal;
}

/** What brings a volume back that is there, or is gone. */
function undo(there: boolean): Journal {
  const { facts } = VOLUME;
  const at = '/state/undo/20261120T000000Z-app_minio.tar';
  const kept = { ...facts, kind: 'volume', at, removed: !there, bytes: null } as const;
  const decision = decideUndo({
    ...resetInput(),
    kept: { podctl: 1, id: '20261120T000000Z', by: 'reset', made: '', engine: 'docker', things: [kept] },
    folders: [],
    volumes: [{ kept, now: there ? { facts, bytes: null } : null, image: 'minio:1' }],
    users: [],
  });
  if (decision.kind === 'refused') throw new Error(decision.message);
  return decision.journal;
}

const added = (journal: Journal): readonly string[] => {
  const { steps } = keepAgain(journal, PLACE);
  return brief(steps.slice(journal.at, journal.at + steps.length - journal.steps.length));
};

describe('what a container wrote between a kill and the run that carries on', () => {
  // stop, alone, move, keep-volume, alone | record, make, empty, start
  it.each([
    { at: 2, more: [], what: 'is kept by the step that is still to come' },
    { at: 3, more: [], what: 'is kept by the step that is done again' },
    { at: 4, more: [ALONE, KEEP], what: 'is kept in place of what was kept' },
    { at: 5, more: [ALONE, KEEP], what: 'is kept in place of what was kept' },
    { at: 7, more: [ALONE, REST], what: 'is kept beside it, once the volume may be half emptied' },
    { at: 8, more: [], what: 'is there: the volume was emptied before' },
  ])('$what (step $at of a reset)', ({ at, more }) => {
    const cut = { ...reset(), at };
    expect(added(cut)).toEqual(more);
    const carried = keepAgain(cut, PLACE);
    expect(carried.steps.filter((step) => cut.steps.includes(step)).length).toBeGreaterThanOrEqual(cut.steps.length);
    expect(carried.back).toBe(at === 4 ? 7 : 5);
  });

  it('is not kept a second time by a run that is cut off while it keeps', () => {
    const cut = keepAgain({ ...reset(), at: 5 }, PLACE);
    expect(keepAgain(cut, PLACE)).toBe(cut);
    expect(keepAgain({ ...cut, at: 6 }, PLACE)).toEqual({ ...cut, at: 6 });
    const begun = keepAgain({ ...reset(), at: 7 }, PLACE);
    expect(keepAgain(begun, PLACE)).toBe(begun);
    expect(keepAgain({ ...begun, at: 8 }, PLACE)).toEqual({ ...begun, at: 8 });
  });

  it('is recorded with an id that undo takes only when it is asked for it', () => {
    const step = keepAgain({ ...reset(), at: 7 }, PLACE).steps[8];
    expect(step).toMatchObject({
      action: 'keep-rest',
      check: expect.arrayContaining(['ls']),
      kept: {
        id: '20261121T033011Z-2',
        by: 'reset',
        engine: 'docker',
        things: [{ name: 'app_minio', removed: false }],
      },
    });
  });

  it('of an undo is kept before a half-filled volume is emptied and filled again', () => {
    const journal = undo(true);
    // keep-volume, alone | record, empty, fill, forget, remove
    const empty = brief(journal.steps)[3] ?? '';
    expect(empty).toContain('--entrypoint rm');
    expect(added({ ...journal, at: 2 })).toEqual([ALONE, KEEP]);
    expect(added({ ...journal, at: 3 })).toEqual([ALONE, REST]);
    expect(added({ ...journal, at: 4 })).toEqual([ALONE, REST, empty]);
    expect(added({ ...journal, at: 5 })).toEqual([]);
  });

  it('of an undo is kept before a volume that was made anew is filled', () => {
    // record is not there: nothing was kept. make-volume, fill, forget, remove
    const journal = undo(false);
    expect(added({ ...journal, at: 0 })).toEqual([]);
    expect(added({ ...journal, at: 1 })).toEqual([ALONE, REST]);
  });

  it('goes where it was typed that nothing is kept', () => {
    const journal = reset({ snapshot: false });
    for (let at = 0; at < journal.steps.length; at += 1)
      expect(keepAgain({ ...journal, at }, PLACE).steps).toEqual(journal.steps);
  });

  it('is read from the journal as it was written', () => {
    const journal = keepAgain({ ...reset(), at: 7 }, PLACE);
    expect(parseJournal(formatJournal(journal))).toEqual(JSON.parse(JSON.stringify(journal)));
  });
});
