import { LABEL } from '../core/project.js';
import type { VolumeRequest } from '../render/argv/verbs.js';
import type { Mount } from '../spec/spec.js';
import type { RunInput } from './run-input.js';
import type { AttachedContainer } from './step.js';

export const STALE_WHY = 'an earlier run left a container of this name';

/** Why the container is started, in one sentence. */
export function runWhy({ spec, shape, mode }: RunInput): string {
  const command = spec.labels[LABEL.command];
  const what = command === undefined ? 'start the container' : `start \`${command}\``;
  const how = shape.detach ? 'in the background' : 'attached to this terminal';
  return `${what}${mode === null ? '' : ` in mode \`${mode}\``}, ${how}`;
}

/** What the executor must know of an attached run. */
export function attachedOf({ spec, shape }: RunInput): AttachedContainer {
  return { name: spec.name, remove: shape.remove, tty: spec.tty, stopTimeout: spec.stopTimeout };
}

/**
 * Named volumes that are made before the start, so that they carry podctl's labels (engines would make them without): those that the
 * engine does not have. Without an engine to ask, none: the engine then makes them by itself from the mount.
 */
export function volumesToCreate(input: RunInput): readonly { readonly request: VolumeRequest; readonly why: string }[] {
  const wanted = input.spec.mounts.filter(
    (mount) => mount.type === 'volume' && mount.source !== '' && input.volumes[mount.source] === null,
  );
  return [...new Set(wanted.map((mount) => mount.source))].map((name) => ({
    request: requestOf(name, wanted, input),
    why: `volume \`${name}\` is not there yet, and what podctl makes carries its labels`,
  }));
}

function requestOf(name: string, mounts: readonly Mount[], { spec }: RunInput): VolumeRequest {
  const labels = Object.fromEntries(
    [LABEL.project, LABEL.profile, LABEL.mode].flatMap((label) => {
      const value = spec.labels[label];
      return value === undefined ? [] : [[label, value]];
    }),
  );
  // One volume may be mounted at several places; any one of them may say how it is kept.
  const own = mounts.filter((mount) => mount.source === name);
  const driver = own.find((mount) => mount.driver !== null)?.driver ?? null;
  const options = own.find((mount) => Object.keys(mount.options).length > 0)?.options ?? {};
  return { name, driver, options, labels };
}
