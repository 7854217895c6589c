import { describe, expect, it } from 'vitest';
import { Failures } from '../../../src/rac/deploy/failures.js';

describe('an application that fails', () => {
  it('is tried again at once, then ever later, five minutes at most', () => {
    let now = 0;
    const failures = new Failures(() => now);
    const waits: number[] = [];
    for (let times = 1; times <= 12; times++) {
      failures.failed('a', 'no', []);
      waits.push(failures.waitOf('a'));
      now += failures.waitOf('a');
    }
    expect(waits).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1000));
    expect(failures.waitOf('b')).toBe(0);
  });

  it('says why and until when', () => {
    const failures = new Failures(() => 0);
    failures.failed('a', 'it ended', ['line']);
    failures.failed('a', 'it ended', ['line']);
    expect(() => failures.check('a')).toThrow('`a` failed 2 times: it ended');
    expect(failures.reason('a')).toBe('it ended\nline');
    failures.forget('a');
    failures.check('a');
    expect(failures.reason('a')).toBeNull();
  });

  it('is no loop when it ran for a minute in between', () => {
    let now = 0;
    const failures = new Failures(() => now);
    for (const time of [0, 60_000, 120_000]) {
      failures.started('a');
      now = time + 60_000;
      failures.failed('a', 'it ended', []);
      expect(failures.waitOf('a')).toBe(0);
    }
  });
});
