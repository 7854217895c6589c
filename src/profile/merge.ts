import type { ParsedProfile } from './parse.js';
import type { Profile } from './schema.js';
import type { Tree } from './tree.js';

/** All layers as one. */
export type LoadedProfile = {
  readonly name: string;
  /** Base first. */
  readonly layers: readonly ParsedProfile[];
  /** The layers merged; nothing that was removed with `false` is left. */
  readonly profile: Profile;
  /** The same with the layer that set each leaf. */
  readonly tree: Tree;
};
