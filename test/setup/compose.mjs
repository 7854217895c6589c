// @ts-check
// Compose v2 and buildx, of the next release where the machine's Debian has none. Nothing is installed.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { canInstall } from './apt.mjs';
import { unpackNext } from './next-release.mjs';
import { SetupError } from './say.mjs';

const PLACES = [
  join(homedir(), '.docker/cli-plugins'),
  '/usr/libexec/docker/cli-plugins',
  '/usr/lib/docker/cli-plugins',
  '/usr/local/lib/docker/cli-plugins',
];

/**
 * Path of a compose v2 binary that can be started as it is, the machine's own first, or null where none can be had.
 * @returns {string | null}
 */
export function findCompose() {
  return installed('docker-compose') ?? unpacked('docker-compose');
}

/**
 * The compose that tests compare with: Debian's wherever it can be had, so that a machine's own makes no difference.
 * @returns {string}
 */
export function composeUp() {
  const found = (canInstall() ? unpacked('docker-compose') : null) ?? installed('docker-compose');
  if (found !== null) return found;
  throw new SetupError('no docker compose v2 is here', 'install it, or run the set-up as root on Debian');
}

/**
 * Docker's builder plugin, or null where it cannot be had; nothing needs it.
 * @returns {string | null}
 */
export function findBuildx() {
  return (canInstall() ? unpacked('docker-buildx') : null) ?? installed('docker-buildx');
}

/** @param {string} name of the package and of the plugin */
function unpacked(name) {
  return unpackNext(name, `usr/libexec/docker/cli-plugins/${name}`);
}

/** @param {string} name */
function installed(name) {
  return PLACES.map((place) => join(place, name)).find((path) => existsSync(path)) ?? null;
}
