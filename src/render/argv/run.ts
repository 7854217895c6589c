import type { EngineName } from '../../spec/facts.js';
import { type ContainerSpec, EMPTY_SPEC, type RunShape } from '../../spec/spec.js';
import { cannotSay } from '../cannot-say.js';
import type { ArgToken } from '../token.js';
import { docker } from './docker.js';
import { type Dialect, toggle } from './flags.js';
import { nerdctl } from './nerdctl.js';
import { podman } from './podman.js';
import { podmanHpc } from './podman-hpc.js';
import { head, type RunOptions } from './way.js';

const DIALECTS = { docker, podman, nerdctl, 'podman-hpc': podmanHpc } satisfies Record<EngineName, Dialect>;

/**
 * The order in which fields are written, public because people read and compare it: who the container is, how it is started,
 * as whom, with what data, on which ports, how much of the machine, network, devices, rights, end of life; image and arguments last.
 */
export const ORDER = [
  'name',
  'labels',
  'platform',
  'pull',
  'init',
  'interactive',
  'tty',
  'user',
  'groups',
  'userns',
  'workdir',
  'entrypoint',
  'env',
  'secrets',
  'mounts',
  'ports',
  'resources',
  'network',
  'networkAliases',
  'hostname',
  'extraHosts',
  'dns',
  'devices',
  'gpus',
  'capAdd',
  'capDrop',
  'security',
  'privileged',
  'readOnlyRoot',
  'pid',
  'ipc',
  'stopSignal',
  'stopTimeout',
  'health',
  'restart',
  'image',
  'args',
] as const satisfies readonly (keyof ContainerSpec)[];

// A new field of the spec does not compile until it has its place above.
'complete' satisfies [Exclude<keyof ContainerSpec, (typeof ORDER)[number]>] extends [never] ? 'complete' : never;

/** The whole command line that starts (or creates) the container, each token with the spec value behind it. */
export function renderRun(spec: ContainerSpec, options: RunOptions): readonly ArgToken[] {
  const verb = options.verb ?? 'run';
  return [
    ...head(options),
    { text: verb, at: 'rule/verb' },
    ...(verb === 'run' ? detachFlag(options.shape) : []),
    ...toggle('--rm', options.shape.remove, 'rule/remove'),
    ...ORDER.flatMap((field) => fieldTokens(field, spec, options)),
  ];
}

// Attached is every engine's default; written all the same, so that the printed line says which of the two it is.
function detachFlag(shape: RunShape): readonly ArgToken[] {
  return [shape.detach ? { text: '--detach', at: 'rule/detached' } : { text: '--detach=false', at: 'rule/attached' }];
}

function fieldTokens(field: keyof ContainerSpec, spec: ContainerSpec, options: RunOptions): readonly ArgToken[] {
  const row = DIALECTS[options.engine][field];
  if (row !== null) return row(spec, options);
  if (JSON.stringify(spec[field]) === JSON.stringify(EMPTY_SPEC[field])) return [];
  throw cannotSay(`${options.engine} has no flag for \`${field}\``, 'use docker or podman, or take the setting out');
}
