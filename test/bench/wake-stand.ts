// Times of waking on a real engine, beside the engine's own words for the same, in one warm process and in turn. `node FILE ENGINE RUNS`
// prints JSON: pairs of milliseconds for each tier, and how 1,000 first requests at once ended.
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { type Api, openApi } from '../../src/engine/api.js';
import { RAC_LABEL } from '../../src/rac/deploy/box.js';
import { openWake } from '../../src/rac/wake/wake.js';
import { freePort } from '../support/machine.js';
import { openRacBed } from '../support/rac-bed.js';
import { SETTINGS } from '../support/wake-bed.js';
import { type Pairs, standEngine, timed } from './stand-engine.js';

const [, , name = 'docker', runs = '11'] = process.argv;
const AT_ONCE = 1_000;
const LINES = [
  'EXPOSE 8080',
  'RUN mkdir /www && echo served > /www/index.html',
  'CMD ["httpd","-f","-p","8080","-h","/www"]',
];

const engine = standEngine(name);
const bed = await openRacBed(engine);
const { lifecycle } = bed.rac();
const wake = openWake({
  settings: SETTINGS,
  store: bed.store,
  lifecycle,
  rights: { pull: () => ({ ok: true }) },
  identity: { byToken: () => null, bySessionProof: () => null },
  log: { info: () => undefined, warn: () => undefined },
  now: Date.now,
  random: (bytes) => randomBytes(bytes),
  memory: () => ({ available: 1, total: 1 }),
});
const { port } = await wake.start();
const api = await openApi({ ...connection(), address: `unix://${engine.socket ?? ''}` });
const peer = `podctl-bench-${randomBytes(4).toString('hex')}`;
const peerPort = await freePort();
try {
  await bed.push('app', { lines: LINES });
  const image = await engine.build({
    name: 'bench-web',
    containerfile: `FROM ${engine.busybox}\n${LINES.join('\n')}\n`,
  });
  const call = plain(api, image);
  const result = {
    holder: await pairs(() => asleep(lifecycle.stop), { before: call.stopped, run: call.start }),
    paused: await pairs(() => asleep(lifecycle.pause), { before: call.paused, run: call.unpause }),
    removed: await pairs(() => asleep(lifecycle.remove), { before: call.gone, run: call.createAndStart }),
    simultaneous: await simultaneous(),
  };
  await call.gone();
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await wake.stop();
  await bed.close();
}

type Peer = { readonly before: () => Promise<void>; readonly run: () => Promise<void> };

async function pairs(before: () => Promise<void>, other: Peer): Promise<Pairs> {
  const [a, b]: [number[], number[]] = [[], []];
  for (let run = -1; run < Number(runs); run++) {
    await before();
    const ours = await timed(() => answerFrom(port));
    await other.before();
    const theirs = await timed(async () => {
      await other.run();
      await answerFrom(peerPort);
    });
    // The first pair warms the caches.
    if (run >= 0) [a, b].forEach((list, place) => void list.push(place === 0 ? ours : theirs));
  }
  return { a, b };
}

async function asleep(sleep: (which: string) => Promise<void>): Promise<void> {
  await sleep('app');
  await wake.tiers.sweep();
}

async function simultaneous(): Promise<{ lost: number; starts: number; ms: number }> {
  await asleep(lifecycle.stop);
  const begun = Date.now();
  const start = performance.now();
  const all = await Promise.allSettled(Array.from({ length: AT_ONCE }, () => get(port)));
  const ms = performance.now() - start;
  const lost = all.filter((one) => one.status === 'rejected' || one.value !== 200).length;
  return { lost, starts: await startsSince(begun), ms };
}

// By the engine's own word: its starts of the application's container.
async function startsSince(begun: number): Promise<number> {
  const filters = JSON.stringify({ type: ['container'], event: ['start'], label: [`${RAC_LABEL.name}=app`] });
  const span = `since=${Math.floor(begun / 1000)}&until=${Math.ceil(Date.now() / 1000) + 1}`;
  const path = `/events?${span}&filters=${encodeURIComponent(filters)}`;
  let text = '';
  for await (const chunk of await api.stream({ method: 'GET', path })) text += String(chunk);
  const lines = text.split('\n').filter((line) => line.includes(bed.instance));
  return lines.filter((line) => (JSON.parse(line) as { timeNano: number }).timeNano / 1e6 >= begun).length;
}

/** What somebody would do with the engine's API: the same image with a published port, asked only after start has returned. */
function plain(through: Api, image: string) {
  const path = (rest: string): string => `/containers/${peer}${rest}`;
  const post = async (rest: string): Promise<void> => void (await through.call({ method: 'POST', path: path(rest) }));
  const create = async (): Promise<void> => {
    const body = {
      Image: image,
      HostConfig: { PortBindings: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: String(peerPort) }] } },
      ExposedPorts: { '8080/tcp': {} },
    };
    await through.call({ method: 'POST', path: `/containers/create?name=${peer}`, body });
  };
  const gone = async (): Promise<void> => {
    await through.call({ method: 'DELETE', path: path('?force=true') }).catch(() => undefined);
  };
  const started = async (): Promise<void> => {
    await post('/start');
    await answerFrom(peerPort);
  };
  return {
    gone,
    createAndStart: async () => {
      await create();
      await post('/start');
    },
    start: () => post('/start'),
    unpause: () => post('/unpause'),
    stopped: async () => {
      await gone();
      await create();
      await started();
      await post('/stop?t=0');
    },
    paused: async () => {
      await gone();
      await create();
      await started();
      await post('/pause');
    },
  };
}

async function answerFrom(where: number): Promise<void> {
  for (;;) {
    if ((await get(where).catch(() => 0)) === 200) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 0.5);
    });
  }
}

function get(where: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { Host: 'app.localhost' };
    const out = request({ host: '127.0.0.1', port: where, path: '/', agent: false, headers }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
      answer.once('error', reject);
    });
    out.once('error', reject);
    out.end();
  });
}

function connection() {
  return { kind: 'socket', address: '' } as never as Parameters<typeof openApi>[0];
}
