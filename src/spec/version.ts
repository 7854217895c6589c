/** Compare two version texts by their leading numbers: `4.3.1` < `4.10`, `20.10.24+dfsg1` = `20.10.24`. Missing parts count as 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** True from a version on. A version without any number cannot be judged and passes: the engine itself will say. */
export function isAtLeast(version: string, since: string): boolean {
  return numbersOf(version).length === 0 || compareVersions(version, since) >= 0;
}

function numbersOf(version: string): readonly number[] {
  const match = /\d+(?:\.\d+)*/.exec(version);
  return match === null ? [] : match[0].split('.').map(Number);
}
