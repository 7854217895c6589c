import { parseImageRef } from '../../core/image-ref.js';
import type { ContainerThere, ImageGoes, ImageThere, PruneWish } from './prune-facts.js';
import { isAnybodys, isOldEnough, isOwn, ownLabels } from './prune-own.js';

type Around = { readonly wish: PruneWish; readonly staying: readonly ContainerThere[] };

/**
 * Labels, as `label=value`: where no image has one of them none goes, and none needs a look. null: others may go, too.
 */
export function labelsOfImages(wish: PruneWish): readonly string[] | null {
  const others = wish.all || wish.tags.length > 0 || (wish.buildCache && wish.podman);
  return others ? null : ownLabels(wish);
}

/** Images that lost their tag, those that `--keep` lets go, and what nothing but them stands on. */
export function chooseImages(images: readonly ImageThere[], { wish, staying }: Around): readonly ImageGoes[] {
  const free = images.filter(({ id }) => !staying.some(({ image }) => image === id));
  const old = free.filter(({ created }) => isOldEnough(created, wish));
  const unnamed = old.filter(({ tags, labels }) => tags.length === 0 && isMeant(labels, wish));
  const surplus = wish.keep === null ? [] : beyond(wish.keep, images, wish).filter((image) => old.includes(image));
  const going = withoutChildren([...surplus, ...unnamed], images);
  const goes = going.map((image) => ({
    image,
    tags: image.tags,
    why: image.tags.length === 0 ? 'it lost its tag' : `${wish.keep} newer of that name stay`,
  }));
  return withParents(goes, images, staying);
}

/** Add what podctl would otherwise leave behind: parents without a name that nothing else stands on. Children come first. */
export function withParents(
  goes: readonly ImageGoes[],
  images: readonly ImageThere[],
  staying: readonly ContainerThere[],
): readonly ImageGoes[] {
  const all = [...goes];
  const isGoing = (id: string): boolean => all.some(({ image }) => image.id === id);
  for (let added = true; added; ) {
    added = false;
    for (const image of images) {
      if (isGoing(image.id) || image.tags.length > 0 || staying.some((one) => one.image === image.id)) continue;
      const children = images.filter(({ parent }) => parent === image.id);
      if (children.length === 0 || !children.every(({ id, tags }) => isGoing(id) && isWhole(id, tags, all))) continue;
      all.push({ image, tags: [], why: 'a step of building one of those' });
      added = true;
    }
  }
  return childrenFirst(all);
}

// An image that keeps another name stays, so what it stands on stays too.
function isWhole(id: string, tags: readonly string[], goes: readonly ImageGoes[]): boolean {
  return goes.some((one) => one.image.id === id && one.tags.length === tags.length);
}

function isMeant(labels: ImageThere['labels'], wish: PruneWish): boolean {
  const { all, buildCache, podman } = wish;
  return all || isOwn(labels, wish) || (buildCache && podman && !isAnybodys(labels));
}

/** Images of which each name is older than the newest so many of that repository. */
function beyond(keep: number, images: readonly ImageThere[], wish: PruneWish): readonly ImageThere[] {
  const scope = images
    .filter(({ tags, labels }) => tags.length > 0 && (wish.all || isOwn(labels, wish)))
    .toSorted((a, b) => (b.created ?? 0) - (a.created ?? 0));
  const kept = new Set<ImageThere>();
  for (const repository of new Set(scope.flatMap(repositories))) {
    for (const image of scope.filter((one) => repositories(one).includes(repository)).slice(0, keep)) kept.add(image);
  }
  return scope.filter((image) => !kept.has(image));
}

function repositories({ tags }: ImageThere): readonly string[] {
  return [...new Set(tags.map((tag) => tag.slice(0, tag.lastIndexOf(':'))))];
}

// One that another image stands on cannot go before that one does.
function withoutChildren(going: readonly ImageThere[], images: readonly ImageThere[]): readonly ImageThere[] {
  let left = going;
  for (;;) {
    const now = left;
    left = now.filter(({ id }) => images.every((image) => image.parent !== id || now.includes(image)));
    if (left.length === now.length) return left;
  }
}

function childrenFirst(goes: readonly ImageGoes[]): readonly ImageGoes[] {
  const sorted: ImageGoes[] = [];
  let left = [...goes];
  while (left.length > 0) {
    const ready = left.filter(({ image }) => left.every((other) => other.image.parent !== image.id));
    if (ready.length === 0) return [...sorted, ...left];
    sorted.push(...ready);
    left = left.filter((one) => !ready.includes(one));
  }
  return sorted;
}

/** The forms in which engines write a name that was typed: docker as it is, podman with a registry. */
export function writtenForms(tag: string): readonly string[] {
  const { domain, path, tag: named } = parseImageRef(tag);
  const plain = `${domain === null ? '' : `${domain}/`}${path}:${named ?? 'latest'}`;
  return domain === null ? [plain, `localhost/${plain}`, `docker.io/${plain}`, `docker.io/library/${plain}`] : [plain];
}
