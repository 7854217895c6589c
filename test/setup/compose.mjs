// @ts-check
// Compose v2, of the next release where the machine's Debian has none. Nothing is installed.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { canInstall } from './apt.mjs';
import { unpackNext } from './next-release.mjs';
import { SetupError } from './say.mjs';

const PLACES = [
  join(homedir(), '.docker/cli-plugins/docker-compose'),
  '/usr/libexec/docker/cli-plugins/docker-compose',
  '/usr/lib/docker/cli-plugins/docker-compose',
  '/usr/local/lib/docker/cli-plugins/docker-compose',
];

/**
 * Path of a compose v2 binary that can be started as it is, the machine's own first, or null where none can be had.
 * @returns {string | null}
 */
export function findCompose() {
  return installed() ?? unpacked();
}

/**
 * The compose that tests compare with: Debian's wherever it can be had, so that a machine's own makes no difference.
 * @returns {string}
 */
export function composeUp() {
  const found = (canInstall() ? unpacked() : null) ?? installed();
  if (found !== null) return found;
  throw new SetupError('no docker compose v2 is here', 'install it, or run the set-up as root on Debian');
}

function unpacked() {
  return unpackNext('docker-compose', 'usr/libexec/docker/cli-plugins/docker-compose');
}

function installed() {
  return PLACES.find((place) => existsSync(place)) ?? null;
}
