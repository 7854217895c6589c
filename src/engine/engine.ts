import type { ContainerFacts, EngineFacts, ImageFacts, VolumeFacts } from '../spec/facts.js';

/** How an engine is reached: its program, and its API address where one answers. */
export type Connection = {
  /** Program name or path, for instance `docker`. */
  readonly program: string;
  /** `unix:///run/docker.sock`, `npipe:////./pipe/docker_engine`, `tcp://…`, `ssh://…`; null: only the program. */
  readonly address: string | null;
  /** Options that the program needs to reach this engine, for instance `['--context', 'colima']`. */
  readonly globals: readonly string[];
  /** Which detector found it, in words, for instance `DOCKER_HOST` or `socket /run/docker.sock`. */
  readonly foundBy: string;
};

/** An engine that answered. */
export type FoundEngine = { readonly facts: EngineFacts; readonly connection: Connection };

/** Read-only questions to an engine; podctl asks the API where a socket answers, else the program. */
export type Observer = {
  readonly image: (ref: string) => Promise<ImageFacts | null>;
  readonly volume: (name: string) => Promise<VolumeFacts | null>;
  /** Containers, stopped ones too, that carry all labels given (`key` or `key=value`). */
  readonly containers: (labels: readonly string[]) => Promise<readonly ContainerFacts[]>;
  readonly container: (nameOrId: string) => Promise<ContainerFacts | null>;
  /** Whether the engine keeps a secret of that name. */
  readonly secret: (name: string) => Promise<boolean>;
};
