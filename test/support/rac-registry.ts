import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { Secret } from '../../src/core/secret.js';
import { realFiles } from '../../src/io/files.js';
import { accountRoutes } from '../../src/rac/accounts/account-routes.js';
import { type AccountsRoom, openAccountsRoom } from '../../src/rac/accounts/room.js';
import { openDenials } from '../../src/rac/auth/denials.js';
import { type Keys, openKeys } from '../../src/rac/auth/keys.js';
import { ISSUER, type Mint, makeMint, SERVICE } from '../../src/rac/auth/mint.js';
import { openPushLimits } from '../../src/rac/auth/push-limits.js';
import { openPushers } from '../../src/rac/auth/pushers.js';
import { authRoutes } from '../../src/rac/auth/routes.js';
import { registryConfig } from '../../src/rac/registry/config.js';
import { DEFAULT_LIMITS } from '../../src/rac/settings.js';
import { openAudit } from '../../src/rac/store/audit.js';
import { openStore, type Store } from '../../src/rac/store/store.js';
import { answerError } from '../../src/rac/web/answer.js';
import type { RacEnv } from '../../src/rac/web/request.js';
import { freePort, until } from './machine.js';
import { registryPrograms } from './registry.js';

/** What the registry answered to a request whose path was sent as it is. */
export type RawAnswer = { readonly status: number; readonly text: string };

/** The real registry with the real config and the real token endpoint, without the rest of RAC. */
export type GuardedRegistry = AccountsRoom & {
  readonly store: Store;
  readonly keys: Keys;
  readonly mint: Mint;
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Of the token endpoint, `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly ask: (method: string, path: string, authorization?: string) => Promise<RawAnswer>;
  /** The registry reads its bundle only when it starts. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** State, layers and config stand below the folder. */
export async function startGuardedRegistry(home: string): Promise<GuardedRegistry> {
  const [apiPort, port, store] = [await freePort(), await freePort(), await openStore(join(home, 'rac.db'))];
  const [url, host, now, files] = [`http://127.0.0.1:${apiPort}`, `127.0.0.1:${port}`, Date.now, realFiles()];
  const audit = openAudit(store, now);
  const room = await openAccountsRoom({
    store,
    audit,
    files,
    now,
    home,
    registryHost: host,
    accountNames: 50,
    anonymousTtl: 86_400_000,
    onClaimed: () => Promise.resolve(),
    onUnclaimed: () => Promise.resolve(),
  });
  const keys = await openKeys({ home, files, now });
  const mint = makeMint(keys, now);
  const app = new Hono<RacEnv>();
  app.onError(answerError);
  app.use(async (context, next) => {
    const address = '127.0.0.1';
    const bearer = context.req.header('authorization')?.replace(/^Bearer /, '') ?? '';
    context.set('address', address);
    context.set('principal', room.identity.byToken(bearer, address) ?? { kind: 'anonymous', address });
    context.set('session', null);
    await next();
  });
  const limits = openPushLimits({ store, limits: { ...DEFAULT_LIMITS, anonymousPushes: 10_000 }, now });
  app.route(
    '/',
    authRoutes({ ...room, limits, denials: openDenials({ audit, now }), pushers: openPushers({ store, now }), mint }),
  );
  app.route('/api/v1', accountRoutes({ ...room, audit }));
  app.post('/events', (context) => context.body(null, 202));
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: apiPort });
  const config = join(home, 'registry.json');
  const secrets = { hookSecret: new Secret('h'.repeat(32)), httpSecret: new Secret('s'.repeat(32)) };
  const auth = { realm: `${url}/token`, service: SERVICE, issuer: ISSUER, bundle: keys.bundlePath };
  const place = { port, data: join(home, 'data'), storage: { kind: 'volume' } as const, keys: null };
  writeFileSync(config, registryConfig({ ...place, ...secrets, auth, events: `${url}/events` }));
  let child = await startProgram(config, host);
  const end = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  };
  return {
    ...room,
    store,
    keys,
    mint,
    host,
    url,
    ask: (method, path, authorization) => raw({ port, method, path, authorization }),
    restart: async () => {
      await end();
      child = await startProgram(config, host);
    },
    stop: async () => {
      await end();
      await new Promise((resolve) => server.close(resolve));
      store.close();
    },
  };
}

async function startProgram(config: string, host: string) {
  const program = join(await registryPrograms(), 'docker-registry');
  const child = spawn(program, ['serve', config], { stdio: 'ignore' });
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`the registry ended with ${child.exitCode}`);
    return fetch(`http://${host}/v2/`, { headers: { connection: 'close' } }).then(
      ({ status }) => status === 401,
      () => false,
    );
  }, 60_000);
  return child;
}

type Raw = {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
};

// fetch would tidy the path.
function raw({ port, method, path, authorization }: Raw): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const headers = authorization === undefined ? {} : { authorization };
    const call = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    call.on('error', reject);
    call.end();
  });
}
