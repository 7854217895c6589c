// @ts-check
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupError } from './say.mjs';

/**
 * @typedef {object} CommandOptions
 * @property {NodeJS.ProcessEnv} [env] added to this process's environment
 * @property {NodeJS.ProcessEnv} [onlyEnv] used instead of this process's environment
 * @property {string} [cwd]
 * @property {string | Uint8Array} [input] written to stdin, which is empty otherwise
 * @property {number} [uid]
 * @property {number} [gid]
 * @property {number} [timeout] milliseconds until the process is ended; 120 s unless told
 * @property {AbortSignal} [signal] ends the program when it aborts
 * @property {boolean} [show] pass output on to stderr instead of collecting it
 *
 * @typedef {{ code: number, stdout: string, stderr: string }} CommandResult
 * `code` is 137 or 143 for a signalled process, and 127 for a program that could not be started.
 */

/**
 * Runs a program to its end and never throws for its exit code.
 * @param {readonly string[]} argv
 * @param {CommandOptions} [options]
 * @returns {Promise<CommandResult>}
 */
export function tryRun(argv, options = {}) {
  const child = start(argv, options);
  return new Promise((resolve) => {
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', (error) => resolve({ code: 127, stdout, stderr: `${stderr}${error.message}` }));
    child.on('close', (code, signal) => resolve({ code: code ?? (signal === 'SIGKILL' ? 137 : 143), stdout, stderr }));
    // A program that ends without reading its stdin closes the pipe; its exit code tells the story.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input);
  });
}

/**
 * @param {readonly string[]} argv
 * @param {CommandOptions} options
 */
function start([file = '', ...args], options) {
  return spawn(file, args, {
    env: options.onlyEnv ?? { ...process.env, ...options.env },
    stdio: options.show === true ? ['pipe', 2, 2] : 'pipe',
    timeout: options.timeout ?? 120_000,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

/**
 * Runs a program and gives its stdout; a failure is an error with the last lines it wrote.
 * @param {readonly string[]} argv
 * @param {CommandOptions} [options]
 * @returns {Promise<string>}
 */
export async function run(argv, options = {}) {
  const result = await tryRun(argv, options);
  if (result.code === 0) return result.stdout;
  const words = tail(`${result.stdout}\n${result.stderr}`, 15);
  throw new SetupError(`\`${argv.join(' ')}\` ended with ${result.code}${words === '' ? '' : `:\n${words}`}`);
}

/**
 * Where a program is: a bare name is looked up on the path and in the system folders that a user's path may lack.
 * @param {string} name
 * @returns {string | undefined}
 */
export function findProgram(name) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * The last lines of a text, without empty ones at its ends.
 * @param {string} text
 * @param {number} count
 */
export function tail(text, count) {
  return text.trim().split('\n').slice(-count).join('\n');
}

/**
 * Asks until the answer is not undefined; undefined when the time is over.
 * @template T
 * @param {() => Promise<T | undefined>} ask
 * @param {{ readonly within: number, readonly every?: number }} time milliseconds
 * @returns {Promise<T | undefined>}
 */
export async function poll(ask, time) {
  const end = Date.now() + time.within;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || Date.now() >= end) return answer;
    await new Promise((resolve) => setTimeout(resolve, time.every ?? 100));
  }
}
