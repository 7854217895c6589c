import { describe, expect, it } from 'vitest';
import { judgePlatforms } from '../../src/plan/foreign-image.js';

const HERE = { arch: 'amd64', emulates: ['arm64'] };

describe('judgePlatforms', () => {
  it.each<[platforms: string[], wanted: string | null, fine: boolean, said?: string]>([
    [[], null, true],
    [['linux/amd64'], null, true],
    [['linux/arm64', 'linux/amd64'], null, true],
    [['linux/arm64'], null, true],
    [['linux/s390x'], null, false, '`r:1` is made for `linux/s390x`, and this engine runs `amd64`'],
    [['linux/arm64/v8', 'linux/s390x'], null, false, 'platform = "linux/arm64/v8"'],
    [['linux/arm64', 'linux/s390x'], 'linux/s390x', true],
    [
      ['linux/arm64', 'linux/s390x'],
      'linux/amd64',
      false,
      'is not made for `linux/amd64`, only for `linux/arm64`, `linux/s390x`',
    ],
    [['linux/x86_64'], 'linux/amd64', true],
  ])('%j for %s', (platforms, wanted, fine, said = '') => {
    const refusal = judgePlatforms({ ref: 'r:1', platforms, wanted }, HERE);
    expect(refusal === null).toBe(fine);
    expect(`${refusal?.message} ${refusal?.hint}`).toContain(fine ? '' : said);
  });
});
