import { parseImageRef } from '../core/image-ref.js';

/**
 * Images that are gone from where many files still look for them, by their whole name, and the name under which the same tags work. Nothing
 * is asked for it: a registry says of them what it says of images that want a login. A profile adds to them with [dead_images].
 */
export const DEAD_IMAGES: Readonly<Record<string, string>> = {
  // Taken from Docker Hub in September 2026 (plane#9829, dandi-cli#1921).
  'docker.io/minio/minio': 'quay.io/minio/minio',
  'docker.io/minio/mc': 'quay.io/minio/mc',
};

/** An image that is gone, as it was written, and what to write in its place. */
export type DeadImage = { readonly ref: string; readonly instead: string };

/** Whether an image is known to be gone. `more`: a profile's own list, in which `false` brings one back. */
export function deadImage(ref: string, more: Readonly<Record<string, string | false>> = {}): DeadImage | null {
  const name = wholeName(ref);
  if (name === null) return null;
  const own = Object.entries(more).find(([key]) => wholeName(key)?.full === name.full);
  const use = own === undefined ? DEAD_IMAGES[name.full] : own[1];
  if (use === undefined || use === false) return null;
  // Where the list has a tag of its own, that one is meant.
  const tagged = parsed(use)?.tag !== null || parsed(use)?.digest !== null;
  return { ref, instead: tagged ? use : `${use}${name.version}` };
}

/** What to do about it, in one sentence. */
export function deadImageHint({ ref, instead }: DeadImage): string {
  return `\`${ref}\` is no longer there for anyone, and no login helps: write \`${instead}\``;
}

function wholeName(ref: string): { readonly full: string; readonly version: string } | null {
  const image = parsed(ref);
  if (image === null) return null;
  const domain = ['registry-1.docker.io', 'index.docker.io'].includes(image.domain ?? '') ? 'docker.io' : image.domain;
  const path =
    (domain ?? 'docker.io') === 'docker.io' && !image.path.includes('/') ? `library/${image.path}` : image.path;
  const tag = image.tag === null ? '' : `:${image.tag}`;
  const digest = image.digest === null ? '' : `@${image.digest}`;
  return { full: `${domain ?? 'docker.io'}/${path}`, version: `${tag}${digest}` };
}

function parsed(ref: string): ReturnType<typeof parseImageRef> | null {
  try {
    return parseImageRef(ref);
  } catch {
    // Words of an engine that only look like a name.
    return null;
  }
}
