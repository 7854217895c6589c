// @ts-check
// RAC's proxy beside Caddy and nginx: all run for the whole row, before the same backend, and are asked in turn.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answers, bundle, fetchPrograms, freePort, load, program, rowOf, start } from './stands.mjs';

/** @typedef {import('./desk.mjs').Desk} Desk */
/** @typedef {import('./measure.mjs').Row} Row */
/** @typedef {import('./stands.mjs').Load} Load */

const CONNECTIONS = 32;

/** @returns {(runs: number | undefined) => Promise<readonly Row[]>} */
export function proxyRows(/** @type {Desk} */ desk) {
  return async (runs = 7) => {
    await fetchPrograms();
    const file = await bundle('proxy-stand');
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
      least: 1,
      unit: '/s',
    }),
    rowOf(pair('p50', 'caddy'), { name: 'proxy, median latency, against Caddy', unit: 'ms' }),
    rowOf(pair('p99', 'caddy'), { name: 'proxy, p99 latency, against Caddy', goal: 1, unit: 'ms' }),
    rowOf(pair('rate', 'nginx'), { name: 'proxy, warm rate, against nginx with one worker', unit: '/s' }),
    rowOf(pair('p99', 'nginx'), { name: 'proxy, p99 latency, against nginx', unit: 'ms' }),
  ];
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
