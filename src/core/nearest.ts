/** The known word that a person most likely meant, or undefined when none is close. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  const typed = word.toLowerCase();
  const begun = (candidate: string): boolean => candidate.toLowerCase().startsWith(typed);
  for (const candidate of known) {
    const distance = editDistance(typed, candidate.toLowerCase());
    // Of two that are as close, whoever stopped too soon meant the one that goes on from there.
    const better = best !== undefined && distance === bestDistance && begun(candidate) && !begun(best);
    if (distance < bestDistance || better) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Optimal string alignment distance: a swap of two neighbours counts as one slip, as typing goes. */
function editDistance(a: string, b: string): number {
  const table = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const cell = (i: number, j: number): number => table[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    table.push(row);
    for (let j = 1; j <= b.length; j++) {
      const step = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const plain = Math.min(cell(i - 1, j) + 1, cell(i, j - 1) + 1, cell(i - 1, j - 1) + step);
      row.push(swapped ? Math.min(plain, cell(i - 2, j - 2) + 1) : plain);
    }
  }
  return cell(a.length, b.length);
}
