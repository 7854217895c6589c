import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMPOSE_LABEL } from '../../../src/core/compose-label.js';
import { PodctlError } from '../../../src/core/errors.js';
import type { Journal } from '../../../src/plan/clean/journal.js';
import type { Kept } from '../../../src/plan/clean/kept.js';
import { brief } from '../../plan/clean/desk.js';
import { COMPOSE_V2 } from '../../support/compose-v2.js';
import { container, type FakeEngine } from '../../support/fake-engine.js';
import { runCli } from '../../support/run-cli.js';

const NAME = 'shop-8cea1e71';
const FOLDER = '/home/ann/shop/rows';
const ID = '20260102T030405Z';
const KEPT_AT = `/home/ann/shop/.podctl-kept-rows-${ID}`;
const OWNER = { uid: 1000, gid: 1000, mode: 0o755 };
const CONFIG = JSON.stringify({
  services: {
    db: {
      image: 'db:1',
      volumes: [
        { type: 'bind', source: FOLDER, target: '/var/lib/mysql' },
        { type: 'bind', source: '/home/ann/shop/src', target: '/src' },
        { type: 'volume', source: 'blob', target: '/blob' },
      ],
    },
  },
  volumes: { blob: { name: `${NAME}_blob` } },
});
const DB = container({
  name: `${NAME}-db-1`,
  image: 'db:1',
  labels: { 'podctl.project': NAME, [COMPOSE_LABEL.project]: NAME, [COMPOSE_LABEL.service]: 'db' },
  mounts: [{ type: 'bind', source: FOLDER, target: '/var/lib/mysql', readOnly: false, propagation: null }],
});
const KEPT: Kept = {
  podctl: 1,
  id: '20260101T000000Z',
  by: 'reset',
  made: '2026-01-01T00:00:00.000Z',
  engine: 'docker',
  things: [
    {
      kind: 'folder',
      path: FOLDER,
      at: '/home/ann/shop/.podctl-kept-rows-20260101T000000Z',
      how: 'aside',
      bytes: 4096,
      owner: OWNER,
    },
  ],
};

// The lock is a file of this machine, so it gets a state folder of its own.
let state = '';
beforeAll(() => {
  state = mkdtempSync(join(tmpdir(), 'podctl-reset-'));
});
afterAll(() => rmSync(state, { recursive: true }));

const store = (): string => `${state}/podctl/projects/${NAME}/undo`;
const up = { outcome: 'up', verdicts: [], troubles: [], containers: [], waited: 1 } as const;
const ends = () => ({ exitCode: 0, back: false });

function cli(line: string, { clean, ...engine }: FakeEngine = {}, type?: string) {
  return runCli(line.split(' '), {
    files: {
      '/home/ann/shop/compose.yaml': 'services:\n  db: {image: "db:1"}\n',
      [`${FOLDER}/ibdata1`]: 'rows',
      '/home/ann/shop/src/main.py': 'pass',
      [`${KEPT_AT.replace(ID, KEPT.id)}/ibdata1`]: 'old rows',
      '/proc/self/mountinfo': '25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n',
    },
    host: { cwd: '/home/ann/shop', env: { XDG_STATE_HOME: state } },
    ...(type === undefined ? {} : { tty: true, type: once(type) }),
    engine: {
      provider: COMPOSE_V2,
      stackConfig: CONFIG,
      containers: [DB],
      images: { 'db:1': { volumes: ['/var/lib/mysql'] } },
      volumes: { [`${NAME}_blob`]: { name: `${NAME}_blob`, driver: 'local', options: {}, labels: {} } },
      ...engine,
      clean: {
        folders: {
          [FOLDER]: { is: '8:77', owner: OWNER },
          [KEPT_AT.replace(ID, KEPT.id)]: { is: '8:55', owner: OWNER },
        },
        bytes: { [FOLDER]: { bytes: 4096, own: true }, [KEPT_AT.replace(ID, KEPT.id)]: { bytes: 4096, own: true } },
        ...clean,
      },
    },
  });
}

// The question is shown again with each sign that is typed.
function once(type: string): (shown: string) => string | undefined {
  let typed = false;
  return (shown) => {
    if (typed || !shown.includes("the project's name")) return undefined;
    typed = true;
    return type;
  };
}

