import type { ContainerSpec } from '../spec/spec.js';

/** What stands before and after the image on an engine's command line. */
export type StartWords = {
  /** null keeps the image's entrypoint, '' takes it away. */
  readonly entrypoint: string | null;
  /** Further words of the spec's entrypoint: engines take only its first word as an option, the rest goes before the arguments. */
  readonly rest: readonly string[];
  readonly args: readonly string[];
};

/** Split the spec's entrypoint as engines need it. */
export function startWords(spec: Pick<ContainerSpec, 'entrypoint' | 'args'>): StartWords {
  const [first, ...rest] = spec.entrypoint ?? [];
  return { entrypoint: spec.entrypoint === null ? null : (first ?? ''), rest, args: spec.args };
}

/** Podman takes an entrypoint that reads as JSON for a list of words, `null` for none: such a word is written as JSON itself. */
export function podmanEntrypoint(word: string): string {
  return /^\s*(\[|null\s*$)/.test(word) ? JSON.stringify([word]) : word;
}
