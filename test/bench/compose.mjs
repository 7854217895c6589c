// @ts-check
// Compose v2, of the next release where the machine's Debian has none.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { unpackNext } from '../setup/next-release.mjs';

/**
 * Path of a compose v2 binary that can be started as it is, or null where none can be had.
 * @returns {string | null}
 */
export function findCompose() {
  const places = [
    join(homedir(), '.docker/cli-plugins/docker-compose'),
    '/usr/libexec/docker/cli-plugins/docker-compose',
    '/usr/lib/docker/cli-plugins/docker-compose',
    '/usr/local/lib/docker/cli-plugins/docker-compose',
  ];
  return (
    places.find((place) => existsSync(place)) ??
    unpackNext('docker-compose', 'usr/libexec/docker/cli-plugins/docker-compose')
  );
}
