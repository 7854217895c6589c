import { PodctlError } from '../../core/errors.js';
import { dressSql } from '../../plan/dump-dress.js';
import type { DumpPart } from '../../plan/dump-format.js';
import {
  createSql,
  type DatabaseFacts,
  databasesSql,
  dropSql,
  LONGEST_PACKET,
  PACKET_SQL,
  packetSql,
  reopenPostgres,
  sizeSql,
  swapMysql,
  swapPostgres,
} from '../../plan/dump-sql.js';
import { loadArgv, queryArgv, statementsArgv } from '../../plan/dump-tools.js';
import type { DumpSummary } from './server-dump.js';
import { eachPart, objectsOf } from './server-dump.js';
import type { ServerTalk } from './server-talk.js';

/** One database of a restore under its three names; `options` are those of a new one. */
export type Restored = {
  readonly name: string;
  /** Filled first; nothing of it counts before the swap. */
  readonly scratch: string;
  /** Takes what was there before, for the moment of the swap. */
  readonly old: string;
  readonly options: Readonly<Record<string, string>>;
};

/**
 * What a restore is doing, kept in a file while it does: `load` has changed nothing that counts, `swap` is finished by whoever comes
 * next. `backup` is the id of the one that is restored.
 */
export type RestoreNote = {
  readonly podctl: 1;
  readonly backup: string;
  readonly phase: 'load' | 'swap';
  readonly databases: readonly Restored[];
};

/** Reads the backup from its beginning. */
export type Source = () => AsyncIterable<Uint8Array>;

/** Names for the databases of a backup. `id`: eight hex digits of this restore's own. */
export function restoredOf({ parts }: DumpSummary, id: string): readonly Restored[] {
  return parts
    .filter(({ kind }) => kind === 'tables')
    .map(({ database, options }, index) => ({
      name: database,
      scratch: `podctl_new_${id}_${index}`,
      old: `podctl_old_${id}_${index}`,
      options,
    }));
}

/** Those of the databases that are there and hold something. */
export async function filledAmong(
  talk: ServerTalk,
  databases: readonly Pick<Restored, 'name'>[],
): Promise<readonly string[]> {
  const there = await namesOf(talk);
  const filled: string[] = [];
  for (const { name } of databases) {
    if (!there.has(name)) continue;
    // oxlint-disable-next-line no-await-in-loop -- a few questions to one server
    const [row] = await talk.ask(sizeSql(talk.server.family, name), talk.server.family === 'postgres' ? name : null);
    if (Number(row?.['tables'] ?? 0) > 0) filled.push(name);
  }
  return filled;
}

/** Throws unless the backup is of this kind of server. */
export function checkFamily(talk: ServerTalk, { head }: DumpSummary): void {
  const own = talk.server.family;
  if (head.family === own || (own !== 'postgres' && head.family !== 'postgres')) return;
  throw new PodctlError('BAD_DATA', `the backup is of ${head.family}, and the server is ${own}`, {
    hint: 'choose a backup of this server with `podctl db list`',
  });
}

/** Load the tables of every database beside those that are there. When it fails, what was made is removed again. */
export async function loadBeside(talk: ServerTalk, databases: readonly Restored[], source: Source): Promise<void> {
  try {
    for (const one of databases) {
      // oxlint-disable-next-line no-await-in-loop -- one statement after the other
      await make(talk, { name: one.scratch, options: one.options });
    }
    await withLongStatements(talk, () =>
      loadParts(talk, source, (part) =>
        part.kind === 'tables' ? (databases.find(({ name }) => name === part.database)?.scratch ?? null) : null,
      ),
    );
    // oxlint-disable-next-line no-await-in-loop -- one database after the other
    if (talk.server.family === 'postgres') for (const one of databases) await dress(talk, one);
  } catch (error) {
    await removeScratch(talk, databases).catch(() => undefined);
    throw error;
  }
}

async function dress(talk: ServerTalk, { scratch, options }: Restored): Promise<void> {
  for (const sql of dressSql({ name: scratch, options })) {
    // oxlint-disable-next-line no-await-in-loop -- one statement after the other
    await statement(talk, sql, 'who may use it, and its settings');
  }
}

// A dump writes a row in hexadecimal: twice as long as it is, and so perhaps longer than a statement may be on this server.
async function withLongStatements(talk: ServerTalk, load: () => Promise<void>): Promise<void> {
  if (talk.server.family === 'postgres') return load();
  const [row] = await talk.ask(PACKET_SQL);
  const before = Number(row?.['bytes'] ?? LONGEST_PACKET);
  if (before >= LONGEST_PACKET) return load();
  const why = 'the longest row of a backup has to fit';
  // Only an administrator may; the rows of most databases fit without it.
  const raised = await statement(talk, packetSql(LONGEST_PACKET), why).then(
    () => true,
    () => false,
  );
  try {
    await load();
  } finally {
    if (raised) await statement(talk, packetSql(before), 'as it was before').catch(() => undefined);
  }
}

