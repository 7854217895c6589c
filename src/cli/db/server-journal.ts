import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import { listBackups } from '../../io/backup-store.js';
import { unpack } from '../../io/unpack.js';
import type { Context } from '../context.js';
import { flavourOf } from '../project.js';
import { projectStateDir } from '../state.js';
import { hasSwapped, type Restored, type RestoreNote, resume, type Source } from './server-restore.js';
import type { ServerQuestion } from './server-site.js';
import type { ServerTalk } from './server-talk.js';
import { backupFolder } from './site.js';

/** Keep word of what a restore is doing, for whoever comes after a podctl that was killed. */
export async function writeNote(note: RestoreNote, question: ServerQuestion, context: Context): Promise<void> {
  const { world } = context;
  await world.files.makeDirectory(projectStateDir(world.host, question.site.chosen.project.id), 0o700);
  await world.files.writeText(pathOf(question, context), `${JSON.stringify(note)}\n`, 0o600);
}

/** The restore is over. */
export async function dropNote(question: ServerQuestion, context: Context): Promise<void> {
  await context.world.files.removeFile(pathOf(question, context));
}

/** What a killed podctl left to do; null: nothing. */
export async function readNote(question: ServerQuestion, context: Context): Promise<RestoreNote | null> {
  const text = await context.world.files.readText(pathOf(question, context));
  return text === null ? null : parseNote(text);
}

/** Finish or take back what a killed podctl left, before anything else is done with these data. Resolves to whether there was something. */
export async function finishInterrupted(
  talk: ServerTalk,
  question: ServerQuestion,
  context: Context,
): Promise<boolean> {
  let note = await readNote(question, context);
  if (note === null) return false;
  if (note.phase === 'swap' && !(await hasSwapped(talk, note.databases))) {
    // Said before it is done: afterwards it looks like a swap that is over.
    note = { ...note, phase: 'load' };
    await writeNote(note, question, context);
  }
  const done = await resume(talk, note, await sourceOf(note, question, context));
  await dropNote(question, context);
  const what = done === 'finished' ? `the restore of ${note.backup} is finished` : 'nothing of it had counted yet';
  context.output.note(`note: a restore of ${question.entry.key} was interrupted; ${what}`);
  return true;
}

async function sourceOf(note: RestoreNote, question: ServerQuestion, context: Context): Promise<Source> {
  const { entry, site } = question;
  const known = await listBackups(backupFolder(entry, site, context), entry.key);
  const found = known.find(({ manifest }) => manifest.id === note.backup);
  if (found !== undefined) return () => unpack(found.file, found.manifest.compress);
  if (note.phase === 'load') return () => nothing();
  throw new PodctlError(
    'MISSING_INPUT',
    `a restore of \`${entry.key}\` was interrupted, and its backup ${note.backup} is gone`,
    {
      hint: 'put the backup back into its folder, then run podctl db restore again',
    },
  );
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  yield* [];
}

function pathOf({ entry, site }: ServerQuestion, { world }: Context): string {
  const folder = projectStateDir(world.host, site.chosen.project.id);
  return resolvePath(folder, `restore-${entry.key}.json`, flavourOf(world.host));
}

function parseNote(text: string): RestoreNote | null {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('databases' in value) || !Array.isArray(value.databases))
    return null;
  const backup = 'backup' in value && typeof value.backup === 'string' ? value.backup : null;
  const phase = 'phase' in value && value.phase === 'swap' ? 'swap' : 'load';
  return backup === null ? null : { podctl: 1, backup, phase, databases: value.databases.flatMap(restoredFrom) };
}

function restoredFrom(value: unknown): readonly Restored[] {
  const record: Readonly<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {};
  const { name, scratch, old, options } = record;
  if (typeof name !== 'string' || typeof scratch !== 'string' || typeof old !== 'string') return [];
  const texts = Object.entries(typeof options === 'object' && options !== null ? options : {});
  return [{ name, scratch, old, options: Object.fromEntries(texts.map(([key, text]) => [key, String(text)])) }];
}
