import type { BackupManifest, Compression } from '../core/backup.js';
import type { ExecStep, FileStep, Plan } from './step.js';

/** What is known of a backup before it is made. */
export type BackupDraft = Omit<BackupManifest, 'bytes' | 'sha256' | 'content' | 'sqlite' | 'owner' | 'podctl'>;

/** Work on data. `path` is what is made or changed, `from` what is read; both are paths of this machine. */
export type DataWork =
  /** A consistent, checked and packed copy of a live database, from one read transaction. */
  | { readonly action: 'snapshot'; readonly from: string; readonly path: string }
  /** A folder as a tar archive, packed. */
  | { readonly action: 'archive'; readonly from: string; readonly path: string }
  /** A database that nobody uses takes its WAL or journal in, so that the file alone is whole. `broken`: one that cannot is left as it is. */
  | { readonly action: 'settle'; readonly path: string; readonly broken?: true }
  /** Nobody else may have the database open. */
  | { readonly action: 'alone'; readonly path: string }
  /** SQLite's own check of a file that nobody writes. */
  | { readonly action: 'check'; readonly path: string }
  | { readonly action: 'pack'; readonly from: string; readonly path: string; readonly compress: Compression }
  /** The packed data get their name, and then a manifest: from here on they are a backup. */
  | { readonly action: 'publish'; readonly path: string; readonly folder: string; readonly draft: BackupDraft }
  /** A backup goes: its manifest first. */
  | { readonly action: 'forget'; readonly path: string; readonly manifest: string }
  /** A file and what SQLite keeps beside it go. Also done when an earlier step failed. */
  | { readonly action: 'discard'; readonly path: string }
  /** A backup's content, its checksum compared on the way. */
  | { readonly action: 'unpack'; readonly from: string; readonly path: string; readonly manifest: BackupManifest }
  /** The files of a backup in a new folder, its checksum compared on the way. */
  | { readonly action: 'extract'; readonly from: string; readonly path: string; readonly manifest: BackupManifest }
  /** A folder with all that is in it. */
  | { readonly action: 'mirror'; readonly from: string; readonly path: string }
  /** A new folder takes the name of the old one, which goes to `aside`. */
  | { readonly action: 'swap'; readonly from: string; readonly path: string; readonly aside: string | null }
  /** A folder goes with all that is in it. Also done when an earlier step failed. */
  | { readonly action: 'clear'; readonly path: string }
  /** A database with its WAL as it lies there, for one that only a restore looks at. */
  | { readonly action: 'copy'; readonly from: string; readonly path: string }
  /** Owner and mode of what it stands in for; of `owner` when nothing is there. */
  | { readonly action: 'own'; readonly path: string; readonly from: string; readonly owner: BackupManifest['owner'] }
  /** The old data get a second name, which stays. */
  | { readonly action: 'keep'; readonly from: string; readonly path: string }
  /** The new data take the name of the old in one step of the file system. `fresh`: nothing may have that name by then. */
  | { readonly action: 'place'; readonly from: string; readonly path: string; readonly fresh?: true };

export type DataStep = DataWork & { readonly do: 'file'; readonly why: string };

/** An engine command. `missing`: a path that is not there is no failure. */
export type DataExec = ExecStep & { readonly missing?: true | undefined };

/** What `podctl db` carries out: what runs is what was printed. */
export type DataPlan = Omit<Plan, 'steps'> & { readonly steps: readonly (DataStep | DataExec | FileStep)[] };

/** One piece of work on data. */
export function work(what: DataWork, why: string): DataStep {
  return { ...what, do: 'file', why };
}

/** True for work on data, as opposed to an engine command or a plain file. */
export function isDataStep(step: DataPlan['steps'][number]): step is DataStep {
  return step.do === 'file' && !('content' in step);
}
