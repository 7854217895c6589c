// @ts-check
import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, startOf } from './background.mjs';
import { poll } from './command.mjs';
import { SetupError } from './say.mjs';

/** @typedef {import('./background.mjs').Started} Started */

/**
 * @typedef {object} EngineFacts
 * @property {string} version
 * @property {string | null} socket its API's unix socket; null when it has none
 * @property {Readonly<Record<string, string>>} env what a client of this engine needs in its environment
 *
 * @typedef {object} RootlessFacts a test user's own podman
 * @property {string} user
 * @property {number} uid
 * @property {number} gid
 * @property {string} home a folder that the user owns
 * @property {string} runtimeDir
 * @property {string} version
 * @property {Readonly<Record<string, string>>} env the whole environment, not an addition
 *
 * @typedef {object} ProviderFacts a program that runs compose files
 * @property {string} version
 * @property {string} path its own file; `docker compose` is a plugin, which `env` makes known to docker
 * @property {Readonly<Record<string, string>>} env what it needs in its environment beside the engine's
 *
 * @typedef {object} ComposeFacts
 * @property {ProviderFacts | null} v2 `docker compose`
 * @property {ProviderFacts | null} v1 `docker-compose` 1.x
 * @property {ProviderFacts | null} podman `podman-compose`
 *
 * @typedef {object} Facts
 * @property {1} facts
 * @property {EngineFacts | null} docker
 * @property {EngineFacts | null} podman
 * @property {RootlessFacts | null} rootless
 * @property {ComposeFacts} compose
 * @property {{ readonly busybox: string }} images names that work on every engine
 *
 * @typedef {object} State what the set-up did, so that it can be taken back
 * @property {Started[]} processes
 * @property {{ path: string, mode: number }[]} modes device files whose mode was changed, with the mode they had
 * @property {boolean} keep someone asked for the engines by hand: only `down` ends them
 * @property {Started[]} users test runs that use the engines now
 * @property {Facts | null} facts
 */

/** The set-up's own folder: logs, settings, state. Only its owner may look in. */
export function stateFolder() {
  const folder = join(tmpdir(), `podctl-engines-${process.getuid?.() ?? 'user'}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const info = lstatSync(folder);
  // The temporary folder is open to all: a folder or link that somebody else put there must not be written to.
  if (!info.isDirectory() || (process.getuid !== undefined && info.uid !== process.getuid())) {
    throw new SetupError(`${folder} belongs to somebody else`, 'remove it, or set TMPDIR to a folder of your own');
  }
  chmodSync(folder, 0o700);
  return folder;
}

/** Where test runs find the facts; PODCTL_ENGINE_FACTS names another file. */
export function factsPath() {
  return join(stateFolder(), 'facts.json');
}

/** @returns {State} */
export function readState() {
  /** @type {State} */
  const empty = { processes: [], modes: [], keep: false, users: [], facts: null };
  try {
    return { ...empty, ...JSON.parse(readFileSync(join(stateFolder(), 'state.json'), 'utf8')) };
  } catch (error) {
    if (error instanceof SetupError) throw error;
    return empty;
  }
}

/** @param {State} state */
export function writeState(state) {
  const path = join(stateFolder(), 'state.json');
  writeFileSync(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/**
 * Changes the state file: read, change, write.
 * @param {(state: State) => State} change
 * @returns {State}
 */
export function changeState(change) {
  const state = change(readState());
  writeState(state);
  return state;
}

/**
 * Does one thing while no other set-up on this machine does anything.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(work) {
  const path = join(stateFolder(), 'lock');
  const mine = { pid: process.pid, start: startOf(process.pid) ?? '' };
  const got = await poll(async () => takeLock(path, mine), { within: 900_000, every: 250 });
  if (got === undefined) throw new SetupError(`another set-up holds ${path} for 15 minutes`, 'end it, then try again');
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/**
 * @param {string} path
 * @param {{ pid: number, start: string }} mine
 * @returns {true | undefined}
 */
function takeLock(path, mine) {
  try {
    const file = openSync(path, 'wx', 0o600);
    writeFileSync(file, JSON.stringify(mine));
    closeSync(file);
    return true;
  } catch {
    dropStaleLock(path);
    return undefined;
  }
}

/** @param {string} path */
function dropStaleLock(path) {
  try {
    const text = readFileSync(path, 'utf8');
    // Empty: its owner is just writing it.
    if (text !== '' && !isAlive(JSON.parse(text))) rmSync(path, { force: true });
  } catch {
    // It went away by itself.
  }
}
