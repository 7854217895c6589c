import type { ContainerFacts, EngineFacts, VolumeFacts } from '../spec/facts.js';
import type { Sidecar } from '../spec/litestream.js';
import type { ContainerSpec, RunShape } from '../spec/spec.js';
import type { ImagePresence } from './host-answers.js';
import type { Plan } from './step.js';

/** How the engine is reached; what plans need of a connection. */
type EngineReach = {
  readonly program: string;
  readonly globals: readonly string[];
  /** `unix:///run/docker.sock`; null: only its program is known. */
  readonly address: string | null;
};

/** What every decision is made for. */
export type PlanFrame = {
  readonly profile: string | null;
  readonly mode: string | null;
  readonly engine: EngineFacts;
  readonly connection: EngineReach;
};

/** What was observed, and what is wanted, when a container is to be started. */
export type RunInput = PlanFrame & {
  readonly spec: ContainerSpec;
  readonly shape: RunShape;
  readonly via: 'cli' | 'api';
  /** Path of the env file, should one be needed; it is written, handed to the engine and removed. */
  readonly envFile: string;
  /** `buildable`: key of the profile's image when podctl can build it. */
  readonly image: { readonly presence: ImagePresence; readonly buildable: string | null };
  /** The container that has the spec's name now. */
  readonly named: ContainerFacts | null;
  /** Whether a podctl is attached to that container: `abandoned` when one was, and was killed. */
  readonly lease: 'none' | 'held' | 'abandoned';
  /** Secret files of an earlier container of this name; there is none of that name any more, or it goes. */
  readonly leftSecrets: readonly string[];
  /** By name. null: the engine has none; undefined: no engine was asked. */
  readonly volumes: Readonly<Record<string, VolumeFacts | null | undefined>>;
  /** Keys of mounts with `create` whose source is missing. */
  readonly missing: ReadonlySet<string>;
  /** Who gets folders that are made; left out: the user who runs podctl. */
  readonly folderOwner?: { readonly uid: number; readonly gid: number } | undefined;
  /** Containers that start and end with this one. */
  readonly sidecars?: readonly Sidecar[] | undefined;
};

/** What the steps of either way need to know of the decision: a container of an earlier run goes, the image is pulled. */
export type Decided = { readonly stale: boolean; readonly pull: boolean };

/** A plan of these steps. */
export function planOf(frame: PlanFrame, steps: Plan['steps']): Plan {
  const { name, version, assumed } = frame.engine;
  return { profile: frame.profile, mode: frame.mode, engine: { name, version, assumed }, steps };
}
