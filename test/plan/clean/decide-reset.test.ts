import { describe, expect, it } from 'vitest';
import { decideReset, type ResetInput } from '../../../src/plan/clean/decide-reset.js';
import { canGoBack, decideResumption, type Journal } from '../../../src/plan/clean/journal.js';
import { formatJournal, parseJournal } from '../../../src/plan/clean/journal-read.js';
import { container } from '../../support/fake-engine.js';
import { brief, MYSQL, own, resetInput, VOLUME } from './desk.js';

const KEPT = '/srv/app/.podctl-kept-mysql-20261121T033012Z';
const GONE = '/srv/app/.podctl-gone-mysql-20261121T033012Z';
const USERS = ['docker', 'ps', '--filter', 'volume=app_minio', '--format', '{{.Names}}'];
const HELPER = 'docker run --rm --network none --pull never --label podctl.project=app-1234 --user 0:0';

function planned(changes: Partial<ResetInput> = {}): Journal {
  const decision = decideReset(resetInput(changes));
  if (decision.kind === 'refused') throw new Error(decision.message);
  return decision.journal;
}

const refused = (changes: Partial<ResetInput>) => {
  const decision = decideReset(resetInput(changes));
  return decision.kind === 'refused' ? [decision.code, decision.message, decision.hint] : null;
};

describe('a reset', () => {
  it('stops, puts the folder away under a hidden name, keeps word of it, makes a new one, starts again', () => {
    const journal = planned();
    expect(brief(journal.steps)).toEqual([
      'docker stop app-mysql-1',
      'alone /srv/app/mysql',
      `move /srv/app/mysql ${KEPT} 8:77`,
      'record /state/undo/20261121T033012Z.json',
      'make /srv/app/mysql',
      'docker start app-mysql-1',
    ]);
    expect(journal).toMatchObject({
      verb: 'reset',
      at: 0,
      back: 3,
      kept: '20261121T033012Z',
      about: ['/srv/app/mysql'],
    });
    expect(journal.steps[4]).toMatchObject({ owner: { uid: 999, gid: 999, mode: 0o750 } });
    expect(journal.steps[3]).toMatchObject({
      kept: {
        by: 'reset',
        engine: 'docker',
        things: [{ kind: 'folder', path: '/srv/app/mysql', at: KEPT, how: 'aside', bytes: 4096 }],
      },
    });
  });

  it('starts only what ran', () => {
    const users = [own('a'), own('b', { state: 'exited' }), own('c', { state: 'restarting' })];
    const steps = brief(planned({ users }).steps);
    expect([steps[0], steps.at(-1)]).toEqual(['docker stop a c', 'docker start a c']);
    expect(brief(planned({ users: [own('b', { state: 'exited' })] }).steps)[0]).toBe('alone /srv/app/mysql');
  });

  it('packs a volume into a file before it is emptied in a container', () => {
    const journal = planned({ things: [VOLUME], users: [] });
    expect(brief(journal.steps)).toEqual([
      'keep-volume app_minio /state/undo/20261121T033012Z-app_minio.tar',
      `alone ${USERS.join(' ')}`,
      'record /state/undo/20261121T033012Z.json',
      `${HELPER} --mount type=volume,source=app_minio,target=/podctl-data --entrypoint rm minio:1 -rf /podctl-data`,
    ]);
    expect(journal.back).toBe(2);
    expect(journal.steps[3]).toMatchObject({ action: 'empty', users: USERS });
  });

  it('removes for good only with --no-snapshot, and exactly the folder that was listed', () => {
    const journal = planned({ snapshot: false, users: [] });
    expect(brief(journal.steps)).toEqual([
      'alone /srv/app/mysql',
      `move /srv/app/mysql ${GONE} 8:77`,
      `clear ${GONE}`,
      'make /srv/app/mysql',
    ]);
    expect(journal.steps[2]).toMatchObject({ is: '8:77' });
    expect(journal.kept).toBeNull();
  });

  it("data of another user are removed, and their folder given away, in a container of the stack's own image", () => {
    const thing = {
      ...MYSQL,
      own: false,
      next: { uid: 100_998, gid: 100_998, mode: 0o755, inside: { uid: 999, gid: 999 } },
    };
    const mount = '--mount type=bind,source';
    expect(brief(planned({ things: [thing], snapshot: false, users: [] }).steps).slice(2)).toEqual([
      `${HELPER} ${mount}=${GONE},target=/podctl-data --entrypoint rm mysql:8 -rf /podctl-data`,
      `drop ${GONE}`,
      'make /srv/app/mysql',
      `${HELPER} ${mount}=/srv/app/mysql,target=/podctl-data --entrypoint chown mysql:8 999:999 /podctl-data && ` +
        `${HELPER} ${mount}=/srv/app/mysql,target=/podctl-data --entrypoint chmod mysql:8 755 /podctl-data`,
    ]);
  });

  it('with a remapped root and SELinux its containers may still work on the files', () => {
    const engine = { ...resetInput().engine, usernsRemap: true, selinux: true };
    const steps = brief(planned({ things: [{ ...MYSQL, own: false }], snapshot: false, users: [], engine }).steps);
    expect(steps[2]).toContain('--user 0:0 --userns host --security-opt label=disable --mount');
  });

  it('is refused while a container of somebody else uses the data', () => {
    const users = [
      container({ name: 'theirs', labels: { 'podctl.project': 'app-5678' } }),
      container({ name: 'nobodys' }),
    ];
    expect(refused({ users })).toEqual([
      'REFUSED',
      'container `theirs`, `nobodys` uses the data, and podctl did not start it for this project',
      'stop it first: docker stop theirs nobodys',
    ]);
    expect(refused({ users: [container({ name: 'theirs', state: 'exited' })] })).toBeNull();
  });

  it('is refused where a container is needed and no image is there', () => {
    const lacking = { ...VOLUME, image: null };
    expect(refused({ things: [lacking] })?.[0]).toBe('UNAVAILABLE');
    expect(refused({ things: [{ ...MYSQL, own: false, image: null }], snapshot: false })?.[0]).toBe('UNAVAILABLE');
    expect(refused({ things: [{ ...MYSQL, own: false, image: null }] })).toBeNull();
  });
});

