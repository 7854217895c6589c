import type { Duplex } from 'node:stream';
import type { Principal } from '../accounts/principal.js';
import type { AppSpec } from './app-spec.js';
import type { Tier } from './lifecycle.js';

/** `failed`: it never answered; `refused`: RAC will not run it; `superseded`: it ran, and a later one does now; `collected`: its image is gone. */
export type ReleaseState = 'pulling' | 'starting' | 'ready' | 'failed' | 'superseded' | 'refused' | 'collected';

export type Release = {
  readonly id: number;
  readonly name: string;
  readonly tag: string;
  readonly digest: string;
  /** Account that pushed; null: nobody was logged in. */
  readonly actor: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly readyAt: number | null;
  readonly state: ReleaseState;
  /** null before the image was read. */
  readonly app: AppSpec | null;
  readonly warnings: readonly string[];
  /** Why it failed or was refused, then the last lines that it said; one text with line breaks. */
  readonly problem: string | null;
  readonly sizeBytes: number | null;
  /** It is the one that serves. */
  readonly current: boolean;
  readonly pinned: boolean;
};

/** Bytes as they were last measured. */
export type DiskUse = {
  readonly layer: number;
  readonly volumes: number;
  readonly logs: number;
  readonly measuredAt: number;
};

/** How a name stands. */
export type AppState = {
  readonly name: string;
  readonly tier: Tier;
  readonly wanted: 'on' | 'off' | 'held';
  readonly current: Release | null;
  readonly pinned: number | null;
  /** Of the newest release, also where that is not the one that serves. */
  readonly warnings: readonly string[];
  /** Why it does not run, or why the newest push does not: failed release, crash loop, over its limit. null: all is well. */
  readonly problem: string | null;
  readonly disk: DiskUse | null;
};

export type LogLine = {
  readonly stream: 'stdout' | 'stderr';
  /** Without its line break; what the container wrote, so escape it before it is shown. */
  readonly text: string;
};
export type LogsRequest = {
  readonly follow: boolean;
  /** Last lines to begin with. */
  readonly tail: number;
  readonly signal?: AbortSignal;
};

export type ExecRequest = {
  readonly argv: readonly string[];
  readonly tty: boolean;
  readonly signal?: AbortSignal;
};
/** A program inside the running container. */
export type ExecSession = {
  /** Both ways. With `tty` plain bytes; else what comes out is in docker's frames (one byte of stream, three empty, four of length). */
  readonly stream: Duplex;
  readonly resize: (columns: number, rows: number) => Promise<void>;
  /** After the stream has ended. */
  readonly exitCode: () => Promise<number>;
};

/**
 * What owners do with their names; whoever calls has asked `Rights` before. Unknown names and releases throw PodctlError('MISSING_INPUT'),
 * what cannot be done now REFUSED. Everything that changes something writes an audit row.
 */
export type Releases = {
  /** Newest first. */
  readonly list: (name: string) => readonly Release[];
  readonly state: (name: string) => AppState | null;
  /** Bring an earlier release back, checked by really starting it; null: the last one before the current that was ready. */
  readonly rollback: (name: string, release: number | null, who: Principal) => Promise<Release>;
  /** Stay with a release (null: the current one): pushes are taken, checked and listed, but do not take over. */
  readonly pin: (name: string, release: number | null, who: Principal) => Promise<Release>;
  /** The newest release that is ready takes over. */
  readonly unpin: (name: string, who: Principal) => Promise<Release>;
  /** Serve nothing until `start`. Data stay. */
  readonly stop: (name: string, who: Principal) => Promise<void>;
  /** Serve again; also adopts a stranger's image that a claim has stopped. */
  readonly start: (name: string, who: Principal) => Promise<void>;
  /** Containers, images, volumes and variables of a name; its claim stays. */
  readonly remove: (name: string, who: Principal) => Promise<void>;
  /** Bring what runs in line with the name's row: after a claim, a change of owner, or of its variables. Never rejects. */
  readonly settle: (name: string) => Promise<void>;
  /** Of the container that stands; of a failed release the last lines are in its problem. Throws REFUSED where none stands. */
  readonly logs: (name: string, request: LogsRequest) => AsyncIterable<LogLine>;
  /** Wakes it first. */
  readonly exec: (name: string, request: ExecRequest, who: Principal) => Promise<ExecSession>;
};
