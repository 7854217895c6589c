// @ts-check
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { poll } from './command.mjs';
import { SetupError } from './say.mjs';

/**
 * @typedef {object} Started a process of the set-up's own
 * @property {string} name
 * @property {number} pid
 * @property {string} start when it started, in the kernel's ticks: tells it from a later process with the same id
 */

/**
 * When a process started, or undefined when there is none. Only Linux tells.
 * @param {number} pid
 * @returns {string | undefined}
 */
export function startOf(pid) {
  try {
    return parseStart(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Field 22 of /proc/PID/stat; a zombie counts as gone. The name in field 2 may hold spaces and parentheses.
 * @param {string} stat
 * @returns {string | undefined}
 */
export function parseStart(stat) {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : fields[19];
}

/**
 * Whether a recorded process is still that very process.
 * @param {Pick<Started, 'pid' | 'start'>} started
 */
export function isAlive(started) {
  return startOf(started.pid) === started.start;
}

/**
 * Starts a program that outlives this one, its output in a log file.
 * @param {string} name
 * @param {readonly string[]} argv
 * @param {{ readonly log: string, readonly env?: NodeJS.ProcessEnv }} options
 * @returns {Started}
 */
export function startInBackground(name, argv, options) {
  const [file = '', ...args] = argv;
  const log = openSync(options.log, 'w', 0o600);
  const child = spawn(file, args, {
    detached: true,
    cwd: '/',
    stdio: ['ignore', log, log],
    env: { ...process.env, ...options.env },
  });
  child.on('error', () => {});
  closeSync(log);
  child.unref();
  const pid = child.pid;
  const start = pid === undefined ? undefined : startOf(pid);
  if (pid === undefined || start === undefined) {
    throw new SetupError(`\`${argv.join(' ')}\` could not be started`, `read ${options.log}`);
  }
  return { name, pid, start };
}

/**
 * Ends one recorded process and waits until it is gone: TERM first, KILL after 20 s. Another process that got its id is left alone.
 * @param {Started} started
 * @returns {Promise<'ended' | 'gone'>}
 */
export async function endProcess(started) {
  if (!isAlive(started)) return 'gone';
  signal(started.pid, 'SIGTERM');
  if (await gone(started, 20_000)) return 'ended';
  signal(started.pid, 'SIGKILL');
  if (await gone(started, 5000)) return 'ended';
  throw new SetupError(`${started.name} (process ${started.pid}) does not end`);
}

/**
 * @param {Started} started
 * @param {number} within
 */
async function gone(started, within) {
  return (await poll(async () => (isAlive(started) ? undefined : true), { within, every: 50 })) === true;
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} name
 */
function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended between the look and the signal.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
