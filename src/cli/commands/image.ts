import type { Command } from 'commander';
import { PodctlError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import type { Context } from '../context.js';
import { type Flags, makeCommand } from '../parser.js';

/** What `podctl image` can do with its words and flags, each loaded when it is called. */
export type ImageAction = (words: readonly string[], flags: Flags, context: Context) => Promise<number>;

const ACTIONS: Readonly<Record<string, () => Promise<ImageAction>>> = {
  context: async () => (await import('./image-context.js')).imageContext,
};

/** `podctl image ACTION [WORDS…]`. */
export function defineImage(context: Context): Command {
  return makeCommand(
    {
      name: 'image',
      about: 'measure what a build reads',
      flags: ['json', 'engine', 'profile', 'envFile'],
      examples: ['podctl image context', 'podctl image context app --json'],
    },
    context.world.streams,
  )
    .argument('<ACTION>', 'context')
    .argument('[WORDS...]', 'context: images of the profile; all that are built here when left out')
    .action((action: string, words: readonly string[], flags: Flags) =>
      context.finish(runAction(action, { words, flags }, context)),
    );
}

async function runAction(
  action: string,
  { words, flags }: { readonly words: readonly string[]; readonly flags: Flags },
  context: Context,
): Promise<number> {
  const load = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  if (load === undefined) {
    const meant = nearest(action, Object.keys(ACTIONS));
    const hint = meant === undefined ? `podctl image ${Object.keys(ACTIONS).join(', ')}` : `did you mean ${meant}?`;
    throw new PodctlError('USAGE', `\`image\` cannot \`${action}\``, { hint });
  }
  return (await load())(words, flags, context);
}
