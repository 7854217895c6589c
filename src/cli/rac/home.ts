import { resolvePath } from '../../core/path.js';
import { stateDir } from '../../io/state-dir.js';
import type { World } from '../../io/world.js';
import type { Flags } from '../parser.js';
import { flavourOf } from '../project.js';

/** Folder of RAC's state: `--home`, PODCTL_RAC_HOME, else `rac` in podctl's own state folder. */
export function racHome(flags: Pick<Flags, 'home'>, { host }: Pick<World, 'host'>): string {
  const stated = flags.home ?? host.env['PODCTL_RAC_HOME'];
  if (stated !== undefined && stated !== '') return resolvePath(host.cwd, stated, flavourOf(host));
  return `${stateDir(host)}${host.platform === 'win32' ? '\\' : '/'}rac`;
}
