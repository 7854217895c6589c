import type { EngineFacts, EngineName } from './facts.js';
import type { ContainerSpec } from './spec.js';

/** The way a plan is carried out: the engine's program, or docker's API. */
export type Via = 'cli' | 'api';

/** The first version that has an option; null: no version has it. */
export type Since = string | null;

/** One thing that a spec can ask for, and who can do it since when. */
export type Capability = {
  /** As a profile writes it, for instance `userns = "keep-id"`. */
  readonly option: string;
  /** Spec pointers of the values that ask for it; none: the spec does not. */
  readonly uses: (spec: ContainerSpec) => readonly string[];
  readonly since: Readonly<Record<EngineName, Since>>;
  /** Through docker's API where that differs from the program; an engine that is left out does not differ. */
  readonly api?: Partial<Readonly<Record<EngineName, Since>>> | undefined;
  /** In words, when it also hangs on how the engine is set up; null: it works there. */
  readonly unless?: ((engine: EngineFacts, via: Via) => string | null) | undefined;
  /** The nearest thing that works; the hint of the error. */
  readonly instead?: string | undefined;
  /** For the page. */
  readonly note?: string | undefined;
};

/** The oldest version of each engine that podctl serves. Podman-hpc gives podman's version. */
export const OLDEST = {
  docker: '20.10',
  podman: '3.4',
  nerdctl: '1.0',
  'podman-hpc': '3.4',
} as const satisfies Readonly<Record<EngineName, string>>;

/** Engines that speak docker's API. */
export const HAS_API = {
  docker: true,
  podman: true,
  nerdctl: false,
  'podman-hpc': false,
} as const satisfies Readonly<Record<EngineName, boolean>>;

/** Since when an engine has something, the way it is asked. */
export function sinceOf(capability: Pick<Capability, 'since' | 'api'>, engine: EngineName, via: Via): Since {
  const differs = via === 'api' ? capability.api?.[engine] : undefined;
  return differs === undefined ? capability.since[engine] : differs;
}
