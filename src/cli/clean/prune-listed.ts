import type { FoundEngine } from '../../engine/engine.js';
import type { Contents, PruneList } from '../../plan/clean/prune-facts.js';
import type { KeepPlace } from '../../plan/clean/prune-plan.js';
import type { Outdated } from '../../plan/clean/prune-stale.js';
import type { PruneSizes } from '../../plan/clean/prune-words.js';
import type { Printing } from '../printing.js';
import type { Project } from '../project.js';
import type { StackChoice } from '../stack/options.js';

/** What `podctl prune` was asked for. */
export type PruneOptions = Printing & {
  /** Which project is meant. */
  readonly choice: StackChoice;
  readonly all: boolean;
  /** Milliseconds. */
  readonly olderThan: number | null;
  readonly keep: number | null;
  readonly volumes: readonly string[];
  readonly images: readonly string[];
  readonly buildCache: boolean;
  readonly yes: boolean;
  readonly confirm: string | null;
};

/** What was looked at, and the list that came of it. */
export type Listed = {
  readonly project: Project;
  readonly found: FoundEngine;
  readonly contents: Contents;
  readonly list: PruneList;
  readonly sizes: PruneSizes;
  readonly place: KeepPlace;
  readonly outdated: readonly Outdated[];
  /** The same for a part of the list. */
  readonly sizesOf: (part: PruneList) => PruneSizes;
};
