import { readdir, readFile, stat } from 'node:fs/promises';
import { PodctlError } from '../core/errors.js';
import { BESIDE } from './data-work.js';

/** A process that has a file open; `program` is the name that the kernel knows it by. */
export type Opener = { readonly pid: number; readonly program: string };

const AT_ONCE = 32;

/**
 * Other processes of this machine, in containers or not, that have one of the files open. Linux only, and only what this user may look
 * at: root sees all.
 */
export async function openersOf(paths: readonly string[]): Promise<readonly Opener[]> {
  const found = await Promise.all(paths.map(markOf));
  const marks = new Set(found.filter((mark) => mark !== null));
  if (marks.size === 0) return [];
  const pids = (await namesIn('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const openers: Opener[] = [];
  for (let at = 0; at < pids.length; at += AT_ONCE) {
    // oxlint-disable-next-line no-await-in-loop -- some at once, not thousands
    const some = await Promise.all(pids.slice(at, at + AT_ONCE).map((pid) => openerOf(pid, marks)));
    openers.push(...some.filter((one) => one !== null));
  }
  return openers;
}

/** Throws REFUSED while another process has a database open: what it writes after the database was replaced would be lost. */
export async function refuseOpeners(path: string): Promise<void> {
  const openers = await openersOf(['', ...BESIDE].map((end) => `${path}${end}`));
  if (openers.length === 0) return;
  const names = openers.map(({ pid, program }) => `${program} (process ${pid})`).join(', ');
  throw new PodctlError('REFUSED', `the database \`${path}\` is open in ${names}`, {
    hint: 'end it first: what it writes after the restore would be lost',
  });
}

async function openerOf(pid: string, marks: ReadonlySet<string>): Promise<Opener | null> {
  const open = await Promise.all((await namesIn(`/proc/${pid}/fd`)).map((fd) => markOf(`/proc/${pid}/fd/${fd}`)));
  if (!open.some((mark) => mark !== null && marks.has(mark))) return null;
  const program = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
  return { pid: Number(pid), program: program === '' ? 'a program' : program };
}

// The same in every container: names differ there, the file does not.
async function markOf(path: string): Promise<string | null> {
  return stat(path, { bigint: true }).then(
    ({ dev, ino }) => `${dev} ${ino}`,
    () => null,
  );
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
