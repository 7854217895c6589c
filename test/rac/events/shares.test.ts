import { describe, expect, it } from 'vitest';
import { openShares } from '../../../src/rac/events/shares.js';

const NAMES = ['a', 'b', 'c', 'd', 'e'];

describe('which names are compared', () => {
  it('all at first, then shares in turn that come round', () => {
    const { choose } = openShares({ starts: () => 1, knows: () => true, most: 2 });
    const chosen = Array.from({ length: 5 }, () => choose(NAMES).join(''));
    expect(chosen).toEqual(['abcde', 'ab', 'cd', 'ea', 'bc']);
  });

  it('all of them after each start of the registry', () => {
    let starts = 1;
    const { choose } = openShares({ starts: () => starts, knows: () => true, most: 1 });
    expect([choose(NAMES), choose(NAMES)]).toEqual([NAMES, ['a']]);
    starts = 2;
    expect([choose(NAMES), choose(NAMES)]).toEqual([NAMES, ['b']]);
  });

  it('new names at once, and again those that could not be compared', () => {
    const { choose, missed } = openShares({ starts: () => 1, knows: (name) => name !== 'e', most: 1 });
    choose(NAMES);
    missed('d');
    expect(choose(NAMES)).toEqual(['d', 'e', 'a']);
    expect(choose(NAMES)).toEqual(['e', 'b']);
  });

  it('every name each minute where there are few, also while names go', () => {
    const { choose } = openShares({ starts: () => 1, knows: () => true, most: 4 });
    choose(NAMES);
    expect(choose(['a', 'b'])).toEqual(['a', 'b']);
    expect(choose(['b'])).toEqual(['b']);
    expect(choose([])).toEqual([]);
  });
});
