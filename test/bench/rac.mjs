// @ts-check
// RAC: waking beside the engine's own start, the proxy beside Caddy and nginx, tokens beside bare signatures. Servers run for the whole row and
// are asked in turn.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { unpackPackage } from '../setup/apt.mjs';
import { median } from './measure.mjs';

/** @typedef {import('./desk.mjs').Desk} Desk */
/** @typedef {import('./measure.mjs').Row} Row */
/** @typedef {{ readonly name: string, readonly run: (runs: number | undefined) => Promise<readonly Row[]> }} Measure */

const PROGRAMS = join(tmpdir(), 'podctl-bench-programs');
const PACKAGES = ['caddy', 'nginx', 'nginx-common', 'wrk', 'libluajit-5.1-2'];
const LIBRARIES = join(PROGRAMS, 'usr/lib/x86_64-linux-gnu');
const CONNECTIONS = 32;
const SECONDS = 3;

/** @returns {readonly Measure[]} */
export function racMeasures(/** @type {Desk} */ desk) {
  return [
    ...desk.engines.map((engine) => ({ name: `rac wake, ${engine}`, run: wakeRows(desk, engine) })),
    { name: 'rac proxy', run: proxyRows(desk) },
    { name: 'rac tokens', run: tokenRow(desk) },
  ];
}

/** @type {Readonly<Record<string, Readonly<Record<string, number>>>>} */
const WAKE_GOALS = {
  docker: { holder: 0.45, paused: 1.3, removed: 1.15 },
  podman: { holder: 0.65, paused: 1.3, removed: 1.15 },
};
const PEERS = { holder: 'start', paused: 'unpause', removed: 'create and start' };

/** @returns {Measure['run']} */
function wakeRows(/** @type {Desk} */ desk, /** @type {'docker' | 'podman'} */ engine) {
  return async (runs = 11) => {
    const file = await bundle(desk, 'rac-stand');
    const text = execFileSync(process.execPath, [file, engine, String(runs)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...desk.env },
    });
    /** @type {Record<'holder' | 'paused' | 'removed', { a: number[], b: number[] }> & { simultaneous: { lost: number, starts: number, ms: number } }} */
    const result = JSON.parse(text);
    const rows = /** @type {const} */ (['holder', 'paused', 'removed']).map((tier) =>
      rowOf(result[tier], {
        name: `first answer from ${tier}, ${engine}, against the API's ${PEERS[tier]}`,
        goal: WAKE_GOALS[engine]?.[tier] ?? null,
        unit: 'ms',
      }),
    );
    const { lost, starts, ms } = result.simultaneous;
    process.stderr.write(
      `1,000 first requests at once, ${engine}: ${starts} start, ${lost} lost, ${ms.toFixed(0)} ms\n`,
    );
    const all = rowOf(
      { a: [lost], b: [starts] },
      { name: `1,000 first requests at once, ${engine}: lost, and starts`, goal: null, unit: '' },
    );
    return [...rows, { ...all, met: lost === 0 && starts === 1 }];
  };
}

/** @returns {Measure['run']} */
function proxyRows(/** @type {Desk} */ desk) {
  return async (runs = 7) => {
    await fetchPrograms();
    const file = await bundle(desk, 'wake-stand');
    const ports = { backend: await freePort(), nginx: await freePort(), caddy: await freePort() };
    layOut(desk, ports);
    const stops = [start([program('usr/sbin/nginx'), '-p', desk.folder, '-c', join(desk.folder, 'backend.conf')])];
    try {
      await answers(ports.backend);
      const node = start([process.execPath, file, String(ports.backend)]);
      stops.push(node);
      stops.push(start([program('usr/sbin/nginx'), '-p', desk.folder, '-c', join(desk.folder, 'nginx.conf')]));
      const caddyfile = ['run', '--adapter', 'caddyfile', '--config', join(desk.folder, 'Caddyfile')];
      stops.push(start([program('usr/bin/caddy'), ...caddyfile], { GOMAXPROCS: '1', HOME: desk.folder }));
      const port = Number(await node.line);
      await Promise.all([answers(port), answers(ports.caddy), answers(ports.nginx)]);
      return compareLoads({ rac: port, caddy: ports.caddy, nginx: ports.nginx }, runs);
    } finally {
      for (const { stop } of stops) stop();
    }
  };
}

