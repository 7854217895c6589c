import { type Refusal, refuse } from '../refusal.js';
import type { ContainerThere, ImageGoes, ImageThere, PruneWish } from './prune-facts.js';
import { withParents, writtenForms } from './prune-images.js';
import { isOwn } from './prune-own.js';

type Around = { readonly wish: PruneWish; readonly staying: readonly ContainerThere[] };

/** The images of tags that were typed. A tag that is not there, not the project's, or used, is refused by name. */
export function chooseTags(
  images: readonly ImageThere[],
  { wish, staying }: Around,
): { readonly images: readonly ImageGoes[] } | Refusal {
  const goes = new Map<ImageThere, string[]>();
  for (const typed of wish.tags) {
    const forms = writtenForms(typed);
    const image = images.find(({ tags }) => tags.some((tag) => forms.includes(tag)));
    const tag = image?.tags.find((one) => forms.includes(one));
    if (image === undefined || tag === undefined) return noSuchTag(typed, images, wish);
    if (!isOurs(image, wish)) return notOurs(typed);
    goes.set(image, [...(goes.get(image) ?? []), tag]);
  }
  for (const [{ id, tags }, gone] of goes) {
    const user = staying.find(({ image }) => image === id);
    if (user === undefined || gone.length < tags.length) continue;
    const message = `container \`${user.name}\` (${user.state}) uses the image \`${gone.join(', ')}\``;
    return refuse('REFUSED', message, 'remove the container first: podctl down, or podctl prune');
  }
  const named = [...goes].map(([image, tags]) => ({ image, tags, why: 'it was named' }));
  return { images: withParents(named, images, staying) };
}

function isOurs({ labels, tags }: ImageThere, wish: PruneWish): boolean {
  if (wish.all || isOwn(labels, wish)) return true;
  const known = wish.ownImages.flatMap(writtenForms);
  return tags.some((tag) => known.includes(tag));
}

function noSuchTag(typed: string, images: readonly ImageThere[], wish: PruneWish): Refusal {
  const own = images.filter((image) => isOurs(image, wish)).flatMap(({ tags }) => tags);
  const hint = own.length === 0 ? 'see `docker images`' : `there are ${own.join(', ')}`;
  return refuse('MISSING_INPUT', `the engine has no image \`${typed}\``, hint);
}

function notOurs(typed: string): Refusal {
  return refuse(
    'REFUSED',
    `nothing says that the image \`${typed}\` is this project's`,
    `it has no label of the project: podctl prune --all --images ${typed} takes it all the same`,
  );
}
