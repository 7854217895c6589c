import type { VolumeFacts } from '../../spec/facts.js';
import type { ExecStep } from '../step.js';
import type { Kept, PlaceOwner } from './kept.js';

/** What tells a folder from another one of the same name: device and number in its file system. */
export type Identity = string;

/** Work on folders, volumes and what is kept of them. Each can be done a second time when nobody knows whether it was done. */
export type CleanWork =
  /** A folder gets another name in its own parent. Only the one that was listed. */
  | { readonly action: 'move'; readonly from: string; readonly path: string; readonly is: Identity }
  /** No program of this machine may have one of the folders mounted any more, in a container of whatever engine. */
  | {
      readonly action: 'alone';
      readonly paths: readonly string[];
      /** Each prints the running containers that have one of the volumes mounted. */
      readonly users?: readonly (readonly string[])[] | undefined;
    }
  /** A new, empty folder; one that is there is left as it is. */
  | { readonly action: 'make'; readonly path: string; readonly owner: PlaceOwner | null }
  /** The container of `exec` gives a folder its owner and mode, which podctl may not. */
  | { readonly action: 'give'; readonly path: string; readonly exec: readonly (readonly string[])[] }
  /** A folder goes with all that is in it. Only the one that was listed. */
  | { readonly action: 'clear'; readonly path: string; readonly is: Identity }
  /** A container empties a folder or a volume (its name in `path`) that podctl itself may not touch. `is` null: a volume. */
  | {
      readonly action: 'empty';
      readonly path: string;
      readonly is: Identity | null;
      readonly exec: readonly string[];
      /** Prints what is left; nothing when it is done. */
      readonly check: readonly string[];
      /** Prints the running containers that have the volume mounted: asked each time, for one may run again after a run that was cut off. */
      readonly users?: readonly string[] | undefined;
    }
  /** A folder that a container emptied goes. */
  | { readonly action: 'drop'; readonly path: string }
  /** The content of a volume, packed into a file by the engine. */
  | { readonly action: 'keep-volume'; readonly volume: VolumeFacts; readonly path: string }
  /** What a volume holds after work on it was cut off, kept in a file of its own and recorded, where anything is there. */
  | {
      readonly action: 'keep-rest';
      readonly volume: VolumeFacts;
      readonly path: string;
      readonly kept: Kept;
      /** Prints what is there; null: it is kept in any case. */
      readonly check: readonly string[] | null;
    }
  /** A volume that is not there. */
  | { readonly action: 'make-volume'; readonly volume: VolumeFacts; readonly exec: readonly string[] }
  /** The content of such a file, in an empty volume. */
  | {
      readonly action: 'fill-volume';
      readonly volume: VolumeFacts;
      readonly path: string;
      /** As with `empty`. */
      readonly users?: readonly string[] | undefined;
    }
  /** From here on undo knows what was put away. */
  | { readonly action: 'record'; readonly kept: Kept; readonly path: string }
  /** What was brought back, or is dropped, is no longer kept. */
  | { readonly action: 'forget'; readonly id: string; readonly path: string }
  /** A file goes. */
  | { readonly action: 'remove'; readonly path: string };

export type CleanStep =
  | (CleanWork & { readonly do: 'file'; readonly why: string })
  /** `fine`: a container that went away meanwhile is no failure. */
  | (ExecStep & { readonly fine?: true | undefined });

/** One piece of work. */
export function cleanWork(what: CleanWork, why: string): CleanStep {
  return { ...what, do: 'file', why };
}
