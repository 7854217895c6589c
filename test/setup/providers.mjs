// @ts-check
// The programs that run compose files, each on its own: one that cannot be had leaves the others usable.
import { existsSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canInstall, ensurePackages } from './apt.mjs';
import { findProgram, run } from './command.mjs';
import { composeUp, findBuildx } from './compose.mjs';
import { podmanEnv } from './podman.mjs';
import { SetupError, say } from './say.mjs';

/** @typedef {import('./state.mjs').ProviderFacts} ProviderFacts */

/**
 * `docker compose`: the plugins in a folder of the set-up's own, which takes the place of the user's `~/.docker`.
 * @returns {Promise<ProviderFacts>}
 */
export async function composeV2Up() {
  const path = composeUp();
  const config = join(tmpdir(), 'podctl-providers', 'docker-config');
  link(path, join(config, 'cli-plugins', 'docker-compose'));
  // podman looks for logins there too, and refuses to start anything where the file is missing.
  const logins = join(config, 'config.json');
  if (!existsSync(logins)) writeFileSync(logins, '{}\n');
  const buildx = findBuildx();
  if (buildx !== null) link(buildx, join(config, 'cli-plugins', 'docker-buildx'));
  const env = { DOCKER_CONFIG: config };
  const version = (await run(['docker', 'compose', 'version', '--short'], { env })).trim();
  say(`docker compose ${version}${buildx === null ? '' : ', with buildx'}`);
  return { version, path, env };
}

/**
 * `docker-compose` 1.x, the Python one.
 * @returns {Promise<ProviderFacts>}
 */
export async function composeV1Up() {
  const path = await program('docker-compose');
  const version = /\b1\.\d+\.\d+/.exec(await run([path, 'version', '--short']))?.[0];
  if (version === undefined)
    throw new SetupError(`${path} is no docker-compose 1.x`, 'Debian 12 is the last that has it');
  say(`docker-compose ${version}`);
  return { version, path, env: {} };
}

/**
 * `podman-compose`, of which podman itself knows nothing.
 * @returns {Promise<ProviderFacts>}
 */
export async function podmanComposeUp() {
  const path = await program('podman-compose');
  const said = await run([path, 'version'], { env: podmanEnv() });
  const version = /podman-compose\S*\s+(?:version:?\s+)?(\d+\.\d+\.\d+)/.exec(said)?.[1];
  if (version === undefined) throw new SetupError(`${path} does not tell its version:\n${said}`);
  say(`podman-compose ${version}`);
  return { version, path, env: {} };
}

/** @param {string} name of the program and of its package */
async function program(name) {
  if (canInstall()) await ensurePackages({ [name]: name });
  const path = findProgram(name);
  if (path === undefined) throw new SetupError(`${name} is missing`, `install ${name}, then try again`);
  return path;
}

/**
 * @param {string} target
 * @param {string} place
 */
function link(target, place) {
  mkdirSync(join(place, '..'), { recursive: true, mode: 0o755 });
  if (existsSync(place) && readlinkSync(place) === target) return;
  rmSync(place, { force: true });
  symlinkSync(target, place);
}
