import { createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Rights } from '../../src/rac/accounts/rights.js';
import type { AppSpec } from '../../src/rac/deploy/app-spec.js';
import type { Lifecycle, Servable, Tier, Upstream } from '../../src/rac/deploy/lifecycle.js';
import { openStore, type Store } from '../../src/rac/store/store.js';
import { openWake, type Wake, type WakeDeps } from '../../src/rac/wake/wake.js';

export const APP: AppSpec = {
  port: 8080,
  host: null,
  volumes: [],
  pauseAfter: 30_000,
  idle: 300_000,
  health: null,
  memory: 1 << 28,
  cpus: 1,
  concurrency: null,
  env: {},
  visibility: 'public',
  alwaysOn: false,
  startTimeout: 10_000,
  user: '',
  stopSignal: null,
};

/** A lifecycle that a test holds in its hand: each call waits until it is answered, and one that was not expected throws. */
export type FakeLifecycle = {
  readonly lifecycle: Lifecycle;
  /** Calls so far: `wake me/app`. */
  readonly calls: string[];
  readonly tiers: Map<string, Tier>;
  readonly served: Map<string, Servable>;
  /** What the next calls do; without one, a call throws. */
  readonly answers: Map<string, () => Promise<unknown>>;
  readonly change: (name: string, upstream: Upstream | null) => void;
};

export function fakeLifecycle(upstream: () => Upstream, canPause = true): FakeLifecycle {
  const calls: string[] = [];
  const tiers = new Map<string, Tier>();
  const served = new Map<string, Servable>();
  const answers = new Map<string, () => Promise<unknown>>();
  const listeners: ((name: string, upstream: Upstream | null) => void)[] = [];
  const act = async (what: string, name: string, to: Tier, still = () => true): Promise<void> => {
    calls.push(`${what} ${name}`);
    const answer = answers.get(`${what} ${name}`);
    if (answer === undefined) throw new Error(`unexpected: ${what} ${name}`);
    await answer();
    if (still()) tiers.set(name, to);
  };
  const tierOf = (name: string): Tier => tiers.get(name) ?? 'removed';
  const lifecycle: Lifecycle = {
    find: (host) => served.get(host) ?? { ok: false, name: null, reason: 'nothing' },
    tierOf,
    wake: async (name) => {
      const from = tierOf(name);
      await act('wake', name, 'running');
      return { ...upstream(), from };
    },
    pause: (name, still) => act('pause', name, 'paused', still),
    stop: (name, still) => act('stop', name, 'holder', still),
    remove: (name, still) => act('remove', name, 'removed', still),
    onChange: (listener) => {
      listeners.push(listener);
    },
    drained: (name, inUse) => {
      calls.push(`drained ${name}${inUse.map(({ port, release }) => ` but release ${release} on ${port}`).join('')}`);
    },
    canPause,
  };
  const change = (name: string, to: Upstream | null): void => {
    for (const listener of listeners) listener(name, to);
  };
  return { lifecycle, calls, tiers, served, answers, change };
}

export type WakeBed = FakeLifecycle & {
  readonly wake: Wake;
  readonly store: Store;
  readonly port: number;
  readonly backend: Server;
  /** What the application does; may be changed by a test. */
  readonly app: { handle: RequestListener };
  readonly upstream: Upstream;
  readonly clock: { now: number };
  readonly log: string[];
  readonly close: () => Promise<void>;
};

export type BedOptions = {
  readonly deps?: Partial<WakeDeps>;
  readonly settings?: Partial<WakeDeps['settings']>;
  /** Names that only account `alice` may see. */
  readonly private?: readonly string[];
};

/** The proxy on a port of its own, one application behind it that is served as `app.localhost`, asleep. */
export async function wakeBed(options: BedOptions = {}): Promise<WakeBed> {
  const app: { handle: RequestListener } = { handle: (_req, res) => res.end('hello') };
  const backend = createServer((req, res) => app.handle(req, res));
  await listening(backend);
  const upstream = { address: '127.0.0.1', port: portOf(backend), release: 1 };
  const fake = fakeLifecycle(() => upstream);
  fake.served.set('app.localhost', { ok: true, name: 'app', release: 1, app: APP });
  fake.answers.set('wake app', async () => undefined);
  const store = await openStore(':memory:');
  addName(store, 'app');
  const clock = { now: 1_000_000 };
  const log: string[] = [];
  let seed = 0;
  const write = (event: string, fields: object): void => void log.push(`${event} ${JSON.stringify(fields)}`);
  const wake = openWake({
    settings: { ...SETTINGS, ...options.settings },
    store,
    lifecycle: fake.lifecycle,
    rights: { pull: rightsOf(options.private ?? []) },
    identity: {
      byToken: (secret, address) => (secret === 'alice-token' ? aliceAt(address) : null),
      bySessionProof: (proof, address) => (proof === 'alice' ? aliceAt(address) : null),
    },
    log: { info: write, warn: write },
    now: () => clock.now,
    random: (bytes) => new Uint8Array(bytes).fill((seed += 1)),
    memory: () => ({ available: 90, total: 100 }),
    ...options.deps,
  });
  const { port } = await wake.start();
  const close = async (): Promise<void> => {
    await wake.stop();
    backend.closeAllConnections();
    backend.close();
    store.close();
  };
  return { ...fake, wake, store, port, backend, app, upstream, clock, log, close };
}

export function addName(store: Store, name: string): void {
  store.run('INSERT INTO name (name, label, created_at) VALUES (?, ?, 0)', name, name.replaceAll('/', '--'));
}

export const SETTINGS: WakeDeps['settings'] = {
  domain: 'localhost',
  proxyAddress: '127.0.0.1',
  proxyPort: 0,
  apiPort: 5090,
  publicUrl: null,
  tls: null,
  trustedProxies: [],
  limits: {
    memory: 1,
    cpus: 1,
    pids: 1,
    disk: 1,
    anonymousNames: 1,
    anonymousPushes: 1,
    accountNames: 1,
    accountPushes: 1,
    queue: 2000,
    startTimeout: 60_000,
  },
};

function rightsOf(names: readonly string[]): Rights['pull'] {
  return (who, name) =>
    names.includes(name) && !(who.kind === 'account' && who.account === 'alice')
      ? { ok: false, message: 'private' }
      : { ok: true };
}

function aliceAt(address: string) {
  return { kind: 'account', account: 'alice', admin: false, by: 'access', scope: null, address } as const;
}

export async function listening(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

export type Answer = {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly trailers: IncomingMessage['trailers'];
  readonly text: string;
};

export type Ask = {
  readonly host?: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  readonly address?: string;
};

/** One request over a connection of its own. */
export async function ask(port: number, what: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const out = request(
      {
        host: what.address ?? '127.0.0.1',
        port,
        agent: false,
        method: what.method ?? 'GET',
        path: what.path ?? '/',
        headers: { Host: what.host ?? 'app.localhost', ...what.headers } as Record<string, string>,
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            rawHeaders: answer.rawHeaders,
            trailers: answer.trailers,
            text,
          }),
        );
      },
    );
    out.on('error', reject);
    out.end(what.body);
  });
}

/** Sends bytes as they are; resolves with all that comes back when the other side has closed. */
export async function raw(port: number, bytes: string): Promise<string> {
  const socket = await connected(port);
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
    socket.write(bytes, 'latin1');
  });
}

export async function connected(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

/** Resolves when it is so; asks again and again. */
export async function until(so: () => boolean): Promise<void> {
  while (!so())
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 2);
    });
}
