/** Whether this run takes every variant and full counts (`npm run soak`); `npm test` takes enough of them to show that each way works. */
export const SOAK = process.env['PODCTL_SOAK'] === '1';

type EngineName = 'docker' | 'podman';
type Named = { readonly name: EngineName };

/** What a test does with an engine: by its program, or by its API. */
export type Via = 'cli' | 'api';
export const VIAS = ['cli', 'api'] as const;

// Rows for `it.each`: of none no test is made, so nothing counts as skipped.
const MADE = ['made'] as const;

/**
 * For `it.each`: what podctl itself decides, whichever engine it is. Every run shows it on the named engine, long runs on each.
 */
export function only(engine: Named, name: EngineName): readonly string[] {
  return SOAK || engine.name === name ? MADE : [];
}

/**
 * For `it.each` in a block that is there for each way: the ways take turns from test to test, so that every run shows each test once per
 * engine, and each way on each engine. Long runs take all. `turn` is the test's number in its block.
 */
export function inTurn(engine: Named, via: Via, turn: number): readonly string[] {
  return SOAK || (turn % 2 === 0) === ((engine.name === 'docker') === (via === 'cli')) ? MADE : [];
}

/** For `it.each` of a table: the engines take turns from row to row; long runs take each row on each engine. */
export function shareOf<Row>(engine: Named, rows: readonly Row[]): readonly Row[] {
  return SOAK ? rows : rows.filter((_, index) => (index % 2 === 0) === (engine.name === 'docker'));
}

/** The ways of one test where it stands outside such a block. */
export function waysOf(engine: Named, turn: number): readonly Via[] {
  return VIAS.filter((via) => inTurn(engine, via, turn).length > 0);
}
