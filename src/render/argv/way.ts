import type { EngineName } from '../../spec/facts.js';
import type { RunShape } from '../../spec/spec.js';
import type { ArgToken } from '../token.js';

/** Which program speaks to the engine: its dialect, its name on the path, and what stands before every verb. */
export type Way = {
  readonly engine: EngineName;
  /** The engine's version, for the few spellings that changed. */
  readonly version: string;
  readonly program: string;
  /** For instance `['--host', 'tcp://…']`. */
  readonly globals: readonly string[];
};

/** Program and global options: the head of every argv. */
export function head(way: Way): readonly ArgToken[] {
  return [{ text: way.program, at: 'rule/program' }, ...way.globals.map((text) => ({ text, at: 'rule/connection' }))];
}

/** The texts alone: what is executed. */
export function argvOf(tokens: readonly ArgToken[]): readonly string[] {
  return tokens.map((token) => token.text);
}

/** How a run or create command is written. */
export type RunOptions = Way & {
  readonly shape: RunShape;
  /** Path of the file that `splitEnv` filled; null when it had nothing for a file. */
  readonly envFile: string | null;
  /** Names of the variables that go through the engine process's environment. */
  readonly inlineEnv: readonly string[];
  /** `create` makes the same container without starting it. */
  readonly verb?: 'run' | 'create' | undefined;
};