/** @returns {readonly Row[]} */
function compareLoads(/** @type {{ rac: number, caddy: number, nginx: number }} */ ports, /** @type {number} */ runs) {
  /** @type {{ rac: Load[], caddy: Load[], nginx: Load[] }} */
  const loads = { rac: [], caddy: [], nginx: [] };
  for (let run = -1; run < runs; run++) {
    for (const who of /** @type {const} */ (['rac', 'caddy', 'nginx'])) {
      const figure = load(`http://127.0.0.1:${ports[who]}/`, CONNECTIONS);
      if (run >= 0) loads[who].push(figure);
    }
  }
  const of = (/** @type {'rac' | 'caddy' | 'nginx'} */ who, /** @type {keyof Load} */ what) =>
    loads[who].map((one) => one[what]);
  const pair = (/** @type {keyof Load} */ what, /** @type {'caddy' | 'nginx'} */ peer) => ({
    a: of('rac', what),
    b: of(peer, what),
  });
  return [
    rowOf(pair('rate', 'caddy'), {
      name: 'proxy, warm rate, against Caddy on one processor',
      goal: null,
      least: 1,
      unit: '/s',
    }),
    rowOf(pair('p50', 'caddy'), { name: 'proxy, median latency, against Caddy', goal: null, unit: 'ms' }),
    rowOf(pair('p99', 'caddy'), { name: 'proxy, p99 latency, against Caddy', goal: 1, unit: 'ms' }),
    rowOf(pair('rate', 'nginx'), { name: 'proxy, warm rate, against nginx with one worker', goal: null, unit: '/s' }),
    rowOf(pair('p99', 'nginx'), { name: 'proxy, p99 latency, against nginx', goal: null, unit: 'ms' }),
  ];
}

/** @returns {Measure['run']} */
function tokenRow(/** @type {Desk} */ desk) {
  return async (runs = 5) => {
    await fetchPrograms();
    const file = await bundle(desk, 'token-stand');
    const server = start([process.execPath, file, 'serve']);
    try {
      const port = Number(await server.line);
      const url = `http://127.0.0.1:${port}/token?service=rac-registry&scope=repository:me/app:push,pull`;
      /** @type {{ a: number[], b: number[] }} */ const figures = { a: [], b: [] };
      for (let run = -1; run < runs; run++) {
        const { rate } = load(url, 16);
        const signed = Number(execFileSync(process.execPath, [file, 'sign'], { encoding: 'utf8' }));
        if (run < 0) continue;
        figures.a.push(rate);
        figures.b.push(signed);
      }
      return [
        rowOf(figures, { name: 'tokens, against the signatures of jose alone', goal: null, least: 0.5, unit: '/s' }),
      ];
    } finally {
      server.stop();
    }
  };
}

/**
 * @param {{ readonly a: readonly number[], readonly b: readonly number[] }} figures
 * @param {Pick<Row, 'name' | 'goal' | 'unit'> & { readonly least?: number }} what
 * @returns {Row}
 */
function rowOf({ a, b }, { name, goal, unit, least }) {
  const ratio = median(a.map((value, place) => value / (b[place] || 1)));
  const added = median(a.map((value, place) => value - (b[place] ?? 0)));
  const met = least !== undefined ? ratio >= least : goal === null ? null : ratio <= goal;
  return {
    name,
    goal,
    unit,
    a: median(a),
    b: median(b),
    ratio,
    added,
    most: null,
    least: least ?? null,
    runs: a.length,
    met,
  };
}

/** @typedef {{ readonly rate: number, readonly p50: number, readonly p99: number }} Load requests per second; milliseconds */

