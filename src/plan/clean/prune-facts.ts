import type { VolumeFacts } from '../../spec/facts.js';

type Labels = Readonly<Record<string, string>>;

/** Times are in milliseconds; null: the engine does not say. */
export type ContainerThere = {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly created: number | null;
  readonly ended: number | null;
  readonly labels: Labels;
  /** Id of its image. */
  readonly image: string;
  /** Names and ids of networks. */
  readonly networks: readonly string[];
  /** Names of volumes. */
  readonly volumes: readonly string[];
  /** It is a part of a pod, which goes as a whole. */
  readonly inPod: boolean;
  /** What it wrote itself; null: not asked. */
  readonly bytes: number | null;
};

export type ImageThere = {
  readonly id: string;
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  readonly parent: string | null;
  readonly created: number | null;
  readonly labels: Labels;
  /** With everything that it shares with others. */
  readonly bytes: number;
  /** Digests of its layers, the lowest first. */
  readonly layers: readonly string[];
};

export type NetworkThere = {
  readonly id: string;
  readonly name: string;
  readonly created: number | null;
  readonly labels: Labels;
  /** The engine's own, which is always there. */
  readonly builtIn: boolean;
  readonly used: boolean;
};

export type VolumeThere = {
  readonly facts: VolumeFacts;
  readonly created: number | null;
  /** Nobody gave it a name. */
  readonly anonymous: boolean;
};

/** One piece of docker's build cache. `shared`: an image has the same bytes. */
export type CacheThere = {
  readonly id: string;
  readonly used: number | null;
  readonly inUse: boolean;
  readonly shared: boolean;
  readonly bytes: number;
  /** As docker prints it. */
  readonly size: string;
};

/** Everything that an engine has, at one moment. */
export type Contents = {
  readonly containers: readonly ContainerThere[];
  /** Empty where none can go. */
  readonly images: readonly ImageThere[];
  readonly networks: readonly NetworkThere[];
  /** Empty where no volume is meant. */
  readonly volumes: readonly VolumeThere[];
  readonly cache: readonly CacheThere[];
};

/** What a person wants pruned. */
export type PruneWish = {
  /** Value of the project's label. */
  readonly project: string;
  /** What `-p` calls the stack; null: as podctl does. */
  readonly composeProject: string | null;
  /** Of every project and of none. */
  readonly all: boolean;
  /** Milliseconds. */
  readonly olderThan: number | null;
  /** Newest images of each repository that stay; null: images with a tag are no concern. */
  readonly keep: number | null;
  /** Names or patterns of volumes. */
  readonly volumes: readonly string[];
  readonly buildCache: boolean;
  /** Tags; then nothing goes but what is named. */
  readonly tags: readonly string[];
  /** Volumes that hold protected data. */
  readonly protected: readonly string[];
  /** Volumes that undo keeps since they were removed. */
  readonly kept: readonly string[];
  /** Names of images that the project's files speak of. */
  readonly ownImages: readonly string[];
  readonly now: number;
  /** Podman keeps its build cache as images without a name. */
  readonly podman: boolean;
};

/** An image that goes. `tags`: these names are taken off; the image goes with its last one. */
export type ImageGoes = { readonly image: ImageThere; readonly tags: readonly string[]; readonly why: string };

/** Something that was looked at and stays. */
export type Stays = { readonly what: string; readonly why: string };

/** The frozen list: exactly this goes. */
export type PruneList = {
  readonly containers: readonly ContainerThere[];
  readonly volumes: readonly VolumeThere[];
  readonly networks: readonly NetworkThere[];
  /** Before the images that they stand on. */
  readonly images: readonly ImageGoes[];
  readonly cache: readonly CacheThere[];
  readonly stays: readonly Stays[];
};
