import type { VolumeFacts } from '../../spec/facts.js';
import type { ExecStep } from '../step.js';
import type { Kept, KeptVolume } from './kept.js';

/** What must still be so right before a step, as it was when the list was made. Otherwise the step is left out. */
export type StillSo =
  | { readonly kind: 'container'; readonly id: string }
  | { readonly kind: 'network'; readonly id: string; readonly name: string }
  | { readonly kind: 'image'; readonly id: string }
  | { readonly kind: 'tag'; readonly id: string; readonly tag: string }
  | { readonly kind: 'volume'; readonly name: string; readonly created: number | null }
  | { readonly kind: 'cache' };

/** One thing that a command line removes: what must be so, the word that names it there, and what it is in words. */
export type PruneItem = { readonly still: StillSo; readonly word: string; readonly what: string };

/** `argv` ends with the words of its items, in their order. */
export type PruneExec = ExecStep & { readonly items: readonly PruneItem[] };

/** Before a volume goes: its content in an archive, and then the document that undo reads. */
export type PruneKeep =
  | {
      readonly do: 'file';
      readonly action: 'keep-volume';
      readonly volume: VolumeFacts;
      readonly path: string;
      readonly still: Extract<StillSo, { readonly kind: 'volume' }>;
      readonly why: string;
    }
  | {
      readonly do: 'file';
      readonly action: 'record';
      readonly path: string;
      readonly kept: Omit<Kept, 'things'>;
      readonly things: readonly Omit<KeptVolume, 'bytes'>[];
      readonly why: string;
    };

export type PruneStep = PruneExec | PruneKeep;
