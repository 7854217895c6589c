import { PodctlError } from '../../core/errors.js';
import type { SpecFlags } from '../../spec/request.js';
import type { Context } from '../context.js';
import { partsOf } from '../image-parts.js';
import type { Flags } from '../parser.js';
import { type Printing, readPrinting } from '../printing.js';

/** What the command line of a profile's command says. */
export type RunOptions = Printing & {
  readonly engine: string | undefined;
  readonly via: 'cli' | 'api';
  /** The application's own config file, as typed. */
  readonly config: string | undefined;
  readonly mode: string | undefined;
  /** Env files, as typed and in order. */
  readonly envFiles: readonly string[];
  readonly flags: SpecFlags;
  /** `--locked`. */
  readonly locked: boolean;
  /** `--i-know`. */
  readonly iKnow: boolean;
};

/** Flags → options. Throws PodctlError('USAGE') for flags that contradict each other. */
export function readRunOptions(flags: Flags, args: readonly string[], purpose: Context['purpose']): RunOptions {
  const printed = flags.dryRun === true || purpose === 'explain';
  if (flags.json === true && !printed && flags.detach !== true) {
    throw new PodctlError('USAGE', '`--json` cannot describe a run that shares your terminal', {
      hint: 'add --detach to start it in the background, or --dry-run to print the plan',
    });
  }
  return {
    engine: flags.engine,
    via: flags.via ?? 'cli',
    config: flags.config,
    mode: flags.mode,
    envFiles: flags.envFile ?? [],
    flags: specFlags(flags, args),
    locked: flags.locked === true,
    iKnow: flags.iKnow === true,
    ...readPrinting(flags, purpose),
  };
}

function specFlags(flags: Flags, args: readonly string[]): SpecFlags {
  return {
    args,
    ports: flags.port ?? [],
    image: flags.image ?? null,
    tag: flags.tag ?? null,
    imageParts: partsOf(flags),
    mounts: flags.mount ?? [],
    env: flags.env ?? [],
    detach: flags.detach === true,
  };
}
