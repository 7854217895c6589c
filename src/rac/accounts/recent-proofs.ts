import { createHmac, randomBytes } from 'node:crypto';

/** A password as somebody gave it. */
export type Proof = { readonly name: string; readonly password: string; readonly address: string };

/**
 * Remembers for some minutes which passwords were right, so that an engine that sends its password with every request is neither throttled
 * nor waits for the slow hash each time; and lets the same question that is asked twice at once be answered once. What is remembered is an
 * HMAC under a key of this process, nothing that could be tried out elsewhere. Wrong passwords are never remembered.
 */
export type RecentProofs<T> = {
  /** `hash`: what the account has now; a new password has another one. */
  readonly isRight: (proof: Proof, hash: string) => boolean;
  readonly remember: (proof: Proof, hash: string) => void;
  readonly once: (proof: Proof, work: () => Promise<T>) => Promise<T>;
};

const KEPT_MS = 5 * 60_000;
const MOST = 5_000;

export function openRecentProofs<T>(now: () => number): RecentProofs<T> {
  const secret = randomBytes(32);
  const right = new Map<string, { readonly hash: string; readonly until: number }>();
  const asked = new Map<string, Promise<T>>();
  const keyOf = ({ name, password, address }: Proof): string =>
    createHmac('sha256', secret)
      .update(JSON.stringify([name, password, address]))
      .digest('base64');
  return {
    isRight: (proof, hash) => {
      const found = right.get(keyOf(proof));
      return found !== undefined && found.hash === hash && found.until > now();
    },
    remember: (proof, hash) => {
      const key = keyOf(proof);
      right.delete(key);
      right.set(key, { hash, until: now() + KEPT_MS });
      const [oldest] = right.keys();
      if (right.size > MOST && oldest !== undefined) right.delete(oldest);
    },
    once: async (proof, work) => {
      const key = keyOf(proof);
      const running = asked.get(key) ?? work();
      asked.set(key, running);
      try {
        return await running;
      } finally {
        asked.delete(key);
      }
    },
  };
}
