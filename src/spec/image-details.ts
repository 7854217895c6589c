import type { ImageFacts } from './facts.js';

/** One step of an image's making, as the engine's history tells it. */
export type HistoryEntry = {
  /** The instruction, without the shell and the builder's marks around it. */
  readonly instruction: string;
  /** Bytes that it added; 0 for settings. */
  readonly size: number;
  readonly created: string;
};

/** All that an engine says of an image. `entrypoint` null: none. */
export type ImageDetails = Omit<ImageFacts, 'env'> & {
  readonly names: readonly string[];
  /** Names with the digest under which a registry has the image; none for one that was never pushed or pulled. */
  readonly digests: readonly string[];
  readonly variant: string | null;
  readonly created: string;
  /** Bytes. */
  readonly size: number;
  /** Names of the variables that the image sets; values may be secret. */
  readonly env: readonly string[];
  /** Digests of the layers' contents, the lowest first. */
  readonly layers: readonly string[];
  /** The first step first. */
  readonly history: readonly HistoryEntry[];
};
