import * as disk from 'node:fs';
import { codeOf, ioError } from './io-error.js';

export type FileKind = 'file' | 'directory' | 'socket' | 'link' | 'other';
export type FileStat = {
  readonly kind: FileKind;
  readonly size: number;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  /** When its content last changed, in milliseconds. */
  readonly modified?: number | undefined;
};

/** Numbers of a user and a group. */
export type Owner = { readonly uid: number; readonly gid: number };
/** One entry of a folder. `size` null: it could not be looked at; links and folders have none. */
export type FolderEntry = { readonly name: string; readonly kind: FileKind; readonly size: number | null };

/** The file system, as podctl uses it. Missing files give null; every other failure throws PodctlError('IO'). */
export type Files = {
  readonly readText: (path: string) => Promise<string | null>;
  /** A table of the kernel from its top, as text; it is read on until `isEnough` of what came so far, or to its end. */
  readonly readTable: (path: string, isEnough: (text: string) => boolean) => Promise<string | null>;
  /** The first bytes of a file; fewer where it is shorter. */
  readonly readHead: (path: string, length: number) => Promise<Uint8Array | null>;
  readonly stat: (path: string) => Promise<FileStat | null>;
  /** Does not follow a link. */
  readonly lstat: (path: string) => Promise<FileStat | null>;
  readonly readLink: (path: string) => Promise<string | null>;
  readonly realPath: (path: string) => Promise<string | null>;
  readonly list: (path: string) => Promise<readonly string[] | null>;
  /** Folders of a folder, and of its other entries those that are `wanted`, unsorted: each of those costs a question for its size. */
  readonly entries: (
    path: string,
    wanted: (name: string, kind: FileKind) => boolean,
  ) => Promise<readonly FolderEntry[] | null>;
  /** Writes whole or not at all (temporary file beside it, then rename). A replaced file keeps its mode unless one is given. */
  readonly writeText: (path: string, text: string, mode?: number) => Promise<void>;
  /** Makes missing parents too. A mode is also set on a directory that is already there, an owner only on one that was made. */
  readonly makeDirectory: (path: string, mode?: number, owner?: Owner) => Promise<void>;
  /** Removes one file; a missing one is fine. */
  readonly removeFile: (path: string) => Promise<void>;
};

type RawKind = { isFile(): boolean; isDirectory(): boolean; isSocket(): boolean; isSymbolicLink(): boolean };
type RawEntry = RawKind & { readonly name: string | Uint8Array };
type RawStat = RawKind & {
  readonly size: number;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly mtimeMs: number;
};

type OpenFile = {
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
};

