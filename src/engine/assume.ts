import { PodctlError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import type { Host } from '../io/host.js';
import type { EngineName } from '../spec/facts.js';
import type { FoundEngine } from './engine.js';
import { goArch } from './facts.js';

// The newest releases that podctl knows; podman-hpc takes podman's options, so podman's version says what it can do.
const NEWEST = {
  docker: { version: '29.1.0', apiVersion: '1.52' },
  podman: { version: '5.7.0', apiVersion: '1.41' },
  nerdctl: { version: '2.2.0', apiVersion: null },
  'podman-hpc': { version: '5.7.0', apiVersion: null },
} as const satisfies Record<EngineName, { readonly version: string; readonly apiVersion: string | null }>;

export const ENGINE_NAMES: readonly EngineName[] = ['docker', 'podman', 'nerdctl', 'podman-hpc'];

/** The engine that a name means. Throws PodctlError('USAGE') for any other word. */
export function parseEngineName(text: string): EngineName {
  const name = ENGINE_NAMES.find((known) => known === text);
  if (name !== undefined) return name;
  const close = nearest(text, ENGINE_NAMES);
  const meant = close === undefined ? '' : `; did you mean ${close}?`;
  throw new PodctlError('USAGE', `\`${text}\` is not an engine that podctl knows`, {
    hint: `engines are ${ENGINE_NAMES.join(', ')}${meant}`,
  });
}

/** The newest known release of an engine, for a printed plan where none answers. */
export function assumeEngine(name: string, host: Host): FoundEngine {
  const engine = parseEngineName(name);
  const vm = host.platform !== 'linux';
  return {
    facts: {
      name: engine,
      ...NEWEST[engine],
      rootless: engine === 'podman-hpc' || (engine === 'podman' && !vm && host.uid !== 0),
      selinux: false,
      vm,
      arch: goArch(host.arch),
      cgroup: 2,
      usernsRemap: false,
      emulates: [],
      assumed: true,
    },
    connection: { program: engine, address: null, globals: [], foundBy: 'assumed, no engine was asked' },
  };
}
