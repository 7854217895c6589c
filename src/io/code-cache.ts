import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';
import type { Host } from './host.js';

/** A script whose text is one function of `exports, require, module, __dirname`. */
export type CachedScript = {
  readonly file: string;
  readonly requireModule: (name: string) => unknown;
  /** Where the machine code of an earlier run is kept; null: nowhere. */
  readonly cacheFile: string | null;
};

/** `exports` of the script; `save` keeps the machine code of all that ran, unless it is kept already. */
export type LoadedScript = { readonly exports: unknown; readonly save: () => void };

/**
 * Load a script with the machine code that an earlier run left, which takes a third off the start. The engine refuses code of another
 * version of itself; a cache that is not this user's own is never read.
 */
export function loadScript({ file, requireModule, cacheFile }: CachedScript): LoadedScript {
  const source = readFileSync(file, 'latin1');
  const cachedData = cacheFile === null ? undefined : readOwn(cacheFile);
  const script = new Script(source, { filename: file, ...(cachedData === undefined ? {} : { cachedData }) });
  const module: { exports: unknown } = { exports: {} };
  const wrapper: (...args: readonly unknown[]) => void = script.runInThisContext();
  wrapper(module.exports, requireModule, module, dirname(file));
  const kept = script.cachedDataRejected === false;
  return {
    exports: module.exports,
    save: () => {
      if (cacheFile !== null && !kept) saveOwn(cacheFile, script.createCachedData());
    },
  };
}

/**
 * Where the machine code of a script is kept for one command; null where the user wants none or the system has no place for it.
 * Each command keeps its own, because each runs other parts.
 */
export function codeCacheFile(
  script: string,
  command: string | undefined,
  host: Pick<Host, 'platform' | 'env' | 'home'>,
): string | null {
  const { platform, env, home } = host;
  if (env['NODE_DISABLE_COMPILE_CACHE'] !== undefined || home === '') return null;
  const name = /^[a-z][a-z_-]{0,30}$/.test(command ?? '') ? command : 'podctl';
  return join(cacheDir({ platform, env, home }), 'code', `${basename(script)}-${name}`);
}

function cacheDir({ platform, env, home }: Pick<Host, 'platform' | 'env' | 'home'>): string {
  if (env['XDG_CACHE_HOME']?.startsWith('/') === true) return join(env['XDG_CACHE_HOME'], 'podctl');
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'podctl', 'cache');
  return platform === 'darwin' ? join(home, 'Library', 'Caches', 'podctl') : join(home, '.cache', 'podctl');
}

// Code from another user's hand would run with this user's rights: root may have been given somebody's home.
function readOwn(file: string): Buffer | undefined {
  try {
    const fd = openSync(file, 'r');
    try {
      const { uid, mode } = fstatSync(fd);
      const own = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
      const data = own ? readFileSync(fd) : null;
      return data === null || data.length === 0 ? undefined : data;
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

// A cache that cannot be written is only a slower start the next time.
function saveOwn(file: string, data: Buffer): void {
  const folder = dirname(file);
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(temporary, data, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, file);
    removeOld(folder);
  } catch {
    removeQuietly(temporary);
  }
}

const KEPT_DAYS = 30;

// Other builds may be in use beside this one, so only age tells what nobody needs any more.
function removeOld(folder: string): void {
  const oldest = Date.now() - KEPT_DAYS * 24 * 60 * 60 * 1000;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).mtimeMs < oldest) removeQuietly(path);
  }
}

function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It was never made.
  }
}
