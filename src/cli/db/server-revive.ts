import { randomBytes } from 'node:crypto';
import { PodctlError } from '../../core/errors.js';
import type { StoredBackup } from '../../io/backup-store.js';
import { hashFile, unpack } from '../../io/unpack.js';
import type { DataPlan } from '../../plan/data-step.js';
import { damaged } from '../../plan/dump-format.js';
import type { Context } from '../context.js';
import { frameOf } from './carry.js';
import { storeDump } from './server-backup.js';
import { checkDump, contentsOf, type DumpSummary } from './server-dump.js';
import { dropNote, finishInterrupted, writeNote } from './server-journal.js';
import {
  checkFamily,
  filledAmong,
  loadBeside,
  type Restored,
  restoredOf,
  type Source,
  swapIn,
} from './server-restore.js';
import { type ServerQuestion, serverAddress } from './server-site.js';
import { openTalk, recordingTalk, type ServerTalk } from './server-talk.js';

export type Revived = { readonly databases: readonly string[]; readonly replaced: StoredBackup | null };
export type Wish = { readonly backup: StoredBackup; readonly force: boolean; readonly confirm: string | null };

/** Read a backup of a server whole: its checksum, and the end of each part. Throws BAD_DATA for a damaged one. */
export async function checkServerBackup({ file, manifest }: StoredBackup): Promise<DumpSummary> {
  const { sha256, bytes } = await hashFile(file);
  if (sha256 !== manifest.sha256 || bytes !== manifest.bytes) throw damaged('it is not what its manifest says');
  try {
    return await checkDump(unpack(file, manifest.compress));
  } catch (error) {
    if (error instanceof PodctlError) throw error;
    throw damaged('it cannot be unpacked');
  }
}

/**
 * Load a backup into the running server. It is checked first and loaded beside what is there; that is backed up; then both change
 * places. A podctl that is killed on the way leaves the old data whole, or a swap that the next one finishes.
 */
export async function reviveServer(wish: Wish, question: ServerQuestion, context: Context): Promise<Revived> {
  const summary = await checkServerBackup(wish.backup);
  const talk = await openTalk(await serverAddress(question, context));
  checkFamily(talk, summary);
  await finishInterrupted(talk, question, context);
  const databases = restoredOf(summary, randomBytes(4).toString('hex'));
  const filled = await filledAmong(talk, databases);
  checkAllowed(wish, question, filled);
  const { file, manifest } = wish.backup;
  const source: Source = () => unpack(file, manifest.compress);
  const note = { podctl: 1, backup: manifest.id, databases } as const;
  await writeNote({ ...note, phase: 'load' }, question, context);
  context.output.note('engine: load the backup beside the data that are there');
  await loadBeside(talk, databases, source);
  const replaced = filled.length === 0 ? null : await keepOld(talk, databases, { question, context });
  await writeNote({ ...note, phase: 'swap' }, question, context);
  context.output.note('engine: the old and the new data change places');
  await swapIn(talk, databases, source);
  await dropNote(question, context);
  return { databases: databases.map(({ name }) => name), replaced };
}

/** What a restore would do, without doing it. */
export async function planRevival(wish: Wish, question: ServerQuestion, context: Context): Promise<DataPlan> {
  const summary = await checkServerBackup(wish.backup);
  const address = await serverAddress(question, context);
  const talk = recordingTalk(await openTalk(address), address);
  checkFamily(talk, summary);
  const databases = restoredOf(summary, '00000000');
  checkAllowed(wish, question, await filledAmong(talk, databases));
  const source: Source = () => unpack(wish.backup.file, wish.backup.manifest.compress);
  await loadBeside(talk, databases, source);
  await swapIn(talk, databases, source);
  const { site, side } = question;
  const { name, version, assumed } = frameOf(side).engine;
  return { profile: site.chosen.loaded.name, mode: site.mode, engine: { name, version, assumed }, steps: talk.steps };
}

function checkAllowed({ force, confirm }: Wish, { entry }: ServerQuestion, filled: readonly string[]): void {
  if (filled.length === 0) return;
  const names = filled.map((name) => `\`${name}\``).join(', ');
  if (!force) {
    throw new PodctlError('REFUSED', `data \`${entry.key}\`: the server has ${names}, with tables in it`, {
      hint: '--force replaces them; what they hold is backed up first',
    });
  }
  if (!entry.protected || confirm === entry.key) return;
  throw new PodctlError('REFUSED', `data \`${entry.key}\` are protected`, {
    hint: `--confirm ${entry.key} replaces them all the same; what they hold is backed up first`,
  });
}

// Only what the restore replaces; other databases of the entry stay as they are.
async function keepOld(
  talk: ServerTalk,
  databases: readonly Restored[],
  { question, context }: { readonly question: ServerQuestion; readonly context: Context },
): Promise<StoredBackup> {
  const names = databases.map(({ name }) => name);
  const all = await contentsOf(talk, []);
  const contents = { ...all, databases: all.databases.filter(({ name }) => names.includes(name)) };
  const entry = { ...question.entry, databases: contents.databases.map(({ name }) => name) };
  context.output.note('engine: back up what is replaced');
  return storeDump(talk, { ...question, entry }, { kind: 'replaced', context, contents });
}
