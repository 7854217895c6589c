import { resolvePath } from '../core/path.js';
import type { Observer } from '../engine/engine.js';
import { isRemote } from '../plan/build-image.js';
import { copiedImages, fromRefs } from '../plan/copied-paths.js';
import { deadImage, deadImageHint } from '../spec/dead-images.js';
import type { Context } from './context.js';
import { flavourOf } from './project.js';

/** What is about to be pulled or built on, and the profile's own list. */
export type Wanted = {
  readonly refs: readonly string[];
  readonly dead: Readonly<Record<string, string | false>> | undefined;
  readonly observer: Pick<Observer, 'image'>;
};

/** Say of images that are gone what to write in their place, before a pull fails as if it wanted a login. What is here already works on. */
export async function tellDeadImages({ refs, dead, observer }: Wanted, { output }: Context): Promise<void> {
  for (const ref of new Set(refs)) {
    // oxlint-disable-next-line no-await-in-loop -- hardly ever more than one
    if (deadImage(ref, dead) !== null && (await observer.image(ref)) === null) tellIfDead(ref, dead, { output });
  }
}

/** The same for one image that is not here. */
export function tellIfDead(ref: string, dead: Wanted['dead'], { output }: Pick<Context, 'output'>): void {
  const gone = deadImage(ref, dead);
  if (gone !== null) output.note(`hint: ${deadImageHint(gone)}`);
}

/** Images that a build file begins with or copies from. `folder`: its context; `file` null: the usual names in it. */
export async function imagesOfBuild(
  { folder, file }: { readonly folder: string; readonly file: string | null },
  { world }: Context,
): Promise<readonly string[]> {
  if (isRemote(folder)) return [];
  const flavour = flavourOf(world.host);
  const names = file === null ? ['Containerfile', 'Dockerfile'] : [file];
  for (const name of names) {
    // oxlint-disable-next-line no-await-in-loop -- the first that is there
    const text = await world.files.readText(resolvePath(folder, name, flavour)).catch(() => null);
    if (text !== null) return [...fromRefs(text), ...copiedImages(text)];
  }
  return [];
}
