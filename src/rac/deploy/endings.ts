import type { Clock } from '../../io/clock.js';
import type { Log } from './deployment.js';
import type { Upstream } from './lifecycle.js';
import { type Standing, type Standings, upstreamOf } from './standings.js';

export type EndingsDeps = { readonly standings: Pick<Standings, 'end'>; readonly clock: Clock; readonly log: Log };

/** How long requests may go on with a container that another one has replaced. */
const DRAIN_MS = 30_000;
/** The first requests to what took over come before the machine is busy with the end of the old one. */
const QUIET_MS = 1_000;

/** Containers that have been replaced, and are on their way out. */
export class Endings {
  readonly #deps: EndingsDeps;
  /** Ends the waiting for a container's last requests; `hurry` also the quiet after it. */
  readonly #draining = new Map<Standing, { readonly end: () => void; readonly hurry: () => void }>();
  readonly #ending = new Map<Promise<void>, string>();

  constructor(deps: EndingsDeps) {
    this.#deps = deps;
  }

  /** Takes it away. `drains`: its last requests get time first. */
  add(old: Standing, drains: boolean): void {
    const kept = this.#quiet(drains ? this.#drain(old) : this.#deps.standings.end(old, false));
    this.#ending.set(kept, old.name);
    void kept.finally(() => this.#ending.delete(kept));
  }

  /** The proxy has requests left only on these. */
  drained(name: string, inUse: readonly Upstream[]): void {
    for (const [old, { end }] of this.#draining) {
      if (old.name === name && !inUse.some((one) => answersAt(one, old))) end();
    }
  }

  /** What is still being taken away of a name, or of all, is gone; nobody's last requests are waited for. */
  async settled(name: string | null = null): Promise<void> {
    for (const [old, { hurry }] of this.#draining) if (name === null || old.name === name) hurry();
    await Promise.all([...this.#ending].flatMap(([work, whose]) => (name === null || whose === name ? [work] : [])));
  }

  async #drain(old: Standing): Promise<void> {
    const { clock } = this.#deps;
    const [over, now] = [new AbortController(), new AbortController()];
    const end = (): void => over.abort();
    const hurry = (): void => {
      over.abort();
      now.abort();
    };
    this.#draining.set(old, { end, hurry });
    await clock.sleep(DRAIN_MS, over.signal);
    await clock.sleep(QUIET_MS, now.signal);
    this.#draining.delete(old);
    await this.#deps.standings.end(old, true);
  }

  async #quiet(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#deps.log('end-failed', { reason: error instanceof Error ? error.message : String(error) });
    }
  }
}

// An address is given away anew only when what stood there has ended.
function answersAt({ address, port }: Upstream, standing: Standing): boolean {
  const own = upstreamOf(standing);
  return own.address === address && own.port === port;
}
