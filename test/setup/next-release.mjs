// @ts-check
// Programs that the machine's own Debian is too old to have: the next release's package is unpacked into a cache folder, nothing is
// installed. Its address is derived from the machine's own apt source.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NEXT_RELEASE = 'trixie';

/**
 * Path of a file of a package of the next release, or null where it cannot be had.
 * @param {string} name the package
 * @param {string} path below the root
 * @returns {string | null}
 */
export function unpackNext(name, path) {
  const folder = join(tmpdir(), `podctl-${name.replace(/^docker-/, '')}`);
  const file = join(folder, 'root', path);
  if (existsSync(file)) return file;
  const source = debianSource();
  if (source === null) return null;
  mkdirSync(join(folder, 'lists/partial'), { recursive: true });
  mkdirSync(join(folder, 'archives/partial'), { recursive: true });
  writeFileSync(join(folder, 'sources.list'), `${source}\n`);
  const options = [
    `Dir::Etc::sourcelist=${folder}/sources.list`,
    'Dir::Etc::sourceparts=-',
    `Dir::State::lists=${folder}/lists`,
    `Dir::Cache::archives=${folder}/archives`,
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  /** @type {import('node:child_process').ExecFileSyncOptions} */
  const settings = { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] };
  execFileSync('apt-get', [...options, 'update', '-qq'], settings);
  execFileSync('apt-get', [...options, 'download', '-qq', name], settings);
  const deb = readdirSync(folder).find((entry) => entry.endsWith('.deb'));
  if (deb === undefined) return null;
  execFileSync('dpkg', ['-x', deb, join(folder, 'root')], settings);
  return existsSync(file) ? file : null;
}

/** One-line apt source for the next release, at the host that this machine's own source names. */
function debianSource() {
  const file = '/etc/apt/sources.list.d/debian.sources';
  if (!existsSync(file)) return null;
  const text = readFileSync(file, 'utf8');
  const address = /^URIs:\s*(\S+)/m.exec(text)?.[1];
  const key = /^Signed-By:\s*(\S+)/m.exec(text)?.[1];
  if (address === undefined) return null;
  return `deb ${key === undefined ? '' : `[signed-by=${key}] `}${address} ${NEXT_RELEASE} main`;
}
