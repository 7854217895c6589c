import { type Refusal, refuse } from '../refusal.js';
import type { ContainerThere, PruneWish, Stays, VolumeThere } from './prune-facts.js';
import { isOldEnough, isOwn } from './prune-own.js';

type Around = {
  readonly wish: PruneWish;
  readonly staying: readonly ContainerThere[];
  /** Gets what a pattern fits and what stays all the same. */
  readonly stays: Stays[];
};

/** Volumes by name or pattern. A name that cannot go is refused; of a pattern what cannot go stays, and is told. */
export function chooseVolumes(
  there: readonly VolumeThere[],
  around: Around,
): { readonly volumes: readonly VolumeThere[] } | Refusal {
  const goes = new Set<VolumeThere>();
  for (const typed of around.wish.volumes) {
    const isPattern = /[*?]/.test(typed);
    const fits = there.filter((volume) => (isPattern ? patternFits(typed, volume) : volume.facts.name === typed));
    const scope = isPattern ? fits.filter((volume) => isInScope(volume, around.wish)) : fits;
    const before = around.wish.kept.filter((name) => (isPattern ? matches(typed, name) : name === typed));
    // A run that was cut off got that far.
    if (scope.length === 0 && before.length > 0) {
      around.stays.push(
        ...before.map((name) => ({ what: `volume ${name}`, why: 'it is gone already, undo keeps it' })),
      );
      continue;
    }
    if (scope.length === 0) return noSuchVolume(typed, there, around.wish);
    for (const volume of scope) {
      const problem = problemOf(volume, around);
      if (problem === null) goes.add(volume);
      else if (isPattern) around.stays.push({ what: `volume ${volume.facts.name}`, why: problem.message });
      else return refuse('REFUSED', `volume \`${typed}\`: ${problem.message}`, problem.hint);
    }
  }
  return { volumes: [...goes] };
}

// One without a name of its own is meant only when its whole name is typed.
function patternFits(pattern: string, { facts, anonymous }: VolumeThere): boolean {
  return !anonymous && matches(pattern, facts.name);
}

function matches(pattern: string, name: string): boolean {
  const source = pattern
    .split('')
    .map((letter) => (letter === '*' ? '.*' : letter === '?' ? '.' : letter.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`).test(name);
}

function isInScope({ facts }: VolumeThere, wish: PruneWish): boolean {
  return wish.all || isOwn(facts.labels, wish);
}

function problemOf(
  volume: VolumeThere,
  { wish, staying }: Around,
): { readonly message: string; readonly hint: string } | null {
  const { name } = volume.facts;
  if (wish.protected.includes(name)) {
    return {
      message: 'it holds protected data, which are never removed',
      hint: 'take `protected = true` out of the profile if they may go',
    };
  }
  if (!isInScope(volume, wish)) {
    return {
      message: "nothing says that it is this project's",
      hint: `remove it with the engine's own volume rm, or with all that no project uses: podctl prune --all --volumes ${name}`,
    };
  }
  const user = staying.find(({ volumes }) => volumes.includes(name));
  if (user !== undefined) {
    return {
      message: `container \`${user.name}\` (${user.state}) uses it`,
      hint: 'podctl down removes the containers',
    };
  }
  if (isOldEnough(volume.created, wish)) return null;
  return { message: 'it is younger than that', hint: 'leave --older-than out' };
}

function noSuchVolume(typed: string, there: readonly VolumeThere[], wish: PruneWish): Refusal {
  const own = there.filter((volume) => isInScope(volume, wish) && !volume.anonymous).map(({ facts }) => facts.name);
  const hint = own.length === 0 ? 'this project has no volumes' : `there are ${own.join(', ')}`;
  return refuse('MISSING_INPUT', `no volume is called \`${typed}\``, hint);
}
