import type { Tier } from '../deploy/lifecycle.js';
import type { Pool } from './pool.js';

/** A request that may go to the application. `leave` is called once, when its last byte has gone or either side has gone away. */
export type Visit = {
  readonly ok: true;
  readonly pool: Pool;
  /** It waited for this start; `ms` is how long the start took. */
  readonly cold: { readonly from: Tier; readonly ms: number } | null;
  readonly leave: () => void;
};

/** `retryAfter` is in seconds. */
export type Refusal = {
  readonly ok: false;
  readonly status: 502 | 503;
  readonly reason: string;
  readonly retryAfter: number;
};

type Waiter = { readonly since: number; readonly answer: (result: Visit | Refusal) => void; cold: Visit['cold'] };

/** The requests of one name that wait for its start, or for room; who comes first goes first. */
export class WaitingLine {
  #waiters: Waiter[] = [];

  get length(): number {
    return this.#waiters.length;
  }

  /** `since`: now. `signal`: the client has gone. */
  join(since: number, signal: AbortSignal): Promise<Visit | Refusal> {
    return new Promise((resolve) => {
      const waiter: Waiter = { since, answer: resolve, cold: null };
      this.#waiters.push(waiter);
      signal.addEventListener('abort', () => this.#forget(waiter), { once: true });
    });
  }

  /** All of them have waited for this start. */
  tellStart(cold: Visit['cold']): void {
    for (const waiter of this.#waiters) waiter.cold = cold;
  }

  /** The first one goes in. False: nobody waits. */
  admitOne(admit: (cold: Visit['cold']) => Visit): boolean {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) return false;
    waiter.answer(admit(waiter.cold));
    return true;
  }

  refuseAll(refusal: Refusal): void {
    for (const { answer } of this.#waiters.splice(0)) answer(refusal);
  }

  /** Sends away who came before that time. */
  expire(before: number): void {
    const late = this.#waiters.filter(({ since }) => since < before);
    this.#waiters = this.#waiters.filter(({ since }) => since >= before);
    for (const { answer } of late)
      answer({ ok: false, status: 503, reason: 'it did not answer in time', retryAfter: 5 });
  }

  #forget(waiter: Waiter): void {
    const place = this.#waiters.indexOf(waiter);
    if (place >= 0) this.#waiters.splice(place, 1);
  }
}
