import { describe, expect, it } from 'vitest';
import { insideId, outsideId, parseSubIds, type SubIds, userName } from '../../src/spec/sub-ids.js';

const IDS: SubIds = {
  own: 1000,
  ranges: [
    { start: 100_000, count: 1000 },
    { start: 500_000, count: 10 },
  ],
};

describe('numbers of a rootless user', () => {
  it.each([
    [0, 1000],
    [1, 100_000],
    [999, 100_998],
    [1000, 100_999],
    [1001, 500_000],
    [1010, 500_009],
  ])('%i inside is %i outside', (inside, outside) => {
    expect(outsideId(inside, IDS)).toBe(outside);
    expect(insideId(outside, IDS)).toBe(inside);
  });

  it('none inside or outside the ranges', () => {
    expect(outsideId(1011, IDS)).toBeNull();
    expect([0, 999, 101_000, 500_010].map((id) => insideId(id, IDS))).toEqual([null, null, null, null]);
  });

  it('are read by name or by number, several lines of one user in order', () => {
    const text = 'root:1:2\nann:100000:1000\n\n# x\n1000:500000:10\nann:bad:1\n';
    expect(parseSubIds(text, { name: 'ann', id: 1000 })).toEqual(IDS.ranges);
    expect(parseSubIds(text, { name: null, id: 7 })).toEqual([]);
    expect(userName('root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n', 1000)).toBe('ann');
    expect(userName('', 1000)).toBeNull();
  });
});
