import { shortHash } from '../core/hash.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import { processFacts } from '../io/process-facts.js';

export type OwnerDeps = {
  readonly host: Host;
  readonly files: Files;
  /** Whether a process number is in use; tests give their own. */
  readonly isAlive?: (pid: number) => boolean;
};

/** `alive`: that podctl still runs; `gone`: it ended; `elsewhere`: it ran where nobody here can see its processes. */
export type OwnerState = 'alive' | 'gone' | 'elsewhere';

/** This podctl in one word, for a label: process number, boot, start time, and the place in which the number means something. */
export async function ownerWord(deps: OwnerDeps): Promise<string> {
  const { mark } = await processFacts(deps.host.pid, question(deps));
  return [deps.host.pid, mark ?? '', await place(deps)].join(SEPARATOR);
}

/** Whether the podctl that a label names still runs. A word that cannot be read is nobody's to judge. */
export async function ownerState(word: string, deps: OwnerDeps): Promise<OwnerState> {
  const [pid = '', mark = '', where] = word.split(SEPARATOR);
  if (!/^\d+$/.test(pid) || where === undefined || where !== (await place(deps))) return 'elsewhere';
  const holder = await processFacts(Number(pid), question(deps));
  // Process numbers come round again: only boot and start time tell the holder from a stranger.
  return holder.alive && mark === (holder.mark ?? '') ? 'alive' : 'gone';
}

const SEPARATOR = '@';

// An engine may be shared: by other machines, and by containers that each count their processes from 1.
async function place({ host, files }: OwnerDeps): Promise<string> {
  if (host.platform !== 'linux') return '';
  const [machine, name, space] = await Promise.all([
    files.readText('/etc/machine-id'),
    files.readText('/proc/sys/kernel/hostname'),
    files.readLink('/proc/self/ns/pid'),
  ]);
  return shortHash([machine, name, space].map((part) => (part ?? '').trim()).join('\n'));
}

function question({ host, files, isAlive }: OwnerDeps) {
  return { platform: host.platform, files, ...(isAlive === undefined ? {} : { isAlive }) };
}
