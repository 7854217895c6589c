import { PodctlError } from '../../core/errors.js';
import { turns } from '../turns.js';

/** Password hashing: argon2id. */
export type Hasher = {
  readonly hash: (password: string) => Promise<string>;
  /** False for a wrong password, and for a hash that cannot be read. */
  readonly verify: (hash: string, password: string) => Promise<boolean>;
};

// OWASP's figures for argon2id: 19 MiB, two passes, one lane; 30 ms on a slow core.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
// More at a time only take longer, and each needs its memory; who waits longer than these has gone.
const AT_A_TIME = 2;
const MOST_WAITING = 64;

/** The real one. Loads its package when it is first used; throws UNAVAILABLE where that is not installed, TRY_AGAIN when too many wait. */
export function argon2Hasher(): Hasher {
  const inTurn = turns(AT_A_TIME, MOST_WAITING);
  return {
    hash: (password) =>
      inTurn(async () => {
        const { hash } = await loadArgon2();
        return hash(password, COST);
      }),
    verify: (hash, password) =>
      inTurn(async () => {
        const { verify } = await loadArgon2();
        return verify(hash, password).catch(() => false);
      }),
  };
}

async function loadArgon2() {
  try {
    return await import('@node-rs/argon2');
  } catch (error) {
    throw new PodctlError('UNAVAILABLE', 'the package `@node-rs/argon2`, which hashes passwords, is not installed', {
      hint: 'run npm install @node-rs/argon2@2 beside podctl; it brings a binary for Linux, macOS and Windows',
      cause: error,
    });
  }
}
