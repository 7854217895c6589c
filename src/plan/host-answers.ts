import type { VolumeFacts } from '../spec/facts.js';

/** One symbolic link on the way to a path (its own place already resolved), and the absolute path that it leads to. */
export type LinkOnTheWay = { readonly path: string; readonly target: string };

/** What a host path really is. `kind` and `realPath` are null when nothing is there; `links` in the order in which they are met. */
export type PathFacts = {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'socket' | 'other' | null;
  readonly realPath: string | null;
  readonly links: readonly LinkOnTheWay[];
};

/** Whether a port of the host can be published. `why`: `taken` by a listener, `denied` to this user, `no-address` on this machine. */
export type PortAnswer =
  | { readonly free: true }
  | {
      readonly free: false;
      readonly why: 'taken' | 'denied' | 'no-address';
      readonly holder: { readonly pid: number; readonly program: string } | null;
    };

/** One port that preflight asks about; `key` is the spec's name for it. */
export type PortQuestion = { readonly key: string; readonly address: string; readonly port: number };

/** Answers of the machine to preflight's questions: paths by path, ports by `key`. */
export type PreflightAnswers = {
  readonly paths: Readonly<Record<string, PathFacts | undefined>>;
  readonly ports: Readonly<Record<string, PortAnswer | undefined>>;
  /** Whether the engine keeps the secret; undefined: no engine was asked. */
  readonly secrets?: Readonly<Record<string, boolean | undefined>> | undefined;
};

/** Answers of the machine and the engine to the audit's questions. */
export type AuditAnswers = {
  readonly paths: Readonly<Record<string, PathFacts | undefined>>;
  /** Text of /proc/self/mountinfo; null on hosts without one: then only paths and links are compared. */
  readonly mountTable: string | null;
  /** By name. null: the engine has no such volume; undefined: no engine was asked. */
  readonly volumes: Readonly<Record<string, VolumeFacts | null | undefined>>;
};

/** What the engine said about the image. `unasked`: no engine answers, so the profile's word is used. */
export type ImagePresence = 'present' | 'missing' | 'unasked';
