import type { ImageParts } from '../core/image-ref.js';
import type { Origins } from '../core/origin.js';
import type { PathFlavour } from '../core/path.js';
import type { Variables } from '../profile/resolved.js';
import type { EngineFacts, HostFacts, ImageFacts } from './facts.js';
import type { ContainerSpec, PublishedPort, RunShape } from './spec.js';

/** Flags of the command line that change the container, as they were typed. */
export type SpecFlags = {
  /** Arguments after the command's name; they follow the command's own. */
  readonly args: readonly string[];
  /** `5001`, `0.0.0.0:5001`, `8081:5000`, `127.0.0.1:8081:5000/udp`. */
  readonly ports: readonly string[];
  /** Whole image reference in place of the profile's. */
  readonly image: string | null;
  /** Tag in place of the profile's, or of the one in `image`. */
  readonly tag: string | null;
  /** Parts of that reference in place of its own. */
  readonly imageParts?: Partial<ImageParts> | undefined;
  /** docker's `--mount` syntax, or its `-v` syntax. */
  readonly mounts: readonly string[];
  /** `NAME=VALUE`, or `NAME` to take the variable of that name. */
  readonly env: readonly string[];
  readonly detach: boolean;
};

/** What a spec is built for: the engine and image as found, the user's flags, and where podctl was called. */
export type SpecRequest = {
  readonly engine: EngineFacts;
  readonly host: HostFacts;
  /** null: not inspected; the profile's own word is used, and noted. */
  readonly image: ImageFacts | null;
  readonly containerName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly flags: SpecFlags;
  /** Which of the two are terminals. */
  readonly terminal: { readonly stdin: boolean; readonly stdout: boolean };
  readonly cwd: string;
  readonly flavour: PathFlavour;
  /** Root folder of the project: relative paths of the profile start here; left out: `cwd`. */
  readonly project?: string | undefined;
  /** What the paths of secret files begin with; each ends in the name of its variable. */
  readonly secretFiles?: string | undefined;
  /** For `--env NAME`. */
  readonly variables?: Variables | undefined;
};

/** Something that a person should know although nothing failed; `at` is a spec pointer. */
export type Note = { readonly at: string; readonly message: string };

/** How to see that the container serves: a published port, and a path to ask over HTTP. */
export type ReadyProbe = {
  readonly port: PublishedPort;
  /** null: an accepted connection that stays open is enough. */
  readonly path: string | null;
  /** Milliseconds; null: podctl's default. */
  readonly timeout: number | null;
};

export type BuiltSpec = {
  readonly spec: ContainerSpec;
  readonly shape: RunShape;
  /** null: nothing that answers over TCP is published. */
  readonly ready: ReadyProbe | null;
  readonly origins: Origins;
  readonly notes: readonly Note[];
};
