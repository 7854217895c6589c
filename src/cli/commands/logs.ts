import type { Command } from 'commander';
import { PodctlError } from '../../core/errors.js';
import type { Context } from '../context.js';
import { runLifecycle } from '../lifecycle.js';
import { type LifecycleOptions, readLifecycleOptions } from '../lifecycle-options.js';
import { type Flags, makeCommand } from '../parser.js';
import { STACK_FLAGS } from '../stack/options.js';

export type LogsOptions = LifecycleOptions & { readonly follow: boolean; readonly tail: number | null };

/** `podctl logs [NAME…]`. */
export function defineLogs(context: Context): Command {
  return makeCommand(
    {
      name: 'logs',
      about: 'print what services of the stack or a container of this project wrote',
      flags: ['follow', 'tail', ...STACK_FLAGS, 'dryRun', 'shell'],
      examples: ['podctl logs', 'podctl logs -f --tail 20 server -m private'],
    },
    context.world.streams,
  )
    .argument('[NAME...]', 'services, or one command or container; all services, or the only container, when left out')
    .action((words: readonly string[], flags: Flags) => {
      const base = readLifecycleOptions(words, flags, context);
      return context.finish(runLogs({ ...base, follow: flags.follow === true, tail: readTail(flags.tail) }, context));
    });
}

/** Print the log, and with `follow` go on until the container ends or Ctrl-C. */
export function runLogs({ follow, tail, ...options }: LogsOptions, context: Context): Promise<number> {
  return runLifecycle({ verb: 'logs', follow, tail, since: null, timestamps: false }, options, context);
}

function readTail(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new PodctlError('USAGE', `\`--tail ${text}\` is not a number of lines`, {
    hint: 'write for instance --tail 20',
  });
}
