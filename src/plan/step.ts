import type { Secret } from '../core/secret.js';
import type { ArgToken } from '../render/token.js';
import type { EngineFacts } from '../spec/facts.js';
import type { ProviderFacts } from '../spec/stack/provider.js';

/**
 * How the executor connects a step to the terminal. `quiet`: output is kept for errors; `result`: stdout is the command's result;
 * `progress`: shown as it comes (pull, build); `attached`: stdin, stdout, stderr, signals and exit code belong to the container.
 */
export type StepOutput = 'quiet' | 'result' | 'progress' | 'attached';

/** The container of an attached run: what the executor must know to pass signals on and leave nothing behind. */
export type AttachedContainer = {
  readonly name: string;
  /** The container goes away when it ends, also when it is interrupted. */
  readonly remove: boolean;
  readonly tty: boolean;
  /** Milliseconds between the first signal and the kill; null: the engine's own ten seconds. */
  readonly stopTimeout: number | null;
};

/** One process, as an argument vector. `env` adds to the engine process's environment (values that no env file can carry). */
export type ExecStep = {
  readonly do: 'exec';
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | Secret>>;
  /** Variables that the program gets as well, and would find by itself: told in `--json` only, so that the printed line stays short. */
  readonly environment?: Readonly<Record<string, string | Secret>> | undefined;
  /** What the program reads from stdin. It is printed nowhere. */
  readonly input?: Secret | undefined;
  readonly output: StepOutput;
  /** Values that the program reads from podctl's environment; they are taken out of whatever it says, and printed nowhere. */
  readonly hides?: readonly Secret[] | undefined;
  /** Set on an attached run. */
  readonly container?: AttachedContainer | undefined;
  /** Name of the container that it starts in the background: one that does not start does not stay. */
  readonly starts?: string | undefined;
  /** Of an attached program that itself ends what it started: milliseconds that this may take after the first signal. */
  readonly patience?: number | undefined;
  /** A signal that ended it is its exit code, whatever it makes of that: compose may crash once it has stopped everything. */
  readonly signalCode?: true | undefined;
  /** The program ends with 0 also when something failed: what it says tells. */
  readonly judge?: 'podman-compose' | undefined;
  /** Also done when an earlier step failed; its own failure is then none. */
  readonly always?: true | undefined;
  readonly why: string;
  /** The argv with the spec value behind each token, for `explain`. */
  readonly tokens: readonly ArgToken[];
};

/** One engine API call (`--via api`). An attached one is a container's start: the executor attaches before it and waits for the end. */
export type EngineStep = {
  readonly do: 'engine';
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With its query, ready to send. */
  readonly path: string;
  /** Where the engine answers, for printing only, for instance `unix:///run/docker.sock`; null: not known. */
  readonly address?: string | null | undefined;
  /** JSON body; secrets print redacted. */
  readonly body: unknown;
  readonly output: StepOutput;
  /** Set on an attached run. */
  readonly container?: AttachedContainer | undefined;
  /** As on an `exec`. */
  readonly starts?: string | undefined;
  /** Also done when an earlier step failed; its own failure is then none. */
  readonly always?: true | undefined;
  /** The answer tells how a container ended: any other code than 0 is a failure, told with its last words. */
  readonly expects?: 'exit-0' | undefined;
  readonly why: string;
};

/** One change of a file. `content` may be secret; `mode` is octal. */
export type FileStep = {
  readonly do: 'file';
  readonly action: 'write' | 'remove' | 'mkdir';
  readonly path: string;
  readonly mode: number | null;
  /** Of a folder that is made; left out: the user who runs podctl. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  readonly content: string | Secret | null;
  /** Also done when an earlier step failed (removal of secret files). */
  readonly always: boolean;
  /** Not before the container has ended; else as soon as it is there. */
  readonly until?: 'end' | undefined;
  readonly why: string;
};

export type Step = ExecStep | EngineStep | FileStep;

/** The printable, executable value: what runs is what was printed. */
export type Plan = {
  readonly profile: string | null;
  readonly mode: string | null;
  readonly engine: Pick<EngineFacts, 'name' | 'version' | 'assumed'>;
  /** The program that runs the compose files, where the plan is for a stack. */
  readonly provider?: Pick<ProviderFacts, 'name' | 'version'> | undefined;
  readonly steps: readonly Step[];
};
