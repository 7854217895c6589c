// @ts-check
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, run } from './command.mjs';
import { SetupError, say } from './say.mjs';

/** apt must not ask anything, and must not start services: this machine may have no service manager. */
const APT = { env: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }, timeout: 600_000 };

/** Package lists are fetched at most once per process, and only when something is missing. */
let listsAreFresh = false;

/** Whether packages can be installed here: Debian or a relative, as root. */
export function canInstall() {
  return process.getuid?.() === 0 && isDebian();
}

/**
 * Installs the packages whose program is not on the machine.
 * @param {Readonly<Record<string, string>>} packages package name by the program (or absolute file) that shows it is there
 */
export async function ensurePackages(packages) {
  const missing = missingPackages(packages);
  if (missing.length === 0) return;
  // Nothing that is there may go because of what a test wants.
  const line = `apt-get install -y --no-install-recommends --no-remove ${missing.join(' ')}`;
  if (!canInstall())
    throw new SetupError(`these packages are missing: ${missing.join(', ')}`, `as root, run \`${line}\``);
  await updateLists();
  say(line);
  await run(line.split(' '), APT);
  const still = missingPackages(packages);
  if (still.length > 0) throw new SetupError(`installed, but still not usable: ${still.join(', ')}`);
}

/**
 * @param {Readonly<Record<string, string>>} packages
 * @returns {string[]} each package once
 */
export function missingPackages(packages) {
  const names = Object.entries(packages).filter(([shown]) => !isThere(shown));
  return [...new Set(names.map(([, name]) => name))];
}

/** @param {string} shown several absolute places may be given, divided by | */
function isThere(shown) {
  return shown.split('|').some((one) => (one.startsWith('/') ? existsSync(one) : findProgram(one) !== undefined));
}

/**
 * Unpacks a package's files into a folder, without installing it.
 * @param {string} name
 * @param {string} folder made when absent
 */
export async function unpackPackage(name, folder) {
  if (!canInstall()) throw new SetupError(`package \`${name}\` is needed`, `as root, run \`apt-get install ${name}\``);
  await updateLists();
  mkdirSync(folder, { recursive: true });
  say(`apt-get download ${name}`);
  await run(['apt-get', 'download', name], { ...APT, cwd: folder });
  const file = readdirSync(folder).find((entry) => entry.startsWith(`${name}_`) && entry.endsWith('.deb'));
  if (file === undefined) throw new SetupError(`\`apt-get download ${name}\` left no package in ${folder}`);
  await run(['dpkg', '-x', join(folder, file), folder]);
}

async function updateLists() {
  if (listsAreFresh) return;
  say('apt-get update');
  await run(['apt-get', 'update'], APT);
  listsAreFresh = true;
}

function isDebian() {
  if (findProgram('apt-get') === undefined) return false;
  try {
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}
