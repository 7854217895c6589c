import { PodctlError } from '../core/errors.js';
import { tagFrom } from '../core/image-ref.js';
import { quote } from '../core/shell.js';
import type { Host } from '../io/host.js';
import { type Processes, realProcesses } from './process.js';

const TIMEOUT_MS = 20_000;

/**
 * What git says of the commit of a folder, made a valid tag: `v1.2`, `v1.2-3-gabc1234`, `abc1234-dirty`. undefined outside a
 * repository, before its first commit, and where there is no git. Throws PodctlError('BAD_DATA') for a repository that git refuses to read.
 */
export async function describeCommit(
  folder: string,
  { host, run = realProcesses(host).run }: { readonly host: Host; readonly run?: Processes['run'] },
): Promise<string | undefined> {
  const args = ['-C', folder, 'describe', '--tags', '--always', '--dirty'];
  const ended = await run({ file: 'git', args, env: { LC_ALL: 'C' }, timeout: TIMEOUT_MS }).catch(() => null);
  // No git here: the profile's own message about {git} says what to do.
  if (ended === null) return undefined;
  if (ended.exitCode === 0) return tagFrom(ended.stdout.trim());
  const foreign = /dubious ownership in repository at '(.*)'/.exec(ended.stderr)?.[1];
  if (foreign === undefined) return undefined;
  throw new PodctlError('BAD_DATA', `git does not read the repository \`${foreign}\`: it belongs to another user`, {
    hint: `if you trust it: git config --global --add safe.directory ${quote(foreign, 'sh')}`,
  });
}
