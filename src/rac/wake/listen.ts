import { createServer, type IncomingMessage, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { RacSettings } from '../settings.js';
import { bareResponse, refuseBare } from './bare.js';
import { type FollowDeps, followCertificate, readCertificate } from './certificate.js';
import { MOST_HEADERS } from './check-request.js';
import type { Metrics } from './metrics.js';
import type { Proxy } from './proxy.js';
import type { Quick } from './quick.js';

export type ListenBounds = {
  /** Milliseconds until the headers of a request are there, and between two requests of one connection. */
  readonly headers: number;
  readonly rest: number;
  readonly connections: number;
  /** Bytes. */
  readonly headerSize: number;
  /** Milliseconds until a renewed certificate is looked for again. */
  readonly certificate: number;
};

export const LISTEN_BOUNDS: ListenBounds = {
  headers: 15_000,
  rest: 20_000,
  connections: 4_000,
  headerSize: 32_768,
  certificate: 60_000,
};

export type Listening = { readonly port: number; readonly close: () => Promise<void> };

type Door = {
  readonly settings: Pick<RacSettings, 'proxyAddress' | 'proxyPort' | 'tls'>;
  readonly proxy: Proxy;
  readonly quick: Quick;
  readonly metrics: Pick<Metrics, 'refused' | 'answered'>;
  readonly bounds: ListenBounds;
  readonly warn: FollowDeps['warn'];
  /** Connections that got their last answer. */
  readonly finished: WeakSet<object>;
};

/** Opens the proxy's port. Rejects with what the system says where that cannot be. */
export async function listen(door: Door): Promise<Listening> {
  const server = openServer(door);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: door.settings.proxyAddress, port: door.settings.proxyPort, backlog: 4096 }, resolve);
  });
  return { port: portOf(server.address()), close: () => closeAll(server, sockets, door.quick) };
}

function openServer(door: Door): Server {
  const { proxy, metrics, bounds } = door;
  const server = serverOf(door);
  takeFirst(server, door);
  server.maxConnections = bounds.connections;
  server.maxHeadersCount = MOST_HEADERS + 1;
  server.timeout = 0;
  server.on('request', proxy.handle);
  server.on('checkContinue', proxy.handle);
  server.on('checkExpectation', proxy.handle);
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => upgrade(proxy, req, { socket, head }));
  server.on('connect', (_req, socket: Duplex) => refuseBare(socket, '405 Method Not Allowed'));
  server.on('drop', () => metrics.refused('connections'));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (door.finished.has(socket)) {
      socket.destroy();
      return;
    }
    metrics.refused('malformed');
    refuseBare(socket, STATUS[error.code ?? ''] ?? '400 Bad Request');
  });
  return server;
}

const STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

// The library's own listeners get what does not go the quick way.
function takeFirst(server: Server, { settings, quick }: Door): void {
  const event = settings.tls === null ? 'connection' : 'secureConnection';
  const library = server.listeners(event);
  server.removeAllListeners(event);
  const toLibrary = (socket: Socket): void => {
    for (const listener of library) Reflect.apply(listener, server, [socket]);
  };
  server.on(event, (socket: Socket) => quick.take(socket, toLibrary));
}

function serverOf({ settings, bounds, warn }: Door): Server {
  const options: ServerOptions = {
    headersTimeout: bounds.headers,
    // Of a whole request: an upload may take hours. What stands still is ended by `forward`.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(1_000, bounds.headers),
    keepAliveTimeout: bounds.rest,
    maxHeaderSize: bounds.headerSize,
    insecureHTTPParser: false,
    // `checkRequest` says it in its own words.
    requireHostHeader: false,
    noDelay: true,
    // Who vanishes without a word, with a WebSocket or a stream open, would keep the application awake for ever.
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
  };
  if (settings.tls === null) return createServer(options);
  const now = readCertificate(settings.tls);
  const server = createTlsServer({ ...options, ...now, ALPNProtocols: ['http/1.1'] });
  server.once('close', followCertificate(server, { files: settings.tls, now, every: bounds.certificate, warn }));
  return server;
}

// Node hands the bare connection over for every protocol that is asked for. Others than WebSocket are not offered: such a request is
// answered as if it had not asked.
function upgrade(proxy: Proxy, req: IncomingMessage, bare: { socket: Duplex; head: Buffer }): void {
  proxy.upgrade(req, bareResponse(req, bare.socket), bare);
}

async function closeAll(server: Server, sockets: ReadonlySet<Socket>, quick: Quick): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  quick.close();
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, CLOSE_MS);
  await closed;
  clearTimeout(timer);
}

/** Requests under way get so long when RAC ends. */
const CLOSE_MS = 3_000;

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
