import { Agent, type ClientRequestArgs } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Small servers let few connections wait to be accepted (busybox httpd: nine). More at once than that, and the system drops some of them:
 * they come again after a second, or are reset.
 */
const CONNECTING_AT_ONCE = 8;

/**
 * Milliseconds for a connection to be made. Where an application went with its engine nobody says so much as no, and the system tries for
 * two minutes; one that is only slow to accept gets the system's second and third try.
 */
const CONNECT_MS = 5_000;

type Created = (error: Error | null, socket: Duplex) => void;

/** Connections to one application that are kept for the next request; only a few are opened at the same moment. */
export class UpstreamAgent extends Agent {
  readonly #patience: number;
  #connecting = 0;
  #waiting: (() => void)[] = [];

  /** `patience`: milliseconds for a connection to be made. */
  constructor(patience = CONNECT_MS) {
    super({ keepAlive: true, maxSockets: 1024, maxFreeSockets: 128, noDelay: true });
    this.#patience = patience;
  }

  override createConnection(options: ClientRequestArgs, created: Created): Socket | undefined {
    if (this.#connecting < CONNECTING_AT_ONCE) return this.#open(options);
    this.#waiting.push(() => created(null, this.#open(options)));
    return undefined;
  }

  /** A connection that the agent does not keep; `begun` is called now, or when it is its turn. */
  connect(options: Pick<ClientRequestArgs, 'host' | 'port'>, begun: (socket: Socket) => void): void {
    if (this.#connecting < CONNECTING_AT_ONCE) begun(this.#open(options));
    else this.#waiting.push(() => begun(this.#open(options)));
  }

  #open({ host, port }: Pick<ClientRequestArgs, 'host' | 'port'>): Socket {
    this.#connecting += 1;
    const socket = connect({ host: host ?? '127.0.0.1', port: Number(port), noDelay: true });
    const late = setTimeout(() => socket.destroy(new ConnectTimeout()), this.#patience);
    let settled = false;
    const settle = (): void => {
      if (settled) return;
      settled = true;
      clearTimeout(late);
      this.#connecting -= 1;
      this.#waiting.shift()?.();
    };
    socket.once('connect', settle);
    socket.once('close', settle);
    return socket;
  }
}

/** What a connection that was not made in time ends with; nothing was sent there. */
export const NOT_CONNECTED = 'ERR_NOT_CONNECTED';

class ConnectTimeout extends Error {
  readonly code = NOT_CONNECTED;

  constructor() {
    super('the connection was not made in time');
  }
}
