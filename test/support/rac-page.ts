import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PodctlError } from '../../src/core/errors.js';
import { realClock } from '../../src/io/clock.js';
import { realFiles } from '../../src/io/files.js';
import { accountRoutes } from '../../src/rac/accounts/account-routes.js';
import { openAccountsRoom } from '../../src/rac/accounts/room.js';
import type { Tier } from '../../src/rac/deploy/lifecycle.js';
import type { LogLine, Releases } from '../../src/rac/deploy/releases.js';
import { listen } from '../../src/rac/listen.js';
import { openAudit } from '../../src/rac/store/audit.js';
import { openStore, type Store } from '../../src/rac/store/store.js';
import { readPage } from '../../src/rac/web/page-files.js';
import type { Traffic } from '../../src/rac/web/traffic.js';
import { webRoutes } from '../../src/rac/web/web-routes.js';
import { freePort } from './machine.js';
import { release } from './rac-web.js';

const TEMPLATES = fileURLToPath(new URL('../../templates', import.meta.url));

/**
 * RAC's server with its real accounts, database and page, over a stand-in for the engine: releases move in the database, and logs are
 * what the test writes.
 */
export type PageServer = {
  readonly url: string;
  readonly store: Store;
  /** What the page had done to releases, one line each. */
  readonly calls: string[];
  readonly values: Record<string, string>;
  /** Lines of the one application's log, from now on. */
  readonly write: (line: LogLine) => void;
  readonly traffic: { now: Traffic };
  readonly tiers: Map<string, Tier>;
  readonly close: () => Promise<void>;
};

const NO_TRAFFIC: Traffic = { requests: 0, failures: 0, openStreams: 0, lastRequestAt: null, wakes: [] };

export async function startPageServer(): Promise<PageServer> {
  const store = await openStore(':memory:');
  const audit = openAudit(store, Date.now);
  const home = mkdtempSync(join(tmpdir(), 'podctl-page-'));
  const port = await freePort();
  const log = openLog();
  const parts = { calls: [], values: {}, traffic: { now: NO_TRAFFIC }, tiers: new Map<string, Tier>() };
  const { accounts, claims, identity, rights, hostSecret } = await openAccountsRoom({
    store,
    audit,
    files: realFiles(),
    now: Date.now,
    home,
    registryHost: '127.0.0.1:5100',
    accountNames: 10,
    anonymousTtl: 1,
    onClaimed: () => Promise.resolve(),
    onUnclaimed: () => Promise.resolve(),
    // Quick, so that a test signs in at once; the real one has tests of its own.
    hasher: {
      hash: (text) => Promise.resolve(`plain ${text}`),
      verify: (hash, text) => Promise.resolve(hash === `plain ${text}`),
    },
  });
  const app = webRoutes({
    store,
    identity,
    rights,
    sessions: accounts,
    releases: movingReleases(store, parts.calls, log),
    variables: keptVariables(parts.values),
    lifecycle: { tierOf: (name) => parts.tiers.get(name) ?? 'holder' },
    trafficOf: () => parts.traffic.now,
    settings: {
      domain: 'localhost',
      apiPort: port,
      registryPort: 5100,
      proxyPort: 8080,
      tls: null,
      publicUrl: null,
      registryHost: '',
      trustedProxies: [],
    },
    files: await readPage(realFiles(), TEMPLATES),
    rooms: [{ path: '/api/v1', app: accountRoutes({ accounts, claims, rights, audit, hostSecret }) }],
    warn: (event, fields) => void process.stderr.write(`${event} ${JSON.stringify(fields)}\n`),
    sleep: realClock.sleep,
  });
  const listening = await listen(app, '127.0.0.1', port);
  const close = async (): Promise<void> => {
    log.end();
    await listening.close();
    store.close();
    rmSync(home, { recursive: true });
  };
  return { url: `http://127.0.0.1:${port}`, store, ...parts, write: log.write, close };
}

type Log = {
  readonly read: (signal?: AbortSignal) => AsyncGenerator<LogLine>;
  readonly write: (line: LogLine) => void;
  readonly end: () => void;
};

function openLog(): Log {
  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  let ended = false;
  const wake = (): void => {
    for (const go of waiting) go();
    waiting.clear();
  };
  return {
    read: async function* (signal) {
      signal?.addEventListener('abort', wake);
      const isOver = (): boolean => ended || signal?.aborted === true;
      for (let at = 0; !isOver(); ) {
        const line = lines[at];
        if (line === undefined) {
          await new Promise<void>((resolve) => waiting.add(resolve));
          continue;
        }
        at += 1;
        yield line;
      }
    },
    write: (line) => {
      lines.push(line);
      wake();
    },
    end: () => {
      ended = true;
      wake();
    },
  };
}

function movingReleases(store: Store, calls: string[], log: Log): Releases {
  const set = (name: string, sql: string, ...values: readonly (string | number)[]): Promise<void> => {
    store.run(`UPDATE name SET ${sql} WHERE name = ?`, ...values, name);
    return Promise.resolve();
  };
  const to = async (name: string, id: number | null, what: string): Promise<ReturnType<typeof release>> => {
    calls.push(`${what} ${name} ${id}`);
    const current = store.get('SELECT current_release AS id FROM name WHERE name = ?', name);
    const wanted = id ?? Number(current?.['id']);
    if (what === 'rollback') await set(name, 'current_release = ?', wanted);
    if (what === 'pin') await set(name, 'pinned_release = ?', wanted);
    return release({ id: wanted, name });
  };
  return {
    list: () => [],
    state: (name) => problemOf(store, name),
    rollback: (name, id) => to(name, id, 'rollback'),
    pin: (name, id) => to(name, id, 'pin'),
    unpin: async (name) => {
      await set(name, 'pinned_release = NULL');
      return to(name, null, 'unpin');
    },
    stop: (name) => set(name, "wanted = 'off'"),
    start: (name) => set(name, "wanted = 'on'"),
    remove: (name) => {
      calls.push(`remove ${name}`);
      return Promise.resolve();
    },
    settle: () => Promise.resolve(),
    logs: (_, { signal }) => log.read(signal),
    exec: () => Promise.reject(new PodctlError('REFUSED', 'there is nothing to run programs in')),
  };
}

function problemOf(store: Store, name: string): ReturnType<Releases['state']> {
  const row = store.get("SELECT problem FROM release WHERE name = ? AND state = 'failed' ORDER BY id DESC", name);
  const problem = typeof row?.['problem'] === 'string' ? row['problem'] : null;
  return { name, tier: 'holder', wanted: 'on', current: null, pinned: null, warnings: [], problem, disk: null };
}

type Kept = { key: string; setAt: number; setBy: string };

function keptVariables(values: Record<string, string>): Parameters<typeof webRoutes>[0]['variables'] {
  const kept = new Map<string, Kept>();
  return {
    list: () => [...kept.values()],
    set: (_, given, who) => {
      for (const [key, value] of Object.entries(given)) {
        values[key] = value.reveal();
        kept.set(key, { key, setAt: Date.now(), setBy: who.kind === 'account' ? who.account : '' });
      }
    },
    unset: (_, keys) => keys.filter((key) => kept.delete(key)),
  };
}