describe('a reset that was cut off', () => {
  const journal = planned({ things: [MYSQL, VOLUME] });
  // stop, alone, move, keep-volume, alone | record, make, empty, start
  it.each([
    { at: 0, undo: ['docker start app-mysql-1'] },
    { at: 1, undo: ['docker start app-mysql-1'] },
    { at: 2, undo: [`move ${KEPT} /srv/app/mysql 8:77`, 'docker start app-mysql-1'] },
    {
      at: 3,
      undo: [
        'remove /state/undo/20261121T033012Z-app_minio.tar',
        `move ${KEPT} /srv/app/mysql 8:77`,
        'docker start app-mysql-1',
      ],
    },
    {
      at: 4,
      undo: [
        'remove /state/undo/20261121T033012Z-app_minio.tar',
        `move ${KEPT} /srv/app/mysql 8:77`,
        'docker start app-mysql-1',
      ],
    },
  ])('at step $at is taken back by undo and carried on by reset', ({ at, undo }) => {
    const cut = { ...journal, at };
    const back = decideResumption(cut, 'undo');
    expect([back.way, brief(back.journal.steps)]).toEqual(['back', undo]);
    expect(back.journal).toMatchObject({ at: 0, back: 0, kept: null });
    expect(decideResumption(cut, 'reset')).toEqual({ way: 'forward', journal: cut });
  });

  it.each([5, 6, 7, 8])('at step %i is carried on by both', (at) => {
    const cut = { ...journal, at };
    expect(canGoBack(cut)).toBe(false);
    expect(decideResumption(cut, 'undo')).toEqual({ way: 'forward', journal: cut });
    expect(decideResumption(cut, 'reset')).toEqual({ way: 'forward', journal: cut });
  });

  it('an undo that was cut off is always carried on', () => {
    const cut: Journal = { ...journal, verb: 'undo', at: 1 };
    expect(decideResumption(cut, 'undo').way).toBe('forward');
  });

  it('what takes it back is itself only carried on', () => {
    const { journal: back } = decideResumption({ ...journal, at: 2 }, 'undo');
    expect(decideResumption(back, 'undo').way).toBe('forward');
  });

  it('is read from its journal as it was written', () => {
    expect(parseJournal(formatJournal(journal))).toEqual(JSON.parse(JSON.stringify(journal)));
  });

  it.each([
    ['{', 'no JSON'],
    ['null', 'nothing'],
    [JSON.stringify({ ...journal, podctl: 2 }), 'a later format'],
    [JSON.stringify({ ...journal, verb: 'rm' }), 'an unknown verb'],
    [JSON.stringify({ ...journal, at: -1 }), 'no step'],
    [JSON.stringify({ ...journal, steps: [{ do: 'file', action: 'burn', path: '/', why: '' }] }), 'an unknown step'],
    [JSON.stringify({ ...journal, steps: [{ do: 'file', action: 'move', path: '/', why: '' }] }), 'half a step'],
    [JSON.stringify({ ...journal, again: [{ do: 'exec', argv: 'docker', why: '' }] }), 'a line in place of words'],
  ])('no other text is a journal: %s (%s)', (text) => {
    expect(parseJournal(text)).toBeNull();
  });
});
