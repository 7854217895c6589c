import { PodctlError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import type { EngineName } from '../facts.js';

/** Programs that run compose files: docker's plugin, its Python forerunner, podman's wrapper around one of the others, and two more. */
export type ProviderName = 'compose-v2' | 'compose-v1' | 'podman compose' | 'podman-compose' | 'nerdctl compose';

/** Whose rules hold: podman's wrapper only starts another one. */
export type ProviderKind = Exclude<ProviderName, 'podman compose'>;

/** A provider that answered. */
export type ProviderFacts = {
  readonly name: ProviderName;
  readonly kind: ProviderKind;
  readonly version: string;
  /** What stands before its own options, for instance `docker compose`. */
  readonly words: readonly string[];
  /** Variables that it needs to reach the engine. */
  readonly env: Readonly<Record<string, string>>;
  readonly foundBy: string;
};

/** Every name, for lists. */
export const PROVIDER_NAMES = [
  'compose-v2',
  'compose-v1',
  'podman compose',
  'podman-compose',
  'nerdctl compose',
] as const satisfies readonly ProviderName[];

/** Kinds in the order of tables. */
export const PROVIDER_KINDS = [
  'compose-v2',
  'compose-v1',
  'podman-compose',
  'nerdctl compose',
] as const satisfies readonly ProviderKind[];

/**
 * Which providers an engine has, the best first. On podman compose v2 talks to podman's own API socket: podman-compose starts
 * services one by one, which takes several times longer.
 */
export const PROVIDERS_OF = {
  docker: ['compose-v2', 'compose-v1'],
  podman: ['compose-v2', 'podman compose', 'podman-compose'],
  nerdctl: ['nerdctl compose'],
  'podman-hpc': [],
} as const satisfies Record<EngineName, readonly ProviderName[]>;

/** Providers that are never chosen by themselves, but may be asked for. */
export const ALSO_ON = {
  docker: [],
  podman: ['compose-v1'],
  nerdctl: [],
  'podman-hpc': [],
} as const satisfies Record<EngineName, readonly ProviderName[]>;

/** The provider that a word names. Throws USAGE with the nearest one. */
export function parseProviderName(word: string): ProviderName {
  const found = PROVIDER_NAMES.find((name) => name === word);
  if (found !== undefined) return found;
  const meant = nearest(word, PROVIDER_NAMES);
  throw new PodctlError('USAGE', `no compose provider is called \`${word}\``, {
    hint: meant === undefined ? `there are ${PROVIDER_NAMES.join(', ')}` : `did you mean ${meant}?`,
  });
}
