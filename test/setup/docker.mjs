// @ts-check
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canInstall, ensurePackages } from './apt.mjs';
import { isAlive, startInBackground } from './background.mjs';
import { findProgram, poll, tail } from './command.mjs';
import { SetupError, say } from './say.mjs';
import { versionBehind } from './socket.mjs';
import { changeState, stateFolder } from './state.mjs';

const SOCKET = '/var/run/docker.sock';

/**
 * Packages by the program that shows they are there.
 * @type {Readonly<Record<string, string>>}
 */
const PACKAGES = {
  dockerd: 'docker.io',
  docker: 'docker.io',
  containerd: 'containerd',
  runc: 'runc',
  iptables: 'iptables',
  'docker-init': 'tini',
};

/**
 * A docker engine that answers: the one that is there, else one started here.
 * @returns {Promise<import('./state.mjs').EngineFacts>}
 */
export async function dockerUp() {
  const there = await answering();
  if (there !== undefined) {
    say(`docker ${there.version} already answers on ${there.socket}`);
    if (findProgram('docker') === undefined) await ensurePackages({ docker: 'docker.io' });
    return there;
  }
  if (!canInstall()) {
    throw new SetupError('no docker engine answers', `start docker, then try again (the API must answer on ${SOCKET})`);
  }
  await ensurePackages(PACKAGES);
  return (await answering()) ?? (await startDockerd());
}

/** @returns {Promise<import('./state.mjs').EngineFacts | undefined>} */
async function answering() {
  for (const socket of candidateSockets()) {
    const version = await versionBehind(socket);
    if (version !== undefined) return facts(socket, version);
  }
  return undefined;
}

/** @returns {string[]} */
function candidateSockets() {
  const named = process.env['DOCKER_HOST'];
  return named?.startsWith('unix://') === true ? [named.slice('unix://'.length), SOCKET] : [SOCKET];
}

async function startDockerd() {
  const log = join(stateFolder(), 'dockerd.log');
  const started = startInBackground('dockerd', [findProgram('dockerd') ?? 'dockerd'], { log });
  changeState((state) => ({ ...state, processes: [...state.processes, started] }));
  const version = await poll(async () => (isAlive(started) ? versionBehind(SOCKET) : Promise.resolve('')), {
    within: 60_000,
  });
  if (version === undefined || version === '') {
    const how = version === '' ? 'ended at once' : 'did not answer within 60 s';
    throw new SetupError(`dockerd ${how}; the end of ${log}:\n${tail(readFileSync(log, 'utf8'), 20)}`);
  }
  say(`dockerd ${version} started as process ${started.pid}, log in ${log}`);
  return facts(SOCKET, version);
}

/**
 * @param {string} socket
 * @param {string} version
 * @returns {import('./state.mjs').EngineFacts}
 */
function facts(socket, version) {
  return { version, socket, env: { DOCKER_HOST: `unix://${socket}` } };
}