/** The part of node:fs/promises that is used; memfs's promises fit too. */
export type FsPromises = {
  readFile(path: string, encoding: 'utf8'): Promise<string | Uint8Array>;
  /** Where it is left out, the table is read whole. */
  readTable?(path: string, isEnough: (text: string) => boolean): Promise<string>;
  /** The size of a file that is no link, without a promise: of 100,000 files these take longer than the disk. */
  sizeNow?(path: string): number | undefined;
  /** Nothing there: undefined, or the usual error. */
  stat(path: string): Promise<RawStat | undefined>;
  lstat(path: string): Promise<RawStat | undefined>;
  open(path: string, flags: 'r'): Promise<OpenFile>;
  chown(path: string, uid: number, gid: number): Promise<void>;
  readlink(path: string): Promise<string | Uint8Array>;
  realpath(path: string): Promise<string | Uint8Array>;
  /** Names, or with `withFileTypes` entries that know their kind. */
  readdir(path: string, options?: { withFileTypes: true }): Promise<readonly unknown[]>;
  writeFile(path: string, text: string, options: { flag: string; mode: number }): Promise<void>;
  chmod(path: string, mode: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  mkdir(path: string, options: { recursive: boolean; mode?: number }): Promise<unknown>;
  unlink(path: string): Promise<void>;
};

/** The disk. */
export function realFiles(): Files {
  return makeFiles(BLOCKING);
}

// Calls that block: a command line waits for each of them anyway, and without threads they take a third of the time.
const BLOCKING: FsPromises = {
  readFile: async (path, encoding) => disk.readFileSync(path, encoding),
  readTable: async (path, isEnough) => readTable(path, isEnough),
  sizeNow,
  // Nothing there is the usual answer to many questions, and an error costs more than the question.
  stat: async (path) => disk.statSync(path, { throwIfNoEntry: false }),
  lstat: async (path) => disk.lstatSync(path, { throwIfNoEntry: false }),
  open: async (path, flags) => {
    const file = disk.openSync(path, flags);
    return {
      read: async (...where) => ({ bytesRead: disk.readSync(file, ...where) }),
      close: async () => disk.closeSync(file),
    };
  },
  chown: async (path, uid, gid) => disk.chownSync(path, uid, gid),
  readlink: async (path) => disk.readlinkSync(path),
  realpath: async (path) => disk.realpathSync.native(path),
  readdir: async (path, options) => (options === undefined ? disk.readdirSync(path) : disk.readdirSync(path, options)),
  writeFile: async (path, text, options) => disk.writeFileSync(path, text, options),
  chmod: async (path, mode) => disk.chmodSync(path, mode),
  rename: async (from, to) => disk.renameSync(from, to),
  mkdir: async (path, options) => disk.mkdirSync(path, options),
  unlink: async (path) => disk.unlinkSync(path),
};

// The kernel fills a page with rows before it stops, and walks through all connections of the machine to learn that there are no more.
function sizeNow(path: string): number | undefined {
  try {
    return disk.lstatSync(path, { throwIfNoEntry: false })?.size;
  } catch {
    return undefined;
  }
}

function readTable(path: string, isEnough: (text: string) => boolean): string {
  const buffer = Buffer.alloc(PAGE);
  const fd = disk.openSync(path, 'r');
  try {
    for (let text = ''; ; ) {
      const count = disk.readSync(fd, buffer);
      text += buffer.toString('latin1', 0, count);
      if (count < PAGE / 2 || isEnough(text)) return text;
    }
  } finally {
    disk.closeSync(fd);
  }
}

const PAGE = 4096;

/** Files on any implementation of node:fs/promises. */
export function makeFiles(fs: FsPromises): Files {
  return {
    readText: (path) => orMissing('read', path, async () => String(await fs.readFile(path, 'utf8'))),
    readTable: (path, isEnough) =>
      orMissing('read', path, async () =>
        fs.readTable === undefined ? String(await fs.readFile(path, 'utf8')) : fs.readTable(path, isEnough),
      ),
    readHead: (path, length) => orMissing('read', path, () => readHead(fs, path, length)),
    stat: (path) => orMissing('look at', path, async () => toStat(await fs.stat(path))),
    lstat: (path) => orMissing('look at', path, async () => toStat(await fs.lstat(path))),
    readLink: (path) => orMissing('read the link', path, () => readLink(fs, path)),
    realPath: (path) => orMissing('resolve', path, async () => String(await fs.realpath(path))),
    list: (path) => orMissing('list', path, async () => (await fs.readdir(path)).map(String).toSorted()),
    entries: (path, wanted) => orMissing('list', path, () => readEntries(fs, path, wanted)),
    writeText: (path, text, mode) => orError('write', path, () => writeWhole(fs, { path, text, mode })),
    makeDirectory: (path, mode, owner) =>
      orError('make the directory', path, () => makeDirectory(fs, path, { mode, owner })),
    removeFile: async (path) => {
      await orMissing('remove', path, () => fs.unlink(path));
    },
  };
}

async function readEntries(
  fs: FsPromises,
  path: string,
  wanted: (name: string, kind: FileKind) => boolean,
): Promise<readonly FolderEntry[]> {
  const entries: FolderEntry[] = [];
  for (const raw of (await fs.readdir(path, { withFileTypes: true })).filter(isEntry)) {
    const [name, kind] = [String(raw.name), kindOf(raw)];
    if (kind !== 'directory' && !wanted(name, kind)) continue;
    entries.push({
      name,
      kind,
      size: kind === 'file' ? (fs.sizeNow?.(`${path}/${name}`) ?? (await sizeOf(fs, `${path}/${name}`))) : null,
    });
  }
  return entries;
}

function isEntry(raw: unknown): raw is RawEntry {
  return typeof raw === 'object' && raw !== null && 'name' in raw && 'isFile' in raw;
}

async function sizeOf(fs: FsPromises, path: string): Promise<number | null> {
  try {
    return (await fs.lstat(path))?.size ?? null;
  } catch {
    return null;
  }
}

async function writeWhole(
  fs: FsPromises,
  file: { readonly path: string; readonly text: string; readonly mode: number | undefined },
): Promise<void> {
  // Unlike others is enough: `wx` follows no link and takes no file that is there. Loading node:crypto would cost a start 3 ms.
  const temporary = `${file.path}.${Math.random().toString(36).slice(2, 15)}.tmp`;
  const mode = file.mode ?? (await modeOf(fs, file.path));
  try {
    // The mode is there before the content is: nobody else can open the file in between.
    await fs.writeFile(temporary, '', { flag: 'wx', mode: mode === null ? 0o666 : 0o600 });
    if (mode !== null) await fs.chmod(temporary, mode | 0o200);
    await fs.writeFile(temporary, file.text, { flag: 'r+', mode: 0o600 });
    if (mode !== null && (mode & 0o200) === 0) await fs.chmod(temporary, mode);
    await fs.rename(temporary, file.path);
  } catch (error) {
    await fs.unlink(temporary).catch(() => undefined);
    throw error;
  }
}

async function modeOf(fs: FsPromises, path: string): Promise<number | null> {
  try {
    const stat = await fs.stat(path);
    return stat === undefined ? null : stat.mode & 0o7777;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

type NewDirectory = { readonly mode: number | undefined; readonly owner: Owner | undefined };

async function makeDirectory(fs: FsPromises, path: string, { mode, owner }: NewDirectory): Promise<void> {
  const made = await fs.mkdir(path, { recursive: true, ...(mode === undefined ? {} : { mode }) });
  // mkdir leaves an existing directory's mode alone, and the umask cuts a new one's.
  if (mode !== undefined) await fs.chmod(path, mode);
  if (owner !== undefined && made !== undefined) await fs.chown(path, owner.uid, owner.gid);
}

async function readHead(fs: FsPromises, path: string, length: number): Promise<Uint8Array> {
  const file = await fs.open(path, 'r');
  try {
    const head = new Uint8Array(length);
    const { bytesRead } = await file.read(head, 0, length, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function toStat(stat: RawStat | undefined): FileStat | null {
  if (stat === undefined) return null;
  return {
    kind: kindOf(stat),
    size: stat.size,
    uid: stat.uid,
    gid: stat.gid,
    mode: stat.mode & 0o7777,
    modified: stat.mtimeMs,
  };
}

function kindOf(stat: RawKind): FileKind {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'link';
  return stat.isSocket() ? 'socket' : 'other';
}

async function readLink(fs: FsPromises, path: string): Promise<string | null> {
  // Most are no links: looking first spares an error each.
  if ((await fs.lstat(path))?.isSymbolicLink() !== true) return null;
  try {
    return String(await fs.readlink(path));
  } catch (error) {
    // It was replaced by a file that is no link.
    if (codeOf(error) === 'EINVAL') return null;
    throw error;
  }
}

async function orMissing<T>(verb: string, path: string, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (isMissing(error)) return null;
    throw ioError(verb, path, error);
  }
}

async function orError<T>(verb: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw ioError(verb, path, error);
  }
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(error));
}
