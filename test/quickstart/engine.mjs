// @ts-check
import { canInstall, ensurePackages } from '../setup/apt.mjs';
import { tryAsk } from '../setup/clients.mjs';
import { findProgram } from '../setup/command.mjs';
import { PODMAN_PACKAGES, podmanEnv } from '../setup/podman.mjs';
import { SetupError, say } from '../setup/say.mjs';

/** @typedef {import('../setup/clients.mjs').Client} Client */

/** Package managers of Linux systems, and how they install podman. */
const INSTALL_LINES = {
  'apt-get': 'sudo apt-get install -y podman',
  dnf: 'sudo dnf install -y podman',
  zypper: 'sudo zypper install -y podman',
  pacman: 'sudo pacman -S --noconfirm podman',
  apk: 'sudo apk add podman',
};

/**
 * The engine that answers: the one PODCTL_ENGINE names, else docker, else podman. Where none does, podman is installed, or the error tells how to.
 * @param {AbortSignal} signal
 * @returns {Promise<Client>}
 */
export async function answeringEngine(signal) {
  const there = await firstAnswering(signal);
  if (there !== undefined) return there;
  const wanted = process.env['PODCTL_ENGINE'];
  if (wanted !== undefined)
    throw new SetupError(`\`PODCTL_ENGINE=${wanted}\`, but it does not answer`, 'start it, or unset it');
  if (!canInstall()) {
    const line = installLine(process.platform, (program) => findProgram(program) !== undefined);
    const how = line === null ? 'install podman with this system’s packages' : `type \`${line}\``;
    throw new SetupError('neither docker nor podman answers', `${how}, then run this again`);
  }
  say('neither docker nor podman answers: installing podman');
  await ensurePackages(PODMAN_PACKAGES);
  const installed = await firstAnswering(signal);
  if (installed === undefined) throw new SetupError('podman is installed, but does not answer', 'run `podman info`');
  return installed;
}

/** @param {AbortSignal} signal */
async function firstAnswering(signal) {
  const wanted = process.env['PODCTL_ENGINE'];
  /** @type {Client[]} */
  const clients = [
    { name: 'docker', program: 'docker', options: { signal }, home: null },
    { name: 'podman', program: 'podman', options: { signal, env: podmanEnv() }, home: null },
  ];
  for (const client of clients) {
    if ((wanted ?? client.program) !== client.program || findProgram(client.program) === undefined) continue;
    if ((await tryAsk(client, ['info'], { timeout: 30_000 })).code === 0) return client;
  }
  return undefined;
}

/**
 * The one command that gives a machine an engine.
 * @param {string} platform
 * @param {(program: string) => boolean} isThere
 */
export function installLine(platform, isThere) {
  if (platform === 'darwin') return 'brew install podman && podman machine init --now';
  if (platform === 'win32') return 'winget install --exact RedHat.Podman && podman machine init --now';
  return Object.entries(INSTALL_LINES).find(([program]) => isThere(program))?.[1] ?? null;
}