/** @returns {Load} */
function load(/** @type {string} */ url, /** @type {number} */ connections) {
  const args = [
    '-t1',
    `-c${connections}`,
    `-d${SECONDS}`,
    '--latency',
    '--timeout',
    '20s',
    '-H',
    'Host: app.localhost',
    url,
  ];
  const text = execFileSync(program('usr/bin/wrk'), args, {
    encoding: 'utf8',
    env: { ...process.env, LD_LIBRARY_PATH: LIBRARIES },
  });
  if (/Non-2xx|Socket errors/.test(text)) throw new Error(`wrk ${url}: ${text}`);
  const of = (/** @type {RegExp} */ line) => line.exec(text) ?? ['', '0', 'ms'];
  const ms = (/** @type {readonly string[]} */ [, value, unit]) =>
    Number(value) * ({ us: 0.001, ms: 1, s: 1000 }[unit ?? ''] ?? 1);
  return {
    rate: Number(of(/Requests\/sec:\s+([\d.]+)/)[1]),
    p50: ms(of(/ 50%\s+([\d.]+)(us|ms|s)/)),
    p99: ms(of(/ 99%\s+([\d.]+)(us|ms|s)/)),
  };
}

function layOut(/** @type {Desk} */ desk, /** @type {{ backend: number, nginx: number, caddy: number }} */ ports) {
  const nginx = (/** @type {string} */ name, /** @type {string} */ servers) => {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${desk.folder}/${name}-${kind};`,
    );
    const text = `worker_processes 1; daemon off; pid ${desk.folder}/${name}.pid; error_log /dev/null;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 100000000; ${temporary.join(' ')}
${servers} }
`;
    writeFileSync(join(desk.folder, `${name}.conf`), text);
  };
  nginx(
    'backend',
    `server { listen 127.0.0.1:${ports.backend}; location / { default_type text/plain; return 200 "hello, world\\n"; } }`,
  );
  nginx(
    'nginx',
    `upstream app { server 127.0.0.1:${ports.backend}; keepalive 64; keepalive_requests 100000000; }
server { listen 127.0.0.1:${ports.nginx}; location / { proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme; proxy_pass http://app; } }`,
  );
  writeFileSync(
    join(desk.folder, 'Caddyfile'),
    `{\n  admin off\n  auto_https off\n}\nhttp://app.localhost:${ports.caddy} {\n  bind 127.0.0.1\n  reverse_proxy 127.0.0.1:${ports.backend}\n}\n`,
  );
}

/** Debian's, unpacked once per machine; nothing is installed. */
async function fetchPrograms() {
  mkdirSync(PROGRAMS, { recursive: true });
  for (const name of PACKAGES) {
    const done = join(PROGRAMS, `${name}.done`);
    if (existsSync(done)) continue;
    await unpackPackage(name, PROGRAMS);
    writeFileSync(done, '');
  }
}

function program(/** @type {string} */ path) {
  return join(PROGRAMS, path);
}

/** A stand in one file, as the built podctl is. */
async function bundle(/** @type {Desk} */ desk, /** @type {string} */ name) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  // Inside the project, so that packages with binaries are found.
  const outfile = join(root, 'node_modules/.cache', `podctl-bench-${name}.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: [`test/bench/${name}.ts`],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    external: ['libsql', '@node-rs/argon2', 'ssh2'],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  return outfile;
}

/** A server, with the first line that it prints. */
function start(/** @type {readonly string[]} */ [file = '', ...args], /** @type {Record<string, string>} */ env = {}) {
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] });
  /** @type {Promise<string>} */
  const line = new Promise((resolve) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.split('\n')[0] ?? '');
    });
  });
  return { line, stop: () => child.kill() };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function answers(/** @type {number} */ port) {
  for (let tries = 0; tries < 1000; tries++) {
    try {
      await fetch(`http://127.0.0.1:${port}/`);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  throw new Error(`nobody listens on ${port}`);
}
