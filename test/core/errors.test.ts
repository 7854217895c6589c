import { describe, expect, it } from 'vitest';
import { ifPossible, PodctlError } from '../../src/core/errors.js';

describe('what is good to know and need not be', () => {
  it('is known where the work succeeds', async () => {
    expect(await ifPossible(() => Promise.resolve('text'))).toBe('text');
  });

  it('is null where podctl says why it failed', async () => {
    expect(await ifPossible(() => Promise.reject(new PodctlError('IO', 'cannot read `/x`')))).toBeNull();
  });

  it('is null also where that is thrown before anything is awaited', async () => {
    const work = (): Promise<string> => {
      throw new PodctlError('UNAVAILABLE', 'no engine');
    };
    expect(await ifPossible(work)).toBeNull();
  });

  it('lets the error of a bug go on', async () => {
    const bug = new TypeError('x is undefined');
    await expect(ifPossible(() => Promise.reject(bug))).rejects.toBe(bug);
  });
});
