/** How the registry runs: as a program of this machine, or in a container. Both outlive RAC, so that a push goes on while it restarts. */
export type RegistryRunner = {
  /** For people: `docker-registry 2.8.2 (program)`. Known once it runs. */
  readonly about: () => string;
  /** Where the registry finds its layers, and a file of RAC's registry folder. */
  readonly data: string;
  /** Whether RAC itself finds its layers there. */
  readonly dataIsHere: boolean;
  readonly fileInside: (name: string) => string;
  /** Start it with this config, or leave one alone that runs with the very same. */
  readonly start: (config: string) => Promise<void>;
  /** Whether its process or container is there; it may still not answer. */
  readonly runs: () => Promise<boolean>;
  /** Ends it as it wants to be ended, after the uploads of a moment. */
  readonly stop: () => Promise<void>;
  /** Run the registry's own collection of layers, with the config that it was started with last, while it is stopped; gives its words. */
  readonly collect: () => Promise<string>;
  /** The last lines that it said. */
  readonly lastLines: () => Promise<readonly string[]>;
};
