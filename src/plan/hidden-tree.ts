import { isWithin } from '../core/path.js';
import {
  comparable,
  type HostView,
  mountedFrom,
  type Region,
  realOf,
  regionsBelow,
  regionsOf,
  regionWithin,
} from './host-view.js';

/** What the audit needs of a resolved mode. */
export type AuditedMode = {
  readonly name: string;
  readonly exposure: 'public' | 'private' | null;
  /** Host paths of which nothing may be reachable but `shown`. */
  readonly hidden: readonly string[];
  readonly shown: readonly string[];
};

type Entry = { readonly text: string; readonly real: string };

/** What must stay out of reach, and what of it may be shown, under every name that the host has for it. */
export type HiddenTree = {
  readonly roots: readonly Entry[];
  /** Shown entries that really stand where their name says. */
  readonly shown: readonly Entry[];
  readonly hiddenRegions: readonly Region[];
  readonly shownRegions: readonly Region[];
};

/** How a subtree of the host lies to the hidden tree. */
export type Standing =
  | { readonly kind: 'outside' }
  | { readonly kind: 'shown'; readonly entry: Entry }
  | { readonly kind: 'inside'; readonly root: Entry }
  /** It holds the root, or a part of the tree that is mounted below it. */
  | { readonly kind: 'holds'; readonly root: Entry };

/** Work out where the hidden tree and its shown entries really stand. */
export function hiddenTree(view: HostView, mode: AuditedMode): HiddenTree {
  const roots = mode.hidden.map((text) => ({ text, real: realOf(view, text) }));
  const shown = mode.shown
    .map((text) => ({ text, real: realOf(view, text) }))
    .filter((entry) => standsWhereNamed(view, roots, entry));
  return {
    roots,
    shown,
    hiddenRegions: roots.flatMap(({ real }) => [
      ...regionsOf(view, real),
      ...regionsBelow(view, real).flatMap((mount) => mount.regions),
    ]),
    shownRegions: shown.flatMap(({ real }) => regionsOf(view, real)),
  };
}

/** Compare one subtree, given by its regions, with the tree. Anything that is not wholly shown counts as hidden. */
export function standingOf(tree: HiddenTree, regions: readonly Region[]): Standing {
  let found: Standing = { kind: 'outside' };
  for (const region of regions) {
    const standing = regionStanding(tree, region);
    if (standing.kind === 'inside' || standing.kind === 'holds') return standing;
    if (standing.kind === 'shown') found = standing;
  }
  return found;
}

/** Where a path below the root is led to by a mount or link on the way, when that place is not shown itself; null when it is sound. */
export function ledAstray(view: HostView, tree: HiddenTree, path: string): string | null {
  const real = realOf(view, path);
  const isShown = (place: string) => tree.shown.some((entry) => isWithin(comparable(view, place), entry.real));
  for (const root of tree.roots) {
    const link = (view.facts[path]?.links ?? []).find(
      (step) => comparable(view, step.path) !== root.real && isWithin(comparable(view, step.path), root.real),
    );
    if (link !== undefined && !isShown(real)) return real;
    if (!isWithin(real, root.real)) continue;
    const elsewhere = mountedFrom(view, root.real, real).find((place) => !isShown(place));
    if (elsewhere !== undefined) return elsewhere;
  }
  return null;
}

// A shown name that a link or a mount leads elsewhere shows something else than it says, so it allows nothing.
function standsWhereNamed(view: HostView, roots: readonly Entry[], entry: Entry): boolean {
  const named = comparable(view, entry.text);
  return roots.some((root) => {
    const rootNamed = comparable(view, root.text);
    const base = isWithin(named, rootNamed) ? rootNamed : root.real;
    if (!isWithin(named, base) || named === base) return false;
    if (`${root.real}${named.slice(base.length)}` !== entry.real) return false;
    return mountedFrom(view, root.real, entry.real).every((place) => isWithin(place, entry.real));
  });
}

function regionStanding(tree: HiddenTree, region: Region): Standing {
  const isShown = (one: Region) => tree.shownRegions.some((shown) => regionWithin(one, shown));
  const first = tree.roots[0];
  if (first === undefined) return { kind: 'outside' };
  for (const hidden of tree.hiddenRegions) {
    if (regionWithin(region, hidden)) {
      if (!isShown(region)) return { kind: 'inside', root: rootOf(tree, region) ?? first };
      const entry = tree.shown.find((shown) => isWithin(region.path, shown.real)) ?? tree.shown[0];
      return entry === undefined ? { kind: 'outside' } : { kind: 'shown', entry };
    }
    if (regionWithin(hidden, region) && !isShown(hidden)) return { kind: 'holds', root: rootOf(tree, hidden) ?? first };
  }
  return { kind: 'outside' };
}

function rootOf(tree: HiddenTree, region: Region): Entry | undefined {
  return tree.roots.find((root) => isWithin(region.path, root.real));
}
