import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PodctlError } from '../core/errors.js';
import type { Files } from './files.js';
import type { Host } from './host.js';
import { codeOf, ioError } from './io-error.js';
import { processFacts } from './process-facts.js';

export type LockDeps = {
  readonly host: Pick<Host, 'pid' | 'platform'>;
  readonly files: Files;
  /** Whether a process number is in use; tests give their own. */
  readonly isAlive?: (pid: number) => boolean;
};

const TRIES = 3;

/**
 * Take a lock that one podctl holds at a time; resolves with what gives it back. The lock of a podctl that was killed is taken
 * over. Throws TRY_AGAIN while another holds it.
 */
export async function takeLock(path: string, deps: LockDeps): Promise<() => Promise<void>> {
  const { mark } = await processFacts(deps.host.pid, question(deps));
  const own = `${path}.${deps.host.pid}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(own, JSON.stringify({ pid: deps.host.pid, mark }), { mode: 0o600 });
    for (let tries = 0; tries < TRIES; tries += 1) {
      // oxlint-disable-next-line no-await-in-loop -- each try looks at what the one before left
      if (await takeOnce(own, path, deps)) return () => rm(path, { force: true });
    }
  } catch (error) {
    throw error instanceof PodctlError ? error : ioError('write', path, error);
  } finally {
    await rm(own, { force: true });
  }
  throw new PodctlError('TRY_AGAIN', `the lock \`${path}\` cannot be taken`, { hint: 'try again in a moment' });
}

// A link is made or is not; the file behind it is whole from the start.
async function takeOnce(own: string, path: string, deps: LockDeps): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const holder = await holderOf(path, deps);
  if (holder !== null) {
    throw new PodctlError('TRY_AGAIN', `another podctl (process ${holder}) works on this data`, {
      hint: 'wait until it has ended',
    });
  }
  await rm(path, { force: true });
  return false;
}

async function holderOf(path: string, deps: LockDeps): Promise<number | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const [, pid = '', mark] = /^\{"pid":(\d+),"mark":(?:"([^"]*)"|null)\}$/.exec(text) ?? [];
  if (pid === '') return null;
  const facts = await processFacts(Number(pid), question(deps));
  return facts.alive && (facts.mark ?? undefined) === mark ? Number(pid) : null;
}

function question({ host, files, isAlive }: LockDeps) {
  return { platform: host.platform, files, ...(isAlive === undefined ? {} : { isAlive }) };
}
