import type { Files } from './files.js';

/** Whether a process runs, and a mark that tells it from a later one with the same number (null where none can be had). */
export type ProcessFacts = { readonly alive: boolean; readonly mark: string | null };

/** Ask about a process by its number. On Linux the mark is the boot and the start time. */
export async function processFacts(
  pid: number,
  { platform, files, isAlive = signalReaches }: ProcessQuestion,
): Promise<ProcessFacts> {
  if (!isAlive(pid)) return { alive: false, mark: null };
  if (platform !== 'linux') return { alive: true, mark: null };
  const [stat, boot] = await Promise.all([
    files.readText(`/proc/${pid}/stat`),
    files.readText('/proc/sys/kernel/random/boot_id'),
  ]);
  const fields = afterName(stat ?? '');
  // A zombie only waits to be collected by its parent: for bookkeeping it has ended.
  if (fields[0] === 'Z') return { alive: false, mark: null };
  const started = fields[19];
  return { alive: true, mark: started === undefined ? null : `${(boot ?? '').trim()}/${started}` };
}

export type ProcessQuestion = {
  readonly platform: NodeJS.Platform;
  readonly files: Files;
  readonly isAlive?: (pid: number) => boolean;
};

// The second field is the program's name in brackets and may itself hold spaces and brackets.
function afterName(stat: string): readonly string[] {
  return stat
    .slice(stat.lastIndexOf(')') + 2)
    .trim()
    .split(' ');
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, but belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
