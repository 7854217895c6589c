import { cannotSay } from '../cannot-say.js';
import { type Dialect, toggle } from './flags.js';
import { podman } from './podman.js';

/** NERSC's podman-hpc: podman's flags, with the site's module for GPUs, which shows all of the node's. */
export const podmanHpc = {
  ...podman,
  gpus: (spec) => {
    if (spec.gpus !== null && spec.gpus !== 'all') {
      throw cannotSay(
        `podman-hpc cannot choose the GPUs \`${spec.gpus}\``,
        'write gpus = "all"; the batch system gives the node its GPUs',
      );
    }
    return toggle('--gpu', spec.gpus !== null, 'gpus');
  },
} satisfies Dialect;
