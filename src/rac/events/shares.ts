export type SharesDeps = {
  /** How often the registry was started: what it had not told of when it ended is lost. */
  readonly starts: () => number;
  /** RAC has heard of a push of that name. */
  readonly knows: (name: string) => boolean;
  /** Names of one comparison, beside those that are new; 2,000 where nothing is said. */
  readonly most?: number;
};

/** Which names' tags are compared this time. */
export type Shares = {
  readonly choose: (names: readonly string[]) => readonly string[];
  /** One could not be compared: it is among the next. */
  readonly missed: (name: string) => void;
};

/** As many as one machine is made for. Two questions to the registry for each: about seventy in a second. */
const MOST = 2000;

/**
 * All of them at first, and whenever the registry was started anew. After that a share in turn, which only shows with more names than that: what
 * many thousands of sleeping names cost each minute stays the same.
 */
export function openShares({ starts, knows, most = MOST }: SharesDeps): Shares {
  let comparedAt = -1;
  let last = '';
  let missed = new Set<string>();
  return {
    choose: (names) => {
      const begun = starts();
      const sorted = names.toSorted();
      if (begun !== comparedAt) {
        comparedAt = begun;
        missed = new Set();
        return sorted;
      }
      const again = missed;
      missed = new Set();
      const first = sorted.filter((name) => again.has(name) || !knows(name));
      const share = following(sorted, last, most);
      last = share.at(-1) ?? '';
      return [...new Set([...first, ...share])];
    },
    missed: (name) => {
      missed.add(name);
    },
  };
}

/** So many that come after one, and from the beginning again. */
function following(sorted: readonly string[], last: string, most: number): readonly string[] {
  const after = sorted.findIndex((name) => name > last);
  const begin = Math.max(after, 0);
  return [...sorted.slice(begin), ...sorted.slice(0, begin)].slice(0, most);
}
