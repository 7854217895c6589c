import type { Context } from '../context.js';
import type { Flags } from '../parser.js';
import { readStackOptions, type StackOptions } from '../stack/options.js';

export type ResetOptions = StackOptions & {
  readonly services: readonly string[];
  /** Values of `--volume`. */
  readonly volumes: readonly string[];
  readonly snapshot: boolean;
  readonly confirm: string | null;
};

export type UndoOptions = StackOptions & {
  readonly words: readonly string[];
  readonly list: boolean;
  readonly drop: boolean;
  readonly yes: boolean;
};

/** Flags → options. */
export function readResetOptions(
  services: readonly string[],
  flags: Flags,
  context: Pick<Context, 'purpose'>,
): ResetOptions {
  return {
    ...readStackOptions(flags, context),
    services,
    volumes: flags.volume ?? [],
    snapshot: flags.snapshot !== false,
    confirm: flags.confirm ?? null,
  };
}

/** Flags → options. */
export function readUndoOptions(
  words: readonly string[],
  flags: Flags,
  context: Pick<Context, 'purpose'>,
): UndoOptions {
  const { list, drop, yes } = flags;
  return { ...readStackOptions(flags, context), words, list: list === true, drop: drop === true, yes: yes === true };
}
