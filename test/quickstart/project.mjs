// @ts-check
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

export const PUBLIC_RELEASES = ['fuji', 'iron'];
export const PRIVATE_RELEASES = ['daily'];

/**
 * A project folder as the DESI API has it: the server's config.toml, and beside it a data tree with public and private releases.
 * @param {string} folder
 * @returns {string} the tree
 */
export function makeProject(folder) {
  const redux = join(folder, 'spectro', 'redux');
  for (const release of [...PUBLIC_RELEASES, ...PRIVATE_RELEASES]) {
    mkdirSync(join(redux, release), { recursive: true });
    writeFileSync(join(redux, release, 'spectra.txt'), `spectra of ${release}\n`);
  }
  writeFileSync(join(folder, 'config.toml'), '[cache]\npath = "/cache"\nmax_age = 60\nmax_size = "1gb"\n');
  return redux;
}

/**
 * The wanted port of 127.0.0.1 when it is free, else one that is.
 * @param {number} wanted
 * @returns {Promise<number>}
 */
export async function freePort(wanted) {
  return (await listenOnce(wanted)) ?? (await listenOnce(0)) ?? wanted;
}

/**
 * @param {number} port
 * @returns {Promise<number | undefined>}
 */
function listenOnce(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : undefined));
    });
  });
}
