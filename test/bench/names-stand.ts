// Room for many: two whole RACs side by side, one with 20 names, one with the same 20 and many that sleep. `node FILE ENGINE NAMES` prints JSON:
// pairs of what a start, an answer, an idle minute cost there and here, and the memory of one sleeping name in kB.
import { cpSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { labelOf } from '../../src/rac/registry/repository.js';
import { openStore, type Row, type Store } from '../../src/rac/store/store.js';
import { until } from '../support/machine.js';
import { startRac, type TestRac } from '../support/rac.js';
import { type Pairs, standEngine, timed } from './stand-engine.js';

const [, , name = 'docker', names = '2000'] = process.argv;
const IN_USE = 20;
const LIMITS = ['anonymous-names=100', 'anonymous-pushes=5000'].flatMap((limit) => ['--limit', limit]);
const ROUNDS = 30;
const MINUTE_MS = 60_000;
/** A tick of the kernel's clock for processes. */
const TICK_MS = 10;

/** Their own minute, and the time that a busy machine takes to stop them all. */
const ASLEEP_WITHIN_MS = 300_000;

const engine = standEngine(name);
const [many, few] = await Promise.all([startRac(engine, { args: LIMITS }), startRac(engine, { args: LIMITS })]);
const both = { a: many, b: few };
try {
  const image = await engine.build({
    name: 'bench-sleeper',
    containerfile: `FROM ${engine.busybox}
EXPOSE 8080
RUN mkdir /www && echo served > /www/index.html
CMD ["httpd","-f","-p","8080","-h","/www"]
LABEL rac.pause-after=1h rac.idle=60s
`,
  });
  await Promise.all([deployInUse(many, image), deployInUse(few, image)]);
  await restartWith(many, Number(names) - IN_USE);
  await restartWith(few, 0);
  await settled(many.service().pid);
  const removed = await wakes();
  const answers = await routes();
  for (const rac of [many, few]) await until(() => isAsleep(rac), ASLEEP_WITHIN_MS);
  const idle = await idleMinute();
  const holder = await wakes();
  await wakesPlanted();
  process.stdout.write(`${JSON.stringify({ removed, holder, ...answers, ...idle })}\n`);
} finally {
  await many.clear();
  await few.clear();
}

function inUse(place: number): string {
  return `in-use-${place}`;
}

function planted(place: number): string {
  return `asleep/name-${place}`;
}

async function deployInUse(rac: TestRac, image: string): Promise<void> {
  for (let place = 0; place < IN_USE; place++) {
    const pushed = await rac.push(image, `${inUse(place)}:1`);
    if (pushed.code !== 0) throw new Error(pushed.stderr);
    await until(async () => (await get(rac, inUse(place))) === 200);
  }
}

/** As if they had been pushed some time ago and were asleep for good: rows and repositories like those of a name that was really pushed. */
async function restartWith(rac: TestRac, count: number): Promise<void> {
  await rac.kill('SIGTERM');
  const store = await openStore(join(rac.home, 'rac.db'));
  store.transaction(() => {
    for (let place = 0; place < count; place++) plantRows(store, planted(place));
  });
  store.close();
  const repositories = join(rac.home, 'registry/data/docker/registry/v2/repositories');
  for (let place = 0; place < count; place++) {
    cpSync(join(repositories, inUse(0)), join(repositories, planted(place)), { recursive: true });
  }
  await rac.start();
}

function plantRows(store: Store, copy: string): void {
  const model = inUse(0);
  const insert = (table: string, row: Row): void => {
    // The library says in it how long the question took.
    const keys = Object.keys(row).filter((key) => key !== '_metadata');
    const values = keys.map((key) => row[key] as string | number | null);
    store.run(`INSERT INTO ${table} (${keys.join(', ')}) VALUES (${keys.map(() => '?').join(', ')})`, ...values);
  };
  const [release] = store.all('SELECT * FROM release WHERE name = ? ORDER BY id DESC', model);
  const [event] = store.all('SELECT * FROM event WHERE name = ? ORDER BY sequence DESC', model);
  const row = store.get('SELECT * FROM name WHERE name = ?', model);
  insert('name', { ...row, name: copy, label: labelOf(copy) });
  const { id: _id, ...rest } = release ?? {};
  insert('release', { ...rest, name: copy });
  store.run('UPDATE name SET current_release = last_insert_rowid() WHERE name = ?', copy);
  const { sequence: _sequence, ...heard } = event ?? {};
  insert('event', { ...heard, id: `planted ${copy}`, name: copy });
  insert('usage', { name: copy, requests: 1, failures: 0, last_at: Date.now() });
}

/** The first comparison of tags is over. */
async function settled(pid: number): Promise<void> {
  await until(async () => {
    const before = busyOf(pid);
    await pause(2_000);
    return busyOf(pid) - before < 400;
  });
}

async function isAsleep({ url }: TestRac): Promise<boolean> {
  const text = await (await fetch(`${url}/metrics`, { headers: { connection: 'close' } })).text();
  return new RegExp(`^rac_names\\{tier="holder"\\} ${IN_USE}$`, 'm').test(text);
}

/** One minute in which nobody asks: memory in MB, milliseconds of processor of service and registry, containers on the engine. */
async function idleMinute() {
  const racs = [many, few].map((rac) => {
    const { pid } = rac.service();
    const registry = registryOf(rac);
    return { rac, pid, registry, before: [busyOf(pid), busyOf(registry)] as const, memory: [] as number[] };
  });
  const end = Date.now() + MINUTE_MS;
  while (Date.now() < end) {
    await pause(1_000);
    for (const { pid, memory } of racs) memory.push(memoryOf(pid));
  }
  const [a, b] = racs;
  if (a === undefined || b === undefined) throw new Error('two are measured');
  const [at, bt] = [a, b].map(({ pid, registry, before: [service, server] }) => ({
    busy: busyOf(pid) - service,
    registry: busyOf(registry) - server,
  }));
  const middle = (values: readonly number[]): number => values.toSorted((x, y) => x - y)[values.length >> 1] ?? 0;
  const memory = { a: [middle(a.memory)], b: [middle(b.memory)] };
  const containers = { a: [await containersOf(many)], b: [await containersOf(few)] };
  return {
    memory,
    containers,
    busy: { a: [at?.busy ?? 0], b: [bt?.busy ?? 0] },
    registry: { a: [at?.registry ?? 0], b: [bt?.registry ?? 0] },
    sleeping: ((middle(a.memory) - middle(b.memory)) * 1000) / (Number(names) - IN_USE),
  };
}

/** The first answer of each that is in use, on either side in turn. */
async function wakes(): Promise<Pairs> {
  const wake: Pairs = { a: [], b: [] };
  for (let place = 0; place < IN_USE; place++) {
    for (const side of ['a', 'b'] as const) {
      const ms = await timed(() => served(both[side], inUse(place)));
      // The first two warm what a start needs.
      if (place > 1) wake[side].push(ms);
    }
  }
  return wake;
}

/** Answers of those in use, over one connection each side, in turn. */
async function routes(): Promise<{ route: Pairs; slowest: Pairs }> {
  const agents = { a: new Agent({ keepAlive: true, maxSockets: 1 }), b: new Agent({ keepAlive: true, maxSockets: 1 }) };
  const [route, slowest]: [Pairs, Pairs] = [
    { a: [], b: [] },
    { a: [], b: [] },
  ];
  for (let round = -1; round < ROUNDS; round++) {
    for (const side of ['a', 'b'] as const) {
      const times: number[] = [];
      for (let ask = 0; ask < 10 * IN_USE; ask++) {
        times.push(await timed(() => get(both[side], inUse(ask % IN_USE), agents[side])));
      }
      times.sort((x, y) => x - y);
      if (round < 0) continue;
      route[side].push(times[times.length >> 1] ?? 0);
      slowest[side].push(times[Math.floor(times.length * 0.99)] ?? 0);
    }
  }
  agents.a.destroy();
  agents.b.destroy();
  return { route, slowest };
}

/** They are no decoration: each of some comes up when it is asked for. */
async function wakesPlanted(): Promise<void> {
  const last = Number(names) - IN_USE - 1;
  for (const place of [0, last >> 1, last]) await served(many, planted(place));
}

async function served(rac: TestRac, app: string): Promise<void> {
  const status = await get(rac, app);
  if (status !== 200) throw new Error(`${app} answered ${status}`);
}

function get(rac: TestRac, app: string, agent: Agent | false = false): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { host: `${labelOf(app)}.localhost` };
    const asked = request({ host: '127.0.0.1', port: rac.proxyPort, agent, headers }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
      answer.once('error', reject);
    });
    asked.once('error', reject);
    asked.end();
  });
}

// Of this process alone, in MB: what it shares with others is not counted.
function memoryOf(pid: number): number {
  return Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000;
}

function busyOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function registryOf({ home }: TestRac): number {
  return (JSON.parse(readFileSync(join(home, 'registry/run.json'), 'utf8')) as { pid: number }).pid;
}

async function containersOf({ home }: TestRac): Promise<number> {
  const { id } = JSON.parse(readFileSync(join(home, 'instance.json'), 'utf8')) as { id: string };
  const { stdout } = await engine.run(['ps', '--all', '--quiet', '--filter', `label=podctl.rac=${id}`]);
  return stdout.split('\n').filter((line) => line !== '').length;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