const STEPS = [
  `docker stop ${NAME}-db-1`,
  `alone ${FOLDER}`,
  `move ${FOLDER} ${KEPT_AT} 8:77`,
  `record STORE/${ID}.json`,
  `make ${FOLDER}`,
  `docker start ${NAME}-db-1`,
];
const said = (journal: Journal | undefined): readonly string[] =>
  brief(journal?.steps ?? []).map((line) => line.replaceAll(store(), 'STORE'));

describe('reset', () => {
  it('lists, carries out exactly that with the typed name, and says how it comes back', async () => {
    const ran = await cli(`reset --volume rows --confirm ${NAME}`, { clean: { ends }, stackWait: up });
    expect([ran.code, ran.stdout], ran.stderr).toEqual([0, `${FOLDER}\n`]);
    expect(ran.stderr).toContain(`${FOLDER}   4.1 kB   1000:1000   db`);
    expect(ran.stderr).toContain(`kept as ${ID}: \`podctl undo\` brings it back`);
    expect(ran.engine.journals.map(said)).toEqual([STEPS]);
  });

  it('takes the data of a service, and says what stays', async () => {
    const ran = await cli(`reset db --json --confirm ${NAME}`, { clean: { ends }, stackWait: up });
    expect(JSON.parse(ran.stdout)).toMatchObject({
      podctl: 1,
      project: NAME,
      kept: ID,
      data: [
        { kind: 'folder', path: FOLDER, owner: OWNER, bytes: 4096, services: ['db'] },
        { kind: 'volume', volume: `${NAME}_blob`, bytes: null, services: ['db'] },
      ],
      left: [{ source: '/home/ann/shop/src', why: 'nothing says that it holds data; --volume names it' }],
      containers: [`${NAME}-db-1`],
    });
  });

  it('prints the steps of a dry run, and does nothing', async () => {
    const ran = await cli('reset --volume rows --dry-run --json');
    const { steps, data } = JSON.parse(ran.stdout);
    expect([ran.code, ran.engine.journals]).toEqual([0, []]);
    expect(steps.map(({ do: how, action }: { do: string; action?: string }) => action ?? how)).toEqual([
      'exec',
      'alone',
      'move',
      'record',
      'make',
      'exec',
    ]);
    expect(data).toHaveLength(1);
  });

  it('keeps nothing only when that is typed out', async () => {
    const line = `reset --volume rows --no-snapshot --confirm ${NAME}`;
    const ran = await cli(line, { clean: { ends }, stackWait: up });
    expect(ran.stderr).toContain('warning: --no-snapshot: nothing of this can be brought back');
    expect(said(ran.engine.journals[0])[3]).toBe(`clear ${KEPT_AT.replace('kept', 'gone')}`);
  });

  it('asks for the name at a terminal', async () => {
    const ran = await cli('reset --volume rows', { clean: { ends }, stackWait: up }, `${NAME}\r`);
    expect([ran.code, ran.engine.journals.length], ran.stderr).toEqual([0, 1]);
    const other = await cli('reset --volume rows', {}, '\u0003');
    expect([other.code, other.engine.journals.length]).toEqual([77, 0]);
  });

  it.each([
    ['reset', 77, 'this empties data, and nobody can be asked'],
    ['reset --confirm other', 77, '`other` is not the name'],
    ['reset --yes', 64, '--yes'],
    [`reset nosuch --confirm ${NAME}`, 64, 'there is no service with mounts `nosuch`'],
    [`reset --volume nosuch --confirm ${NAME}`, 64, 'there is no volume or mounted folder `nosuch`'],
  ])('%s ends with %i', async (line, code, message) => {
    const ran = await cli(line);
    expect([ran.code, ran.stdout, ran.engine.journals]).toEqual([code, '', []]);
    expect(ran.stderr).toContain(message);
  });

  it('does nothing when the list has changed while somebody looked at it', async () => {
    let looks = 0;
    const containers = () => (looks++ === 0 ? [DB] : [DB, { ...DB, id: 'new', name: 'new' }]);
    const ran = await cli(`reset --volume rows --confirm ${NAME}`, { containers });
    expect([ran.code, ran.engine.journals]).toEqual([75, []]);
    expect(ran.stderr).toContain('the list changed while it was looked at; nothing was changed');
  });

  it('passes the end of a run on that a signal took back', async () => {
    const ran = await cli(`reset --volume rows --confirm ${NAME}`, {
      clean: { ends: () => ({ exitCode: 130, back: true }) },
    });
    expect([ran.code, ran.stdout]).toEqual([130, '']);
    expect(ran.stderr).toContain('note: interrupted; everything is as it was');
  });

  it('carries on what was cut off before it begins anew', async () => {
    const first = await cli(`reset --volume rows --confirm ${NAME}`, { clean: { ends }, stackWait: up });
    const [journal] = first.engine.journals;
    if (journal === undefined) throw new Error('no journal');
    const cut = { ...journal, at: 4 };
    const ran = await cli(`reset --volume rows --confirm ${NAME}`, { clean: { ends, journal: cut } });
    expect([ran.code, ran.engine.journals], ran.stderr).toEqual([0, [cut]]);
    expect(ran.stderr).toContain('was interrupted: it is carried on');
    const elsewhere = await cli(`reset --confirm ${NAME}`, { clean: { journal: { ...cut, engine: 'podman' } } });
    expect([elsewhere.code, elsewhere.stderr]).toEqual([69, expect.stringContaining('hint: say --engine podman')]);
  });

  it('says what becomes of one that fails in the middle', async () => {
    const fails = (): never => {
      throw new PodctlError('IO', 'the disk is gone');
    };
    const ran = await cli(`reset --volume rows --confirm ${NAME}`, { clean: { ends: fails } });
    expect([ran.code, ran.stderr]).toEqual([74, expect.stringContaining('error: the disk is gone')]);
  });
});

