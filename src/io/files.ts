import * as disk from 'node:fs';
import { codeOf, ioError } from './io-error.js';

export type FileKind = 'file' | 'directory' | 'socket' | 'link' | 'other';
export type FileStat = {
  readonly kind: FileKind;
  readonly size: number;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
};

/** The file system, as podctl uses it. Missing files give null; every other failure throws PodctlError('IO'). */
export type Files = {
  readonly readText: (path: string) => Promise<string | null>;
  readonly stat: (path: string) => Promise<FileStat | null>;
  /** Does not follow a link. */
  readonly lstat: (path: string) => Promise<FileStat | null>;
  readonly readLink: (path: string) => Promise<string | null>;
  readonly realPath: (path: string) => Promise<string | null>;
  readonly list: (path: string) => Promise<readonly string[] | null>;
  /** Writes whole or not at all (temporary file beside it, then rename). A replaced file keeps its mode unless one is given. */
  readonly writeText: (path: string, text: string, mode?: number) => Promise<void>;
  /** Makes missing parents too. A mode is also set on a directory that is already there. */
  readonly makeDirectory: (path: string, mode?: number) => Promise<void>;
  /** Removes one file; a missing one is fine. */
  readonly removeFile: (path: string) => Promise<void>;
};

type RawStat = {
  readonly size: number;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  isFile(): boolean;
  isDirectory(): boolean;
  isSocket(): boolean;
  isSymbolicLink(): boolean;
};

/** The part of node:fs/promises that is used; memfs's promises fit too. */
export type FsPromises = {
  readFile(path: string, encoding: 'utf8'): Promise<string | Uint8Array>;
  stat(path: string): Promise<RawStat>;
  lstat(path: string): Promise<RawStat>;
  readlink(path: string): Promise<string | Uint8Array>;
  realpath(path: string): Promise<string | Uint8Array>;
  readdir(path: string): Promise<readonly unknown[]>;
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
  stat: async (path) => disk.statSync(path),
  lstat: async (path) => disk.lstatSync(path),
  readlink: async (path) => disk.readlinkSync(path),
  realpath: async (path) => disk.realpathSync.native(path),
  readdir: async (path) => disk.readdirSync(path),
  writeFile: async (path, text, options) => disk.writeFileSync(path, text, options),
  chmod: async (path, mode) => disk.chmodSync(path, mode),
  rename: async (from, to) => disk.renameSync(from, to),
  mkdir: async (path, options) => disk.mkdirSync(path, options),
  unlink: async (path) => disk.unlinkSync(path),
};

/** Files on any implementation of node:fs/promises. */
export function makeFiles(fs: FsPromises): Files {
  return {
    readText: (path) => orMissing('read', path, async () => String(await fs.readFile(path, 'utf8'))),
    stat: (path) => orMissing('look at', path, async () => toStat(await fs.stat(path))),
    lstat: (path) => orMissing('look at', path, async () => toStat(await fs.lstat(path))),
    readLink: (path) => orMissing('read the link', path, () => readLink(fs, path)),
    realPath: (path) => orMissing('resolve', path, async () => String(await fs.realpath(path))),
    list: (path) => orMissing('list', path, async () => (await fs.readdir(path)).map(String).toSorted()),
    writeText: (path, text, mode) => orError('write', path, () => writeWhole(fs, { path, text, mode })),
    makeDirectory: (path, mode) => orError('make the directory', path, () => makeDirectory(fs, path, mode)),
    removeFile: async (path) => {
      await orMissing('remove', path, () => fs.unlink(path));
    },
  };
}

async function writeWhole(
  fs: FsPromises,
  file: { readonly path: string; readonly text: string; readonly mode: number | undefined },
): Promise<void> {
  // The global generator: importing node:crypto would cost every start 3 ms.
  const temporary = `${file.path}.${globalThis.crypto.randomUUID().slice(0, 13)}.tmp`;
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
    return (await fs.stat(path)).mode & 0o7777;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function makeDirectory(fs: FsPromises, path: string, mode?: number): Promise<void> {
  await fs.mkdir(path, { recursive: true, ...(mode === undefined ? {} : { mode }) });
  // mkdir leaves an existing directory's mode alone, and the umask cuts a new one's.
  if (mode !== undefined) await fs.chmod(path, mode);
}

function toStat(stat: RawStat): FileStat {
  return { kind: kindOf(stat), size: stat.size, uid: stat.uid, gid: stat.gid, mode: stat.mode & 0o7777 };
}

function kindOf(stat: RawStat): FileKind {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'link';
  return stat.isSocket() ? 'socket' : 'other';
}

async function readLink(fs: FsPromises, path: string): Promise<string | null> {
  try {
    return String(await fs.readlink(path));
  } catch (error) {
    // What the system says of a file that is no link.
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
