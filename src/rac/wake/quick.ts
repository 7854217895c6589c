import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type ProxyDeps, refuse } from './asking.js';
import { bareResponse, refuseBare } from './bare.js';
import { answerOfBroken } from './carry.js';
import { type Outcome, QuickExchange } from './quick-exchange.js';
import { type Peer, type Plan, peerOf, type QuickRequest, readQuick } from './quick-request.js';
import type { Served } from './tiers.js';
import { requestIdOf } from './told.js';
import type { Visit } from './waiting-line.js';

/** Gives a connection to the HTTP library; what was read of it has been put back. */
export type ToLibrary = (socket: Socket) => void;

export type QuickDeps = Pick<
  ProxyDeps,
  'lookup' | 'tiers' | 'peers' | 'secure' | 'metrics' | 'usage' | 'finished' | 'log'
> & {
  /** Milliseconds until a first request comes, and between two. */
  readonly bounds: { readonly headers: number; readonly rest: number };
  readonly now: () => number;
};

/**
 * The quick way of plain requests to open names that are awake: bytes from one connection to another, without the HTTP library, whose
 * work for one small answer is several times as much. What is not plain goes to the library with all that came, and stays there.
 */
export type Quick = {
  readonly take: (socket: Socket, toLibrary: ToLibrary) => void;
  /** Ends connections at rest; the others after their answer. */
  readonly close: () => void;
};

export function openQuick(deps: QuickDeps): Quick {
  const clients = new Set<QuickClient>();
  const { headers, rest } = deps.bounds;
  const timer = setInterval(
    () => {
      for (const client of clients) client.expire();
    },
    Math.min(1_000, headers, rest),
  ).unref();
  return {
    take: (socket, toLibrary) => {
      clients.add(new QuickClient(deps, { socket, toLibrary, left: (client) => clients.delete(client) }));
    },
    close: () => {
      clearInterval(timer);
      for (const client of clients) client.close();
    },
  };
}

/** Bytes behind a request that are kept while it is answered. */
const MOST_KEPT = 65_536;

type Ends = {
  readonly socket: Socket;
  readonly toLibrary: ToLibrary;
  readonly left: (client: QuickClient) => void;
};

type Admitted = { readonly asked: QuickRequest; readonly served: Served; readonly visit: Visit };

/** One connection of a client. */
class QuickClient {
  readonly #deps: QuickDeps;
  readonly #ends: Ends;
  readonly #peer: Peer;
  #plan: Plan | null = null;
  #exchange: QuickExchange | null = null;
  #busy = false;
  #kept: Buffer | null = null;
  #since: number;
  #served = false;
  #closing = false;

