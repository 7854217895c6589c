// @ts-check
// What the benchmarks work on: a demo data tree, a config file, a profile whose command ends at once, and the engines that answer.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCompose } from '../setup/compose.mjs';
import { factsPath } from '../setup/state.mjs';

const PODCTL = fileURLToPath(new URL('../../bin/podctl.cjs', import.meta.url));
export const IMAGE = 'localhost/podctl-test/busybox:1';

const PROFILE = `name = "bench"

[images.box]
name = "localhost/podctl-test/busybox"
tag = "1"
pull = "never"

[container]
image = "box"

[commands.noop]
about = "End at once"
args = ["true"]

[test]
args = ["true"]
`;

const COMPOSE = `services:
  box:
    image: localhost/podctl-test/busybox:1
    command: ["true"]
    volumes:
      - ./redux/fuji:/desi/fuji:ro
`;

/**
 * @typedef {{ folder: string, noopFolder: string, podctl: readonly string[], compose: string | null, missing: string[],
 *   engines: readonly ('docker' | 'podman')[], env: Record<string, string>, clear: () => Promise<void> }} Desk
 */

/** Lay everything out. @returns {Promise<Desk>} */
export async function makeDesk() {
  if (!existsSync(new URL('../../dist/main.cjs', import.meta.url))) throw new Error('run `npm run build` first');
  const folder = mkdtempSync(join(tmpdir(), 'podctl-bench-'));
  const noopFolder = join(folder, 'noop');
  for (const name of ['redux/fuji', 'redux/iron', 'redux/daily', 'noop', 'state', 'docker/cli-plugins'])
    mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'config.toml'), '[cache]\npath = "/cache"\nmax_age = 60\nmax_size = "1gb"\n');
  writeFileSync(join(folder, 'compose.yaml'), COMPOSE);
  writeFileSync(join(noopFolder, 'podctl.toml'), PROFILE);
  Object.assign(process.env, podmanSettings());
  /** @type {string[]} */ const missing = [];
  const engines = /** @type {const} */ (['docker', 'podman']).filter((engine) => {
    const there = hasImage(engine);
    if (!there)
      missing.push(
        `${engine}: it does not answer or lacks the image ${IMAGE} (run \`node test/setup/engines.mjs up\` first)`,
      );
    return there;
  });
  const compose = findCompose();
  if (compose === null) missing.push('docker compose: no compose v2 here');
  else symlinkSync(compose, join(folder, 'docker/cli-plugins/docker-compose'));
  return {
    folder,
    noopFolder,
    podctl: [process.execPath, PODCTL],
    compose,
    missing,
    engines,
    env: { DESI_SPECTRO_REDUX: join(folder, 'redux'), XDG_STATE_HOME: join(folder, 'state') },
    clear: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

// Where the set-up had to give podman settings of its own, podman and podctl alike run with them.
function podmanSettings() {
  try {
    return JSON.parse(readFileSync(factsPath(), 'utf8')).podman?.env ?? {};
  } catch {
    return {};
  }
}

function hasImage(/** @type {string} */ engine) {
  try {
    execFileSync(engine, ['image', 'inspect', IMAGE], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