describe('undo', () => {
  const kept = [KEPT];

  it('brings the newest back, and keeps what is there now', async () => {
    const ran = await cli('undo', { clean: { ends, kept }, stackWait: up });
    expect([ran.code, ran.stdout], ran.stderr).toEqual([0, `${FOLDER}\n`]);
    expect(ran.stderr).toContain(`what was there is kept as ${ID}: podctl undo again brings it back`);
    expect(said(ran.engine.journals[0])).toEqual([
      ...STEPS.slice(0, 4),
      `move ${KEPT_AT.replace(ID, KEPT.id)} ${FOLDER} 8:55`,
      `forget STORE/${KEPT.id}.json`,
      `docker start ${NAME}-db-1`,
    ]);
  });

  it('lists what is kept', async () => {
    const ran = await cli('undo --list', { clean: { kept } });
    expect(ran.stdout).toBe(`ID                 BY      SIZE     DATA\n${KEPT.id}   reset   4.1 kB   ${FOLDER}\n`);
    expect(JSON.parse((await cli('undo --list --json', { clean: { kept } })).stdout).kept).toMatchObject([
      { id: KEPT.id, by: 'reset', bytes: 4096, things: [{ path: FOLDER }] },
    ]);
  });

  it('lets go of what is kept', async () => {
    const ran = await cli(`undo --drop ${KEPT.id} --yes`, { clean: { ends, kept } });
    expect([ran.code, ran.stdout], ran.stderr).toEqual([0, `${KEPT.id}\n`]);
    expect(said(ran.engine.journals[0])).toEqual([
      `forget STORE/${KEPT.id}.json`,
      `clear ${KEPT_AT.replace(ID, KEPT.id)}`,
    ]);
    const none = await cli('undo --drop --json');
    expect(JSON.parse(none.stdout)).toMatchObject({ dropped: [], bytes: 0 });
  });

  it('prints the steps of a dry run', async () => {
    const ran = await cli('undo --dry-run', { clean: { kept } });
    expect([ran.code, ran.engine.journals]).toEqual([0, []]);
    expect(ran.stdout).toContain(`mv -T -- ${KEPT_AT.replace(ID, KEPT.id)} ${FOLDER}\n`);
  });

  it('takes a reset back that was cut off', async () => {
    const first = await cli(`reset --volume rows --confirm ${NAME}`, { clean: { ends }, stackWait: up });
    const [journal] = first.engine.journals;
    if (journal === undefined) throw new Error('no journal');
    const ran = await cli('undo', { clean: { ends, journal: { ...journal, at: 2 } } });
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('it is taken back')]);
    expect(said(ran.engine.journals[0])).toEqual([`move ${KEPT_AT} ${FOLDER} 8:77`, `docker start ${NAME}-db-1`]);
  });

  it.each([
    ['undo', 66, 'nothing is kept for this project'],
    ['undo 20250101T000000Z', 64, 'nothing is kept as `20250101T000000Z`'],
    ['undo --drop nosuch --yes', 64, 'nothing is kept as `nosuch`'],
  ])('%s ends with %i', async (line, code, message) => {
    const ran = await cli(line);
    expect([ran.code, ran.stdout, ran.engine.journals]).toEqual([code, '', []]);
    expect(ran.stderr).toContain(message);
  });
});
