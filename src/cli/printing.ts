import { PodctlError } from '../core/errors.js';
import type { Shell } from '../core/shell.js';
import type { Context } from './context.js';
import type { Flags } from './parser.js';

/** How a command that changes something is asked to tell of it. */
export type Printing = { readonly dryRun: boolean; readonly json: boolean; readonly shell: Shell };

/** Flags → how to print. `--shell` quotes printed commands, so it needs something that is printed. */
export function readPrinting(flags: Flags, purpose: Context['purpose']): Printing {
  const dryRun = flags.dryRun === true;
  if (flags.shell !== undefined && !dryRun && purpose !== 'explain') {
    throw new PodctlError('USAGE', '`--shell` is for printed commands', {
      hint: 'add --dry-run, or use podctl explain',
    });
  }
  return { dryRun, json: flags.json === true, shell: flags.shell ?? 'sh' };
}
