import { imageSize } from '../plan/image-size.js';
import type { Context } from './context.js';
import { readImageCommand } from './image-command.js';
import { missingImage, openImageTarget } from './image-target.js';
import type { Flags } from './parser.js';
import { detailsToJson, formatDetails, formatImageSize } from './ui/image-report.js';

/** `podctl image inspect [IMAGE]`: what the engine knows of an image. */
export async function imageInspect(words: readonly string[], flags: Flags, context: Context): Promise<number> {
  const { options, image } = await lookAt({ action: 'inspect', words }, flags, context);
  if (options.json) context.output.json(detailsToJson(image));
  else context.output.text(formatDetails(image));
  return 0;
}

/** `podctl image size [IMAGE]`: what an image's size is made of. */
export async function imageSizes(words: readonly string[], flags: Flags, context: Context): Promise<number> {
  const { options, target, read, image } = await lookAt({ action: 'size', words }, flags, context);
  const base = target.base === null ? null : await read(target.base);
  const size = imageSize(image, base);
  const shown = base === null ? null : target.base;
  if (options.json) context.output.json({ image: target.ref, base: shown, ...size });
  else context.output.text(formatImageSize(target.ref, size, shown));
  return 0;
}

async function lookAt(
  line: { readonly action: 'inspect' | 'size'; readonly words: readonly string[] },
  flags: Flags,
  context: Context,
) {
  const options = readImageCommand(line, flags, context);
  const target = await openImageTarget(options, context);
  const { makeImageReader } = await context.rooms.imageReader();
  const read = makeImageReader(target.found, { host: context.world.host });
  const image = await read(target.ref);
  if (image === null) throw missingImage(target, options.image);
  return { options, target, read, image };
}
