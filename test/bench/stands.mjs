// @ts-check
// Servers and stands of RAC's rows: bundled as the built podctl is, started in processes of their own, and asked by wrk.
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

const PROGRAMS = join(tmpdir(), 'podctl-bench-programs');
const PACKAGES = ['caddy', 'nginx', 'nginx-common', 'wrk', 'libluajit-5.1-2'];
const LIBRARIES = join(PROGRAMS, 'usr/lib/x86_64-linux-gnu');
const SECONDS = 3;
const STAND_WITHIN_MS = 1_200_000;

/**
 * Run a stand to its end; what it prints is JSON.
 * @param {Desk} desk
 * @param {string} name
 * @param {readonly (string | number)[]} args
 */
export async function runStand(desk, name, args) {
  const file = await bundle(name);
  const text = execFileSync(process.execPath, [file, ...args.map(String)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...desk.env },
    timeout: STAND_WITHIN_MS,
  });
  return JSON.parse(text);
}

/**
 * A row of paired figures. `goal`: the most that the ratio may be; `least`: the least; `most`: what the first may add; `exactly`: what each of the
 * first has to be.
 * @param {{ readonly a: readonly number[], readonly b: readonly number[] }} figures
 * @param {Pick<Row, 'name' | 'unit'> & { readonly goal?: number, readonly least?: number, readonly most?: number, readonly exactly?: number }} what
 * @returns {Row}
 */
export function rowOf({ a, b }, { name, unit, goal = null, least = null, most = null, exactly = null }) {
  const ratio = median(a.map((value, place) => value / (b[place] || 1)));
  const added = median(a.map((value, place) => value - (b[place] ?? 0)));
  const verdicts = [
    ...(goal === null ? [] : [ratio <= goal]),
    ...(least === null ? [] : [ratio >= least]),
    ...(most === null ? [] : [added <= most]),
    ...(exactly === null ? [] : [a.every((value) => value === exactly)]),
  ];
  const met = verdicts.length === 0 ? null : verdicts.every(Boolean);
  return { name, goal, unit, a: median(a), b: median(b), ratio, added, most, least, exactly, runs: a.length, met };
}

/** @typedef {{ readonly rate: number, readonly p50: number, readonly p99: number }} Load requests per second; milliseconds */

/** @returns {Load} */
export function load(/** @type {string} */ url, /** @type {number} */ connections, host = 'app.localhost') {
  const args = ['-t1', `-c${connections}`, `-d${SECONDS}`, '--latency', '--timeout', '20s', '-H', `Host: ${host}`, url];
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

/** Debian's, unpacked once per machine; nothing is installed. */
export async function fetchPrograms() {
  mkdirSync(PROGRAMS, { recursive: true });
  for (const name of PACKAGES) {
    const done = join(PROGRAMS, `${name}.done`);
    if (existsSync(done)) continue;
    await unpackPackage(name, PROGRAMS);
    writeFileSync(done, '');
  }
}

export function program(/** @type {string} */ path) {
  return join(PROGRAMS, path);
}

/** A stand in one file, as the built podctl is. */
export async function bundle(/** @type {string} */ name) {
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
export function start(
  /** @type {readonly string[]} */ [file = '', ...args],
  /** @type {Record<string, string>} */ env = {},
) {
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
export function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

export async function answers(/** @type {number} */ port) {
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
