import type { PathFlavour } from '../core/path.js';
import type { EngineFacts, HostFacts } from './facts.js';
import type { RuleId } from './rules.js';
import type { Mount } from './spec.js';

/** Everything that decides whose the files are that a container writes. */
export type OwnershipQuestion = {
  readonly engine: EngineFacts;
  readonly host: HostFacts;
  /** The image's USER, empty for root; null: not known. */
  readonly imageUser: string | null;
  /** The profile's word: `host`, a user for the engine, or null. */
  readonly user: string | null;
  readonly userns: string | null;
  /** `uid[:gid]` that the image's entrypoint changes to by itself, beginning as root; null: it changes to nobody. */
  readonly runsAs: string | null;
  /** The image was inspected; else only the profile's words about it are known. */
  readonly seen: boolean;
  readonly mounts: readonly Mount[];
  /** Keys of mounts for which the profile says `selinux = "none"`. */
  readonly unlabelled: ReadonlySet<string>;
  readonly security: readonly string[];
  readonly privileged: boolean;
  /** Root folder of the project. */
  readonly project: string;
  readonly flavour: PathFlavour;
};

/** One thing that was decided; the rule says why, and what would happen without it. `at` is a spec pointer. */
export type Decision = { readonly at: string; readonly rule: RuleId };
