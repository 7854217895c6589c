import { describe, expect, it } from 'vitest';
import { ownerState, ownerWord } from '../../src/engine/owner.js';
import { disk, HOST } from './fakes.js';

const stat = (started: string): string => `4242 (node) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ${started} 0`;

function machine(parts: { readonly started?: string; readonly boot?: string; readonly name?: string } = {}) {
  return disk({
    '/proc/4242/stat': stat(parts.started ?? '77'),
    '/proc/sys/kernel/random/boot_id': `${parts.boot ?? 'boot'}\n`,
    '/proc/sys/kernel/hostname': `${parts.name ?? 'ann'}\n`,
    '/etc/machine-id': 'm1\n',
  });
}

const deps = (files = machine(), alive = true) => ({ host: HOST, files, isAlive: () => alive });

describe('the owner of a run', () => {
  it.each([
    ['still runs', deps(), 'alive'],
    ['ended', deps(machine(), false), 'gone'],
    ['ended, and another process has its number', deps(machine({ started: '99' })), 'gone'],
    ['ended with the machine, which started again', deps(machine({ boot: 'next' })), 'gone'],
    ['ran on another machine, or in another container', deps(machine({ name: 'bob' }), false), 'elsewhere'],
  ])('%s', async (_what, later, expected) => {
    expect(await ownerState(await ownerWord(deps()), later)).toBe(expected);
  });

  it.each(['', 'x', '12', '12@boot', 'a@b@c@d'])('%j is nobody to judge', async (word) => {
    expect(await ownerState(word, deps())).toBe('elsewhere');
  });

  it('is told by its number alone where there is no more to know', async () => {
    const mac = { ...deps(), host: { ...HOST, platform: 'darwin' as const } };
    const word = await ownerWord(mac);
    expect(await ownerState(word, mac)).toBe('alive');
    expect(await ownerState(word, { ...mac, isAlive: () => false })).toBe('gone');
  });
});
