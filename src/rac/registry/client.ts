/** A manifest as the registry has it, read with a token of RAC's own. */
export type StoredImage = {
  readonly digest: string;
  readonly mediaType: string;
  /** The image configuration's `config` object: ExposedPorts, Volumes, Labels, User, Cmd, Healthcheck, StopSignal… */
  readonly config: Readonly<Record<string, unknown>>;
  /** Bytes of its layers, packed. */
  readonly size: number;
  readonly platforms: readonly string[];
};

/** RAC's own questions to its registry; every call carries a token for just that name. Throws PodctlError('UNAVAILABLE'). */
export type RegistryClient = {
  readonly names: () => Promise<readonly string[]>;
  readonly tags: (name: string) => Promise<readonly string[]>;
  /** null: there is no such tag or digest. For an index: the image of this machine's platform, with the index's digest. */
  readonly image: (name: string, reference: string) => Promise<StoredImage | null>;
  readonly digestOf: (name: string, tag: string) => Promise<string | null>;
  /**
   * Removes the manifest and every tag that names it, and of an index the images that nothing else needs; layers go with the next
   * collection. `keeping`: digests that stay, also without a tag.
   */
  readonly remove: (name: string, digest: string, keeping?: readonly string[]) => Promise<void>;
  /** What an engine sends to pull: the value of X-Registry-Auth. */
  readonly pullAuth: (name: string) => Promise<string>;
  /** As engines name it, `127.0.0.1:5100`. */
  readonly host: string;
};
