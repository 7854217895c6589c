// @ts-check
// Compose v2 for machines whose Debian has none: the next release's package is unpacked into a cache folder, nothing is installed.
// Its address is derived from the machine's own apt source.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const NEXT_RELEASE = 'trixie';

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
  return places.find((place) => existsSync(place)) ?? unpackCompose(join(tmpdir(), 'podctl-compose'));
}

function unpackCompose(/** @type {string} */ folder) {
  const binary = join(folder, 'root/usr/libexec/docker/cli-plugins/docker-compose');
  if (existsSync(binary)) return binary;
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
  const settings = { cwd: folder, stdio: /** @type {const} */ (['ignore', 'ignore', 'inherit']) };
  execFileSync('apt-get', [...options, 'update', '-qq'], settings);
  execFileSync('apt-get', [...options, 'download', '-qq', 'docker-compose'], settings);
  const file = readdirSync(folder).find((name) => name.endsWith('.deb'));
  if (file === undefined) return null;
  execFileSync('dpkg', ['-x', file, join(folder, 'root')], settings);
  return existsSync(binary) ? binary : null;
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