/** Put what was loaded in the place of what is there, and remove that. Safe to be done again by a later podctl. */
export async function swapIn(talk: ServerTalk, databases: readonly Restored[], source: Source): Promise<void> {
  const { family } = talk.server;
  const recorded = 'steps' in talk;
  const there = await namesOf(talk);
  for (const one of databases) {
    // Gone: an earlier podctl came this far.
    if (!recorded && !there.has(one.scratch)) continue;
    // oxlint-disable-next-line no-await-in-loop -- one database after the other
    await (family === 'postgres' ? swapOnePostgres(talk, one, there.has(one.name)) : swapOneMysql(talk, one, there));
  }
  if (family !== 'postgres') {
    const pending = new Set(databases.filter(({ scratch }) => recorded || there.has(scratch)).map(({ name }) => name));
    await loadParts(talk, source, (part) =>
      part.kind !== 'tables' && pending.has(part.database) ? part.database : null,
    );
  }
  await removeScratch(talk, databases);
}

/**
 * Finish or take back what a killed podctl left. Resolves with what was done. As long as nothing has changed places it is taken back:
 * the old data may have been in use ever since, and what was written to them is in no backup.
 */
export async function resume(talk: ServerTalk, note: RestoreNote, source: Source): Promise<'taken back' | 'finished'> {
  if (note.phase === 'swap' && (await hasSwapped(talk, note.databases))) {
    await swapIn(talk, note.databases, source);
    return 'finished';
  }
  const there = await namesOf(talk);
  if (talk.server.family === 'postgres') {
    for (const { name } of note.databases) {
      // oxlint-disable-next-line no-await-in-loop -- one statement after the other
      if (there.has(name)) await statement(talk, reopenPostgres(name), 'it may have been closed for the swap');
    }
  }
  await removeScratch(talk, note.databases);
  return 'taken back';
}

/** Whether a swap has begun. MySQL and MariaDB make the database for the old tables first, and drop triggers before they can move tables. */
export async function hasSwapped(talk: ServerTalk, databases: readonly Restored[]): Promise<boolean> {
  const there = await namesOf(talk);
  return databases.some(({ name, scratch, old }) => !there.has(scratch) || !there.has(name) || there.has(old));
}

async function swapOnePostgres(talk: ServerTalk, one: Restored, there: boolean): Promise<void> {
  try {
    // One process inside the container takes all of it: a podctl that is killed meanwhile cannot leave the database closed to everybody.
    const argv = statementsArgv(talk.server, swapPostgres(one, there));
    const why = `\`${one.name}\` and what was loaded change places`;
    await talk.pass(argv, { input: null, onOutput: () => undefined, why });
  } catch (error) {
    if (there) await statement(talk, reopenPostgres(one.name), 'nothing was changed').catch(() => undefined);
    throw error;
  }
}

async function swapOneMysql(talk: ServerTalk, one: Restored, there: ReadonlySet<string>): Promise<void> {
  if (!there.has(one.name)) await make(talk, { name: one.name, options: one.options });
  await make(talk, { name: one.old, options: one.options });
  const objects = await objectsOf(talk, [one.name, one.scratch, one.old]);
  const hasTables = (name: string): boolean =>
    objects.some(({ database, kind }) => database === name && kind === 'table');
  // A podctl that was killed after the swap leaves all old tables there, and no new ones beside.
  if (!hasTables(one.scratch) && (hasTables(one.old) || !hasTables(one.name))) return;
  const sql = swapMysql(one, objects);
  const why = `\`${one.name}\` and what was loaded change places`;
  await talk.pass(loadArgv(talk.server, null), { input: once(sql), onOutput: () => undefined, why });
}

async function loadParts(talk: ServerTalk, source: Source, targetOf: (part: DumpPart) => string | null): Promise<void> {
  await eachPart(source(), async (part, body) => {
    const target = targetOf(part);
    if (target === null) return;
    const why = `load the ${part.kind} of \`${part.database}\``;
    await talk.pass(loadArgv(talk.server, target), { input: body, onOutput: () => undefined, why });
  });
}

async function removeScratch(talk: ServerTalk, databases: readonly Restored[]): Promise<void> {
  const there = await namesOf(talk);
  for (const name of databases.flatMap(({ scratch, old }) => [scratch, old])) {
    if (!there.has(name) && !('steps' in talk)) continue;
    for (const sql of dropSql(talk.server.family, name)) {
      // oxlint-disable-next-line no-await-in-loop -- one statement after the other
      await statement(talk, sql, `\`${name}\` was only for the restore`);
    }
  }
}

async function make(talk: ServerTalk, database: DatabaseFacts): Promise<void> {
  const why = `database \`${database.name}\` with the options that the backup tells`;
  await statement(talk, createSql(talk.server.family, database), why);
}

async function statement(talk: ServerTalk, sql: string, why: string): Promise<void> {
  await talk.pass(queryArgv(talk.server, sql, null), { input: null, onOutput: () => undefined, why });
}

async function namesOf(talk: ServerTalk): Promise<ReadonlySet<string>> {
  const rows = await talk.ask(databasesSql(talk.server.family));
  return new Set(rows.flatMap(({ name }) => (typeof name === 'string' ? [name] : [])));
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
