import { LOCK_FILE, lockImages } from '../../profile/lock-file.js';
import type { ResolvedImage } from '../../profile/resolved.js';
import type { Context } from '../context.js';
import type { ImageSite } from '../images.js';
import { needLock } from './read.js';

/** A pull by digests: every wanted image must be locked. */
export async function lockPulled(site: ImageSite, { world }: Context): Promise<ImageSite> {
  const wanted = site.wanted.filter((key) => site.images[key]?.context === undefined);
  return { ...site, images: lockImages(site.images, wanted, await needLock(site.chosen.project, world)) };
}

/** A build on locked images: those that the wanted ones stand on, as far as they are pulled, must be locked. */
export async function lockBases(site: ImageSite, { world, output }: Context): Promise<ImageSite> {
  const bases = [...new Set(site.wanted.flatMap((key) => basesOf(key, site.images)))];
  for (const { key, base, base_arg: arg } of built(site)) {
    if (base === undefined || arg !== undefined || !bases.includes(base)) continue;
    output.note(
      `note: image \`${key}\` has no \`base_arg\`, so its Containerfile alone says what it stands on, not ${LOCK_FILE}`,
    );
  }
  return { ...site, images: lockImages(site.images, bases, await needLock(site.chosen.project, world)) };
}

function built({ images, wanted }: ImageSite): readonly ResolvedImage[] {
  return wanted.flatMap((key) => chain(key, images)).flatMap((key) => images[key] ?? []);
}

function basesOf(key: string, images: ImageSite['images']): readonly string[] {
  return chain(key, images)
    .slice(1)
    .filter((one) => images[one]?.context === undefined);
}

function chain(key: string, images: ImageSite['images']): readonly string[] {
  const met: string[] = [];
  for (let next: string | undefined = key; next !== undefined && !met.includes(next); next = images[next]?.base) {
    met.push(next);
  }
  return met.filter((one) => images[one] !== undefined);
}
