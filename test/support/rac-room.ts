import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realFiles } from '../../src/io/files.js';
import type { Hasher } from '../../src/rac/accounts/hasher.js';
import { type AccountsRoom, openAccountsRoom } from '../../src/rac/accounts/room.js';
import { type Audit, openAudit } from '../../src/rac/store/audit.js';
import { openStore, type Store } from '../../src/rac/store/store.js';

/** A clock that a test moves. */
export type HeldClock = { now: () => number; pass: (milliseconds: number) => void };

export function heldClock(start = Date.parse('2026-06-01T12:00:00Z')): HeldClock {
  let now = start;
  return {
    now: () => now,
    pass: (milliseconds) => {
      now += milliseconds;
    },
  };
}

/** Hashes nothing, and counts what it is asked. */
export type CountingHasher = Hasher & { readonly asked: string[] };

export function countingHasher(): CountingHasher {
  const asked: string[] = [];
  return {
    asked,
    hash: (password) => {
      asked.push('hash');
      return Promise.resolve(`plain:${password}`);
    },
    verify: (hash, password) => {
      asked.push('verify');
      return Promise.resolve(hash === `plain:${password}`);
    },
  };
}

/** The accounts of a RAC in a memory database. */
export type TestRoom = AccountsRoom & {
  readonly store: Store;
  readonly audit: Audit;
  readonly clock: HeldClock;
  readonly hasher: CountingHasher;
  /** What was told of claims. */
  readonly unclaimed: readonly string[];
  readonly told: { readonly name: string; readonly held: boolean }[];
};

export const PASSWORD = 'four words make one';

/** `names`: how many an account may own. */
export async function openTestRoom(options: { readonly names?: number } = {}): Promise<TestRoom> {
  const home = mkdtempSync(join(tmpdir(), 'podctl-rac-room-'));
  try {
    const store = await openStore(':memory:');
    const clock = heldClock();
    const audit = openAudit(store, clock.now);
    const hasher = countingHasher();
    const unclaimed: string[] = [];
    const told: { name: string; held: boolean }[] = [];
    const room = await openAccountsRoom({
      store,
      audit,
      hasher,
      home,
      files: realFiles(),
      now: clock.now,
      registryHost: '127.0.0.1:5100',
      accountNames: options.names ?? 5,
      anonymousTtl: 86_400_000,
      onUnclaimed: (name) => {
        unclaimed.push(name);
        return Promise.resolve();
      },
      onClaimed: (change) => {
        told.push(change);
        return Promise.resolve();
      },
    });
    return { ...room, store, audit, clock, hasher, told, unclaimed };
  } finally {
    rmSync(home, { recursive: true });
  }
}

/** An account that is logged in from an address. */
export async function signedUp(room: TestRoom, name: string, address = '192.0.2.1') {
  const { account } = await room.accounts.signup({ name, password: PASSWORD, address, label: 'test' });
  return account;
}
