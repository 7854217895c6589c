import { PodctlError } from '../../core/errors.js';
import { statusOf } from '../../engine/api.js';
import { holderBody } from './box.js';
import type { Calls } from './calls.js';
import type { Log } from './deployment.js';
import { isRouted, type Subnet, subnetOf } from './subnets.js';

/** A network with a holder in it: the address at which an application answers, before the application is there. */
export type Place = {
  readonly slot: number;
  readonly network: string;
  readonly holder: string;
  /** Where the proxy reaches it. */
  readonly address: string;
  /** Where that is 127.0.0.1; null: the application's own port. */
  readonly publishedPort: number | null;
};

export type PlacesDeps = {
  readonly calls: Calls;
  readonly instance: string;
  readonly image: string;
  /** Places that stand ready. Where ports have to be published they depend on the application: none. */
  readonly spare: number;
  readonly reach: 'bridge' | 'published';
  /** Text of /proc/net/route; '' where there is none. */
  readonly routes: () => Promise<string>;
  readonly log: Log;
};

const MOST_TRIES = 16;
const SLOTS = 0x1_00_00;

/** Places for applications. Those that stand ready take the network's set-up, two thirds of a start, out of the way of a request. */
export class Places {
  readonly #deps: PlacesDeps;
  readonly #ready: Place[] = [];
  readonly #used = new Set<number>();
  readonly #taken = new Map<number, Place>();
  #next = 0;
  #filling: Promise<void> | null = null;
  #closed = false;

  constructor(deps: PlacesDeps) {
    this.#deps = deps;
  }

  /** One for an application with that port. Whoever takes it calls `fill` when the start is over: the next one must not be made beside it. */
  async take(port: number): Promise<Place> {
    const place = this.#ready.shift() ?? (await this.#make(port));
    this.#taken.set(place.slot, place);
    return place;
  }

  /** Take a place away; it is not used again, so that nothing of one application is left for another. */
  async give({ slot, network, holder }: Place): Promise<void> {
    const { calls } = this.#deps;
    await calls.removeContainer(holder);
    await calls.removeNetwork(network);
    this.#taken.delete(slot);
    this.#used.delete(slot);
  }

  /** Make the places that are missing. Failures are logged: they show when one is really needed. */
  fill(): Promise<void> {
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = null;
    });
    return this.#filling;
  }

  async #fill(): Promise<void> {
    const { spare, reach, log } = this.#deps;
    try {
      if (reach !== 'bridge') return;
      while (!this.#closed && this.#ready.length < spare) this.#ready.push(await this.#make(0));
    } catch (error) {
      log('place-failed', { reason: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Holders that are ready or being made. */
  holders(): ReadonlySet<string> {
    return new Set([...this.#ready, ...this.#taken.values()].map(({ holder }) => holder));
  }

  /** Networks of every place that is known or being made. */
  networks(): readonly string[] {
    return [...this.#used].map((slot) => `rac-${this.#deps.instance}-${slot}`);
  }

  /** A slot that was found in use. */
  reserve(slot: number): void {
    this.#used.add(slot);
  }

  /** The engine was away: what stood ready may stand no more, and is found again or taken away as any other. */
  lost(): void {
    this.#ready.splice(0);
    this.#taken.clear();
    this.#used.clear();
  }

  /** Give the ready ones back, and make no more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#filling;
    for (const place of this.#ready.splice(0)) await this.give(place);
  }

  async #make(port: number): Promise<Place> {
    const { calls, instance, image, reach } = this.#deps;
    const { slot, network } = await this.#network();
    const published = reach === 'published' ? port : null;
    const body = holderBody({ ...calls.owned, image, network, slot, port: published });
    try {
      const holder = await calls.create(`rac-${instance}-hold-${slot}`, body);
      await calls.start(holder);
      const seen = await calls.inspect(holder);
      if (seen === null) throw new PodctlError('UNAVAILABLE', 'a network holder is gone right after its start');
      const address = published === null ? seen.address : '127.0.0.1';
      return { slot, network, holder, address, publishedPort: published === null ? null : seen.publishedPort };
    } catch (error) {
      await calls.removeContainer(`rac-${instance}-hold-${slot}`);
      await calls.removeNetwork(network);
      this.#used.delete(slot);
      throw error;
    }
  }

  async #network(): Promise<{ readonly slot: number; readonly network: string }> {
    const { calls, instance, routes } = this.#deps;
    const there = await routes();
    for (let tries = 1; ; tries++) {
      const slot = this.#slot(there);
      const subnet: Subnet = subnetOf(instance, slot);
      const network = `rac-${instance}-${slot}`;
      try {
        await calls.makeNetwork({ name: network, ...subnet });
        return { slot, network };
      } catch (error) {
        // An address range of somebody else stays in `used`: it is not tried again.
        if (tries >= MOST_TRIES || statusOf(error) === null) throw error;
      }
    }
  }

  #slot(routes: string): number {
    const { instance } = this.#deps;
    for (let looked = 0; looked < SLOTS; looked++) {
      const slot = this.#next;
      this.#next = (slot + 1) % SLOTS;
      if (this.#used.has(slot) || isRouted(routes, subnetOf(instance, slot))) continue;
      this.#used.add(slot);
      return slot;
    }
    throw new PodctlError(
      'HOST_SETTING',
      'no network is left for an application: routes lead into all of 10.128.0.0/10',
      {
        hint: 'see `ip route`: RAC needs a part of that range which nothing else uses, for instance beside a VPN that takes all of 10.0.0.0/8',
      },
    );
  }
}
