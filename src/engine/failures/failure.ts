import type { ErrorCode } from '../../core/errors.js';

/** A failure that podctl knows by the words of engines and of programs that run compose files. */
export type KnownFailure = {
  /** For tests and the docs. */
  readonly id: string;
  /** The first that matches counts; its named groups fill the sentence and the hint in. */
  readonly words: readonly RegExp[];
  /** Words that make it another failure. */
  readonly unless?: RegExp;
  readonly code: ErrorCode;
  /**
   * Why it failed. `{name}` stands for a group, `{engine}` for the program that failed; `{name|words}` says what to write without
   * one, and `{'name|words}` puts it in backticks.
   */
  readonly sentence: string;
  /** What to do next, with the command that mends it. */
  readonly hint: string;
};

/** A failure that was recognised, in words for its user. */
export type Recognised = {
  readonly id: string;
  readonly code: ErrorCode;
  readonly sentence: string;
  readonly hint: string;
  /** What the engine's words say beyond the sentence: a port, a reference, a container's name. */
  readonly facts: Readonly<Record<string, string>>;
};
