// @ts-check
import { run, tryRun } from './command.mjs';
import { as } from './rootless.mjs';

/** @typedef {'docker' | 'podman' | 'rootless'} ClientName */

/**
 * @typedef {object} Client one way to give an engine commands
 * @property {ClientName} name
 * @property {'docker' | 'podman'} program
 * @property {import('./command.mjs').CommandOptions} options how the program is started
 * @property {string | null} home a folder that the engine's user owns, when that is not this user
 */

/**
 * How to reach one of the engines; undefined when it is not there.
 * @param {import('./state.mjs').Facts} facts
 * @param {ClientName} name
 * @returns {Client | undefined}
 */
export function clientOf(facts, name) {
  if (name === 'rootless') {
    return facts.rootless === null
      ? undefined
      : { name, program: 'podman', options: as(facts.rootless), home: facts.rootless.home };
  }
  const engine = facts[name];
  return engine === null ? undefined : { name, program: name, options: { env: engine.env }, home: null };
}

/**
 * Gives the engine one command; its output, or an error with it.
 * @param {Client} client
 * @param {readonly string[]} args
 * @param {import('./command.mjs').CommandOptions} [more]
 */
export function ask(client, args, more = {}) {
  return run([client.program, ...args], { ...client.options, ...more });
}

/**
 * The same, when a failure is an answer too.
 * @param {Client} client
 * @param {readonly string[]} args
 * @param {import('./command.mjs').CommandOptions} [more]
 */
export function tryAsk(client, args, more = {}) {
  return tryRun([client.program, ...args], { ...client.options, ...more });
}
