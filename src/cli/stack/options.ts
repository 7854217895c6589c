import type { Context } from '../context.js';
import type { FlagKey } from '../flags.js';
import type { Flags } from '../parser.js';
import { type Printing, readPrinting } from '../printing.js';

/** Which stack is meant, and what runs it. */
export type StackChoice = {
  readonly engine: string | undefined;
  readonly provider: string | undefined;
  readonly profile: string | undefined;
  readonly mode: string | undefined;
  /** `-f`, as typed. */
  readonly files: readonly string[];
  readonly envFiles: readonly string[];
  readonly profiles: readonly string[];
  readonly projectName: string | undefined;
};

/** What every verb on a stack understands. */
export type StackOptions = Printing & StackChoice;

/** Flags of every verb on a stack. */
export const STACK_FLAGS = [
  'composeFile',
  'composeProfile',
  'projectName',
  'envFile',
  'provider',
  'engine',
  'profile',
  'mode',
] as const satisfies readonly FlagKey[];

/** Flags → options. */
export function readStackOptions(flags: Flags, { purpose }: Pick<Context, 'purpose'>): StackOptions {
  return { ...readStackChoice(flags), ...readPrinting(flags, purpose) };
}

/** The same without the ways to print. */
export function readStackChoice(flags: Flags): StackChoice {
  return {
    engine: flags.engine,
    provider: flags.provider,
    profile: flags.profile,
    mode: flags.mode,
    files: flags.composeFile ?? [],
    envFiles: flags.envFile ?? [],
    profiles: flags.composeProfile ?? [],
    projectName: flags.projectName,
  };
}
