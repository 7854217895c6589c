import type { Command } from 'commander';
import { PodctlError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import type { Context } from '../context.js';
import { FLAGS, type FlagKey } from '../flags.js';
import { type Flags, makeCommand } from '../parser.js';

/** What `podctl image` can do with its words and flags, each loaded when it is called. */
export type ImageAction = (words: readonly string[], flags: Flags, context: Context) => Promise<number>;

type Row = {
  /** Beyond those that every action takes. */
  readonly flags: readonly FlagKey[];
  readonly load: () => Promise<ImageAction>;
};

const EVERY = ['json', 'engine', 'profile', 'envFile'] as const satisfies readonly FlagKey[];
const NAMES = ['tag', 'imageServer', 'imageProject', 'imageName'] as const satisfies readonly FlagKey[];
const PLAN = ['dryRun', 'shell', 'via'] as const satisfies readonly FlagKey[];

const ACTIONS: Readonly<Record<string, Row>> = {
  tag: { flags: [...NAMES, ...PLAN], load: async () => (await import('../image-publish.js')).imageTag },
  push: { flags: [...NAMES, 'plainHttp', ...PLAN], load: async () => (await import('../image-publish.js')).imagePush },
  inspect: { flags: [], load: async () => (await import('../image-look.js')).imageInspect },
  size: { flags: [], load: async () => (await import('../image-look.js')).imageSizes },
  context: { flags: [], load: async () => (await import('./image-context.js')).imageContext },
};

/** `podctl image ACTION [WORDS…]`. */
export function defineImage(context: Context): Command {
  return makeCommand(
    {
      name: 'image',
      about: 'name an image, push it, say what is in it and what makes it large, measure what its build reads',
      flags: [...NAMES, 'plainHttp', ...PLAN, ...EVERY],
      examples: [
        'podctl image tag utils panoptes-utils:tested',
        'podctl image push utils --image-server ghcr.io --image-project panoptes',
        'podctl image inspect',
        'podctl image size utils',
        'podctl image context app --json',
      ],
    },
    context.world.streams,
  )
    .argument('<ACTION>', 'tag, push, inspect, size or context')
    .argument(
      '[WORDS...]',
      'key of an image of the profile, or a reference, and for tag further names; context: keys, all that are built here when left out',
    )
    .action((action: string, words: readonly string[], flags: Flags) =>
      context.finish(runAction(action, { words, flags }, context)),
    );
}

async function runAction(
  action: string,
  { words, flags }: { readonly words: readonly string[]; readonly flags: Flags },
  context: Context,
): Promise<number> {
  const row = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  if (row === undefined) {
    const meant = nearest(action, Object.keys(ACTIONS));
    const hint = meant === undefined ? `podctl image ${Object.keys(ACTIONS).join(', ')}` : `did you mean ${meant}?`;
    throw new PodctlError('USAGE', `\`image\` cannot \`${action}\``, { hint });
  }
  checkFlags(action, row, flags);
  return (await row.load())(words, flags, context);
}

// One command, several actions: a flag that an action has no use for is a mistake, and not passed over.
function checkFlags(action: string, row: Row, flags: Flags): void {
  const known: readonly string[] = [...EVERY, ...row.flags];
  const useless = Object.keys(flags).find((key) => !known.includes(key));
  if (useless === undefined) return;
  const spec = Object.entries(FLAGS).find(([key]) => key === useless)?.[1];
  throw new PodctlError('USAGE', `\`podctl image ${action}\` has no use for \`--${spec?.long ?? useless}\``, {
    hint: 'leave it out',
  });
}
