import { Agent, type ClientRequestArgs } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Small servers let few connections wait to be accepted (busybox httpd: nine). More at once than that, and the system drops some of them:
 * they come again after a second, or are reset.
 */
const CONNECTING_AT_ONCE = 8;

type Created = (error: Error | null, socket: Duplex) => void;

/** Connections to one application that are kept for the next request; only a few are opened at the same moment. */
export class UpstreamAgent extends Agent {
  #connecting = 0;
  #waiting: (() => void)[] = [];

  constructor() {
    super({ keepAlive: true, maxSockets: 1024, maxFreeSockets: 128, noDelay: true });
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
    let settled = false;
    const settle = (): void => {
      if (settled) return;
      settled = true;
      this.#connecting -= 1;
      this.#waiting.shift()?.();
    };
    socket.once('connect', settle);
    socket.once('close', settle);
    return socket;
  }
}
