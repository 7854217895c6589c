import type { Command } from 'commander';
import { readUndoOptions, type UndoOptions } from '../clean/options.js';
import type { Context } from '../context.js';
import { type Flags, makeCommand } from '../parser.js';
import { STACK_FLAGS } from '../stack/options.js';

/** `podctl undo [ID…]`. */
export function defineUndo(context: Context): Command {
  return makeCommand(
    {
      name: 'undo',
      about:
        'bring back what the last reset or prune put away; what is there now is put away instead, so undo can be undone',
      flags: ['list', 'drop', 'yes', 'dryRun', 'json', 'shell', ...STACK_FLAGS],
      examples: [
        'podctl undo',
        'podctl undo --list',
        'podctl undo 20261121T033012Z',
        'podctl undo --drop 20261121T033012Z',
      ],
    },
    context.world.streams,
  )
    .argument('[ID...]', 'what is kept, by the id that --list shows; the newest when left out, for --drop all of it')
    .action((words: readonly string[], flags: Flags) =>
      context.finish(runUndo(readUndoOptions(words, flags, context), context)),
    );
}

/** Bring back. */
export async function runUndo(options: UndoOptions, context: Context): Promise<number> {
  return (await import('../clean/undo.js')).runUndo(options, context);
}
