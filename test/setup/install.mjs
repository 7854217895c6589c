// @ts-check
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './command.mjs';
import { say, sayError } from './say.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** @typedef {Readonly<Record<string, { readonly version?: string, readonly optional?: boolean, readonly link?: boolean }>>} Packages */

/** Installs exactly what the lockfile says, unless that is what is installed. */
export async function ensureDependencies() {
  if (isInstalled()) return;
  // No package that podctl uses needs its install script; development packages are wanted even where NODE_ENV is production.
  const flags = ['--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'];
  say('npm ci');
  try {
    await npm(['ci', ...flags], { timeout: 900_000 });
  } catch (error) {
    sayError(error);
    // A registry that lacks some platform's packages makes npm call the lockfile incomplete; an install still takes the versions it names.
    say('npm ci failed: npm install --no-save');
    await npm(['install', '--no-save', ...flags], { timeout: 900_000 });
  }
}

/** Builds dist/ from src/. */
export async function build() {
  say('npm run build');
  await npm(['run', 'build'], { show: true });
}

/**
 * Runs npm in the repository. A parent npm may be silent, and errors must be seen.
 * @param {readonly string[]} args
 * @param {import('./command.mjs').CommandOptions} options
 */
export function npm(args, options) {
  const { npm_execpath: script } = process.env;
  // npm's own script where npm started this: `npm` is no program that Windows can start by itself.
  const program = script?.endsWith('.js') === true ? [process.execPath, script] : ['npm'];
  return run([...program, ...args, '--loglevel=error'], { cwd: ROOT, ...options });
}

function isInstalled() {
  try {
    const wanted = packagesIn(join(ROOT, 'package-lock.json'));
    return lockMatches(wanted, packagesIn(join(ROOT, 'node_modules', '.package-lock.json')));
  } catch {
    return false;
  }
}

/**
 * @param {string} file
 * @returns {Packages}
 */
function packagesIn(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/**
 * Whether what npm says it installed is what the lockfile asks for. Optional packages may be absent: they belong to other platforms.
 * @param {Packages} wanted
 * @param {Packages} installed
 */
export function lockMatches(wanted, installed) {
  const asked = Object.entries(wanted).filter(([path]) => path.startsWith('node_modules/'));
  const extra = Object.keys(installed).some((path) => wanted[path] === undefined);
  if (extra) return false;
  return asked.every(([path, entry]) => {
    const there = installed[path];
    return there === undefined ? entry.optional === true : there.version === entry.version;
  });
}