  constructor(deps: QuickDeps, ends: Ends) {
    this.#deps = deps;
    this.#ends = ends;
    this.#peer = peerOf(ends.socket.remoteAddress, deps);
    this.#since = deps.now();
    const { socket } = ends;
    socket.on('data', this.#data);
    socket.on('end', this.#gone);
    socket.on('close', this.#gone);
    socket.on('timeout', this.#gone);
    socket.on('error', ignore);
  }

  /** Ends it when it has said nothing for too long. */
  expire(): void {
    if (this.#busy) return;
    const silent = this.#deps.now() - this.#since;
    if (this.#served && silent > this.#deps.bounds.rest) this.#gone();
    else if (!this.#served && silent > this.#deps.bounds.headers) {
      this.#leave();
      this.#deps.metrics.refused('malformed');
      refuseBare(this.#ends.socket, '408 Request Timeout');
    }
  }

  close(): void {
    this.#closing = true;
    if (!this.#busy) this.#gone();
  }

  readonly #data = (chunk: Buffer): void => {
    if (!this.#busy) {
      this.#guard(() => this.#begin(chunk));
      return;
    }
    this.#kept = this.#kept === null ? chunk : Buffer.concat([this.#kept, chunk]);
    if (this.#kept.length > MOST_KEPT) this.#ends.socket.pause();
  };

  readonly #gone = (): void => {
    this.#exchange?.gone();
    this.#leave();
    this.#ends.socket.destroy();
  };

  // One request that nobody thought of must not end the requests of all.
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#deps.log.warn('request-failed', { problem: String(error) });
      this.#gone();
    }
  }

  #leave(): void {
    const { socket, left } = this.#ends;
    left(this);
    socket.off('data', this.#data);
    socket.off('end', this.#gone);
    socket.off('close', this.#gone);
    socket.off('timeout', this.#gone);
  }

  #begin(chunk: Buffer): void {
    const admitted = this.#admitted(chunk);
    if (admitted === null) this.#toLibrary(chunk);
    else this.#exchangeOf(admitted, chunk);
  }

  #admitted(chunk: Buffer): Admitted | null {
    const asked = readQuick(chunk, this.#peer, this.#plan);
    if (asked === null) return null;
    const { servable, open } = this.#deps.lookup.find(asked.plan.checked.host);
    const visit = open && servable.ok ? this.#deps.tiers.tryEnter(servable) : null;
    if (visit === null || !servable.ok) return null;
    if (!visit.pool.lines.full()) return { asked, visit, served: servable };
    visit.leave();
    return null;
  }

  #exchangeOf({ asked, served, visit }: Admitted, chunk: Buffer): void {
    const { metrics, usage } = this.#deps;
    const { plan, target } = asked;
    const id = requestIdOf(plan.toldId);
    const closed = metrics.opened('request');
    this.#plan = plan;
    this.#busy = true;
    const done = (outcome: Outcome, status: number): void => {
      visit.leave();
      closed();
      this.#exchange = null;
      if (outcome === 'answered' || outcome === 'over') {
        metrics.answered(status);
        usage.count(served.name, status);
      }
      this.#after(outcome, { asked, served, visit, id, chunk });
    };
    const exchange = new QuickExchange({
      socket: this.#ends.socket,
      guard: (work) => this.#guard(work),
      lines: visit.pool.lines,
      host: plan.checked.host,
      request: `GET ${target} HTTP/1.1\r\n${plan.headers}${id}\r\n\r\n`,
      own: () => `X-Request-Id: ${id}\r\n${this.#connection(plan)}\r\n`,
      done,
    });
    if (this.#busy) this.#exchange = exchange;
  }

  #connection({ last }: Plan): string {
    if (last || this.#closing) return 'Connection: close\r\n';
    return `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(this.#deps.bounds.rest / 1000)}\r\n`;
  }

  #after(outcome: Outcome, was: Admitted & { readonly id: string; readonly chunk: Buffer }): void {
    this.#busy = false;
    if (outcome === 'unsent') {
      this.#deps.tiers.lost(was.served.name, was.visit);
      // Nothing was sent: the library's way wakes it again.
      this.#toLibrary(was.chunk);
    } else if (outcome === 'broken') this.#sayBroken(was);
    else if (outcome === 'answered') this.#goOn(was.asked.plan);
  }

  #goOn({ last }: Plan): void {
    const { socket } = this.#ends;
    this.#served = true;
    this.#since = this.#deps.now();
    if (last || this.#closing) {
      this.#leave();
      socket.destroySoon();
      return;
    }
    const kept = this.#kept;
    this.#kept = null;
    if (kept === null) return;
    if (socket.isPaused()) socket.resume();
    this.#begin(kept);
  }

  #sayBroken({ asked, served, id }: Admitted & { readonly id: string }): void {
    const { socket } = this.#ends;
    this.#leave();
    this.#deps.log.warn('no-answer', { id, name: served.name, how: 'broken' });
    const req = new IncomingMessage(socket);
    req.rawHeaders.push(...asked.plan.rawHeaders);
    req.complete = true;
    refuse(this.#deps, { req, res: bareResponse(req, socket), id }, answerOfBroken('broken'));
  }

  #toLibrary(chunk: Buffer): void {
    const { socket, toLibrary } = this.#ends;
    const bytes = this.#kept === null ? chunk : Buffer.concat([chunk, this.#kept]);
    this.#leave();
    socket.pause();
    socket.unshift(bytes);
    toLibrary(socket);
    socket.off('error', ignore);
    socket.resume();
  }
}

function ignore(): void {
  /* told by `close` */
}
