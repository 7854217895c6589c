import { type Capability, OLDEST, type Since } from './capability.js';
import type { EngineName } from './facts.js';
import type { ContainerSpec } from './spec.js';

/** Something that no engine has. */
export const NOWHERE: Readonly<Record<EngineName, Since>> = {
  docker: null,
  podman: null,
  nerdctl: null,
  'podman-hpc': null,
};

/** True when a field of the spec says something. */
export function asks(field: keyof ContainerSpec): Capability['uses'] {
  return (spec) => {
    const value = spec[field];
    if (value === null || value === false || value === '') return [];
    return typeof value === 'object' && Object.keys(value).length === 0 ? [] : [field];
  };
}

/** Every engine, in every version that podctl serves. */
export function everywhere(field: keyof ContainerSpec, option: string): readonly Capability[] {
  return [{ option, uses: asks(field), since: OLDEST }];
}

/** Pointers of the entries of a list that match. */
export function entries(
  field: 'devices' | 'security' | 'groups',
  matches: (entry: string) => boolean,
): Capability['uses'] {
  return (spec) => spec[field].flatMap((entry, index) => (matches(entry) ? [`${field}/${index}`] : []));
}

/** The field, when its one word matches. */
export function word(
  field: 'userns' | 'ipc' | 'pid' | 'network' | 'gpus',
  matches: (value: string) => boolean,
): Capability['uses'] {
  return (spec) => {
    const value = spec[field];
    return value !== null && matches(value) ? [field] : [];
  };
}
