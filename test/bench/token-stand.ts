// Tokens of RAC's endpoint, and the signatures of the JWT library alone. `node FILE sign AT-ONCE` prints signatures per second, `node FILE serve`
// the port of the endpoint.
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { generateKeyPair, SignJWT } from 'jose';
import { realFiles } from '../../src/io/files.js';
import type { Credentials } from '../../src/rac/accounts/credentials.js';
import { openKeys } from '../../src/rac/auth/keys.js';
import { makeMint } from '../../src/rac/auth/mint.js';
import { openPushers } from '../../src/rac/auth/pushers.js';
import { authRoutes } from '../../src/rac/auth/routes.js';
import { openStore } from '../../src/rac/store/store.js';
import { addressReader } from '../../src/rac/web/address.js';
import { doorGuard } from '../../src/rac/web/guard.js';
import { safeHeaders } from '../../src/rac/web/headers.js';
import type { RacEnv } from '../../src/rac/web/request.js';
import { siteOf } from '../../src/rac/web/site.js';
import { freePort } from '../support/machine.js';

const MEASURED_MS = 3_000;

await (process.argv[2] === 'sign' ? sign(Number(process.argv[3])) : serve());

async function sign(atOnce: number): Promise<void> {
  const { privateKey } = await generateKeyPair('ES256');
  const access = [{ type: 'repository', name: 'me/app', actions: ['push', 'pull'] }];
  const once = () =>
    new SignJWT({ access }).setProtectedHeader({ alg: 'ES256' }).setIssuedAt().setExpirationTime('5m').sign(privateKey);
  let count = 0;
  const until = performance.now() + MEASURED_MS;
  const one = async (): Promise<void> => {
    while (performance.now() < until) {
      await once();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  process.stdout.write(`${(count / MEASURED_MS) * 1000}\n`);
}

async function serve(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'podctl-bench-'));
  const keys = await openKeys({ home, files: realFiles(), now: Date.now });
  const never = () => {
    throw new Error('only strangers ask here');
  };
  const yes = () => ({ ok: true }) as const;
  const port = await freePort();
  const app = new Hono<RacEnv>();
  // As every question to RAC's own server.
  app.use(safeHeaders(false));
  const site = siteOf({ apiPort: port, publicUrl: null });
  app.use(doorGuard({ site, addressOf: addressReader([]), identity: { byToken: never, bySession: never } }));
  const auth = authRoutes({
    identity: { byPassword: never, byToken: never, bySession: never, bySessionProof: never, byRefresh: never },
    credentials: {} as Credentials,
    mint: makeMint(keys, Date.now),
    rights: { push: yes, pull: yes, manage: yes, see: yes },
    limits: { spend: () => null },
    denials: { note: () => undefined },
    pushers: openPushers({ store: await openStore(':memory:'), now: Date.now }),
  });
  app.route('/', auth);
  const listener = getRequestListener(app.fetch);
  const server = createServer((request, response) => void listener(request, response));
  server.listen(port, '127.0.0.1', () => void process.stdout.write(`${port}\n`));
}
