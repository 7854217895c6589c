// @ts-check
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { tryRun } from './command.mjs';
import { npm } from './install.mjs';
import { SetupError, say } from './say.mjs';

/** Release lines of Node, beside the one that runs this, on which the unit tests must pass. */
export const NODE_LINES = ['22', '24'];

/**
 * A Node binary of one release line, from npm's `node` package, kept in the user's cache.
 * @param {string} line
 * @returns {Promise<string>} its path
 */
export async function nodeOfLine(line) {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'podctl-test', `node-${line}`);
  const there = await working(folder, line);
  if (there !== undefined) return there;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  say(`npm install node@${line}`);
  await install(folder, `node@${line}`);
  // The package's install script fetches the platform's own package; where npm runs no scripts, ask for that one.
  const fetched = await working(folder, line);
  if (fetched !== undefined) return fetched;
  await install(folder, `${platformPackage()}@${line}`);
  const direct = await working(folder, line);
  if (direct !== undefined) return direct;
  throw new SetupError(`npm's package \`node@${line}\` gave no working binary in ${folder}`);
}

/**
 * @param {string} folder
 * @param {string} name
 */
function install(folder, name) {
  const flags = ['--no-audit', '--no-fund', '--no-package-lock', '--no-save'];
  return npm(['install', name, '--prefix', folder, ...flags], { cwd: folder, timeout: 600_000 });
}

/**
 * The first binary in the folder that starts and is of this line.
 * @param {string} folder
 * @param {string} line
 */
async function working(folder, line) {
  for (const path of places(folder)) {
    if (!existsSync(path)) continue;
    const said = await tryRun([path, '--version']);
    if (said.code === 0 && said.stdout.startsWith(`v${line}.`)) return path;
  }
  return undefined;
}

/** @param {string} folder */
function places(folder) {
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const modules = join(folder, 'node_modules');
  const nested = join(modules, 'node', 'node_modules');
  const roots = [join(modules, 'node'), join(nested, platformPackage()), join(modules, platformPackage())];
  return roots.map((root) => join(root, 'bin', program));
}

function platformPackage() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  return `node-${platform}-${process.arch}`;
}
