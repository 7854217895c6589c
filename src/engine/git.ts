import { tagFrom } from '../core/image-ref.js';
import type { Host } from '../io/host.js';
import { type Processes, realProcesses } from './process.js';

const TIMEOUT_MS = 20_000;

/**
 * What git says of the commit of a folder, made a valid tag: `v1.2`, `v1.2-3-gabc1234`, `abc1234-dirty`. undefined outside a
 * repository, before its first commit, and where there is no git.
 */
export async function describeCommit(
  folder: string,
  { host, run = realProcesses(host).run }: { readonly host: Host; readonly run?: Processes['run'] },
): Promise<string | undefined> {
  const args = ['-C', folder, 'describe', '--tags', '--always', '--dirty'];
  try {
    const ended = await run({ file: 'git', args, timeout: TIMEOUT_MS });
    return ended.exitCode === 0 ? tagFrom(ended.stdout.trim()) : undefined;
  } catch {
    // No git here: the profile's own message about {git} says what to do.
    return undefined;
  }
}
