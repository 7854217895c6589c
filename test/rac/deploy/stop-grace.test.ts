import { describe, expect, it } from 'vitest';
import { ignoresStop } from '../../../src/rac/deploy/stop-grace.js';

/** Masks in hexadecimal; bit n-1 is signal n. */
const status = (caught: string, blocked = '0000000000000000', pids = '4711\t1') =>
  `Name:\thttpd\nNSpid:\t${pids}\nSigBlk:\t${blocked}\nSigIgn:\t0000000000000000\nSigCgt:\t${caught}\n`;

describe('a stop signal', () => {
  it.each([
    ['is handled', status('0000000000004000'), null, false],
    ['is not handled by the first process', status('0000000000000000'), null, true],
    ['another one is handled', status('0000000000004000'), 'SIGQUIT', true],
    ['its own is handled', status('0000000000000004'), 'SIGQUIT', false],
    ['in short', status('0000000000000004'), 'QUIT', false],
    ['by number', status('0000000000000004'), '3', false],
    ['is waited for', status('0000000000000000', '0000000000004000'), null, false],
    ['has a name that nobody knows', status('0000000000000000'), 'SIGRTMIN+3', false],
    ['is for a process of the host', status('0000000000000000', undefined, '4711'), null, false],
    ['is for another than the first one', status('0000000000000000', undefined, '4711\t7'), null, false],
    ['nothing is known', '', null, false],
  ])('%s', (_, text, signal, ignored) => {
    expect(ignoresStop(text, signal)).toBe(ignored);
  });
});
