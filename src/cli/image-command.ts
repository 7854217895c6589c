import { PodctlError } from '../core/errors.js';
import type { ImageParts } from '../core/image-ref.js';
import type { Via } from '../spec/capability.js';
import type { Context } from './context.js';
import { partsOf } from './image-parts.js';
import type { TargetOptions } from './image-target.js';
import type { Flags } from './parser.js';
import { type Printing, readPrinting } from './printing.js';

/** What `podctl image tag`, `push`, `inspect` and `size` understand. */
export type ImageCommand = TargetOptions &
  Printing & {
    /** Further names, of `tag`. */
    readonly names: readonly string[];
    readonly via: Via;
    readonly parts: Partial<ImageParts>;
    readonly tag: string | undefined;
    readonly plainHttp: boolean;
  };

/** Words and flags → options. Throws PodctlError('USAGE') for more words than one where only `tag` takes them. */
export function readImageCommand(
  { action, words }: { readonly action: 'tag' | 'push' | 'inspect' | 'size'; readonly words: readonly string[] },
  flags: Flags,
  { purpose }: Context,
): ImageCommand {
  const [image, ...names] = words;
  const [name] = names;
  if (action !== 'tag' && name !== undefined) {
    throw new PodctlError('USAGE', `\`podctl image ${action}\` takes one image`, { hint: `leave \`${name}\` out` });
  }
  return {
    image,
    names,
    profile: flags.profile,
    engine: flags.engine,
    envFiles: flags.envFile ?? [],
    via: flags.via ?? 'cli',
    parts: partsOf(flags),
    tag: flags.tag,
    plainHttp: flags.plainHttp === true,
    looks: action === 'inspect' || action === 'size',
    ...readPrinting(flags, purpose),
  };
}
