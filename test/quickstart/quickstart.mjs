// @ts-check
// What `npm run quickstart` runs: the shipped profile `desi-api` on a real engine, with demo data, from nothing.
// `--built` leaves installing and building out.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryAsk } from '../setup/clients.mjs';
import { poll, run, tail, tryRun } from '../setup/command.mjs';
import { build, ensureDependencies, ROOT } from '../setup/install.mjs';
import { SetupError, say, sayError } from '../setup/say.mjs';
import { answeringEngine } from './engine.mjs';
import { makeImage } from './image.mjs';
import { freePort, makeProject, PRIVATE_RELEASES, PUBLIC_RELEASES } from './project.mjs';

/** @typedef {import('../setup/clients.mjs').Client} Client */

/**
 * @typedef {object} Demo
 * @property {Client} client
 * @property {string} image its repository, without the tag
 * @property {string} folder
 * @property {number} port
 * @property {NodeJS.ProcessEnv} env
 * @property {boolean} hadCache the volume was there before
 */

const PODCTL = [process.execPath, join(ROOT, 'bin', 'podctl.cjs')];
const COMMAND = ['server', '-c', 'config.toml', '-m', 'public'];
const CACHE = 'desi-api-cache';
const TAG = 'quickstart';

const stop = new AbortController();
for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(name, () => stop.abort());

try {
  await quickstart(stop.signal);
} catch (error) {
  if (stop.signal.aborted) say('stopped, and cleaned up');
  else sayError(error);
  process.exitCode = stop.signal.aborted ? 130 : 1;
}

/** @param {AbortSignal} signal */
async function quickstart(signal) {
  if (!process.argv.includes('--built')) {
    await ensureDependencies();
    await build();
  }
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `podctl-quickstart-${process.pid}-`)));
  chmodSync(folder, 0o755);
  try {
    await onEngine(folder, signal);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * @param {string} folder
 * @param {AbortSignal} signal
 */
async function onEngine(folder, signal) {
  const client = await answeringEngine(signal);
  say(`engine: ${client.program}`);
  const demo = await prepare(client, folder);
  try {
    await makeImage(client, { name: `${demo.image}:${TAG}`, folder });
    await show(demo, signal);
  } finally {
    await cleanUp(demo);
  }
}

/**
 * @param {Client} client
 * @param {string} folder
 * @returns {Promise<Demo>}
 */
async function prepare(client, folder) {
  const port = await freePort(5000);
  const image = `localhost/podctl-quickstart-${process.pid}`;
  const env = {
    ...client.options.env,
    DESI_SPECTRO_REDUX: makeProject(folder),
    DESI_API_IMAGE: image,
    DESI_API_TAG: TAG,
    DESI_API_PORT: String(port),
    PODCTL_ENGINE: client.program,
    XDG_STATE_HOME: join(folder, 'state'),
    NO_COLOR: '1',
  };
  const volume = await tryAsk(client, ['volume', 'inspect', CACHE]);
  return { client, image, folder, port, env, hadCache: volume.code === 0 };
}

/**
 * @param {Demo} demo
 * @param {AbortSignal} signal
 */
async function show(demo, signal) {
  const inside = { cwd: demo.folder, env: demo.env, signal };
  tell(`$ podctl ${COMMAND.join(' ')}`);
  tell(`The exact command:\n\n${indent(await run([...PODCTL, ...COMMAND, '--dry-run'], inside))}`);
  const server = startServer(demo);
  try {
    const url = `http://127.0.0.1:${demo.port}/`;
    tell(`It serves this on ${url}:\n\n${indent(await firstPage(url, server, signal))}`);
    await showReleases(url, signal);
    const audit = await run([...PODCTL, 'audit', '-m', 'public'], inside);
    tell(`$ podctl audit -m public\n\n${indent(audit)}`);
    if (audit.includes('redux/daily')) throw new SetupError('the audit lists a private release');
  } finally {
    await server.end();
  }
  // The engine may remove a container a moment after its process has ended.
  const gone = await poll(async () => ((await containersOf(demo)).length === 0 ? true : undefined), { within: 5000 });
  if (gone === undefined) throw new SetupError('podctl left a container behind');
  tell('Stopped, and nothing left behind. Next: `podctl explain server`, `podctl init desi-api`, README.md.');
}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 */
async function showReleases(url, signal) {
  for (const [release, wanted] of [
    ...PUBLIC_RELEASES.map((name) => /** @type {const} */ ([name, 200])),
    ...PRIVATE_RELEASES.map((name) => /** @type {const} */ ([name, 404])),
  ]) {
    const path = `desi/spectro/redux/${release}/spectra.txt`;
    const { status } = await fetch(`${url}${path}`, { signal });
    tell(`${status}  /${path}${status === 404 ? '  (private: out of reach)' : ''}`);
    if (status !== wanted) throw new SetupError(`release ${release} answers ${status}, not ${wanted}`);
  }
}

/**
 * The first page the server sends; an early end of the server is an error with what it wrote.
 * @param {string} url
 * @param {ReturnType<typeof startServer>} server
 * @param {AbortSignal} signal
 */
async function firstPage(url, server, signal) {
  const page = await poll(
    async () => {
      signal.throwIfAborted();
      if (server.ended()) return '';
      return fetch(url).then(
        (response) => (response.ok ? response.text() : undefined),
        () => undefined,
      );
    },
    { within: 60_000 },
  );
  if (page !== undefined && page !== '') return page;
  throw new SetupError(`the server sent no page; podctl wrote:\n${tail(server.said(), 20)}`);
}

/**
 * Starts `podctl server` as a person would, attached; `end` sends it TERM and waits.
 * @param {Demo} demo
 */
function startServer({ folder, env }) {
  const [file = '', ...args] = [...PODCTL, ...COMMAND];
  const child = spawn(file, args, { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
  }
  /** @type {Promise<void>} */
  const closed = new Promise((resolve) => {
    child.on('close', () => resolve());
    child.on('error', () => resolve());
  });
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const end = async () => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
    child.kill('SIGTERM');
    await closed;
    clearTimeout(timer);
  };
  return { ended, end, said: () => said };
}

/**
 * Takes back all that the engine was given, whatever happened; the user's own cache volume stays.
 * @param {Demo} demo
 */
async function cleanUp(demo) {
  const client = { ...demo.client, options: { env: demo.client.options.env ?? {} } };
  for (const id of await containersOf(demo)) await tryAsk(client, ['rm', '--force', id]);
  await tryAsk(client, ['rmi', '--force', `${demo.image}:${TAG}`]);
  if (!demo.hadCache) await tryAsk(client, ['volume', 'rm', CACHE]);
}

/** @param {Demo} demo */
async function containersOf({ client, image }) {
  const env = client.options.env ?? {};
  const filter = ['--filter', `ancestor=${image}:${TAG}`];
  const listed = await tryRun([client.program, 'ps', '--all', '--quiet', ...filter], { env });
  return listed.stdout.split('\n').filter((id) => id !== '');
}

/** @param {string} text */
function tell(text) {
  process.stdout.write(`${text}\n`);
}

/** @param {string} text */
function indent(text) {
  return text.trimEnd().replace(/^/gm, '    ');
}
