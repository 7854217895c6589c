// The proxy alone, in a process of its own: one application that is awake already. `node FILE UPSTREAM-PORT` prints the port.
import { randomBytes } from 'node:crypto';
import type { AppSpec } from '../../src/rac/deploy/app-spec.js';
import type { Lifecycle, Servable } from '../../src/rac/deploy/lifecycle.js';
import { DEFAULT_LIMITS } from '../../src/rac/settings.js';
import { openStore } from '../../src/rac/store/store.js';
import { openWake } from '../../src/rac/wake/wake.js';

const never = (): Promise<never> => Promise.reject(new Error('the stand does not sleep'));
const app: AppSpec = {
  port: 80,
  host: null,
  volumes: [],
  pauseAfter: null,
  idle: null,
  health: null,
  memory: 1,
  cpus: 1,
  concurrency: null,
  env: {},
  visibility: 'public',
  alwaysOn: false,
  startTimeout: 1000,
  user: '',
  stopSignal: null,
};
const served: Servable = { ok: true, name: 'app', release: 1, app };
const upstream = { address: '127.0.0.1', port: Number(process.argv[2]), release: 1 };
const lifecycle: Lifecycle = {
  find: (host) => (host === 'app.localhost' ? served : { ok: false, name: null, reason: 'unknown' }),
  tierOf: () => 'running',
  wake: async () => ({ ...upstream, from: 'running' }),
  pause: never,
  stop: never,
  remove: never,
  onChange: () => undefined,
  drained: () => undefined,
  canPause: true,
};
const wake = openWake({
  settings: {
    domain: 'localhost',
    proxyAddress: '127.0.0.1',
    proxyPort: 0,
    apiPort: 1,
    publicUrl: null,
    tls: null,
    trustedProxies: [],
    limits: DEFAULT_LIMITS,
  },
  store: await openStore(':memory:'),
  lifecycle,
  rights: { pull: () => ({ ok: true }) },
  identity: { byToken: () => null, bySessionProof: () => null },
  log: { info: () => undefined, warn: () => undefined },
  now: () => Date.now(),
  random: (bytes) => randomBytes(bytes),
  memory: () => ({ available: 1, total: 1 }),
});
const { port } = await wake.start();
process.stdout.write(`${port}\n`);
