// @ts-check
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePackages } from './apt.mjs';
import { run, tryRun } from './command.mjs';
import { containersConf, lookAtMachine } from './containers-conf.mjs';
import { PODMAN_PACKAGES } from './podman.mjs';
import { say } from './say.mjs';
import { changeState } from './state.mjs';

/** The user of its own that runs rootless podman; the set-up makes it, and leaves it for the next run. */
export const ROOTLESS_USER = 'podctl-test';

/** @type {Readonly<Record<string, string>>} */
const PACKAGES = {
  ...PODMAN_PACKAGES,
  newuidmap: 'uidmap',
  slirp4netns: 'slirp4netns',
  'fuse-overlayfs': 'fuse-overlayfs',
};

/**
 * Rootless podman of a test user. Only root can make one.
 * @returns {Promise<import('./state.mjs').RootlessFacts>}
 */
export async function rootlessUp() {
  await ensurePackages(PACKAGES);
  await ensureUser();
  await openDevice('/dev/net/tun', ['10', '200']);
  await openDevice('/dev/fuse', ['10', '229']);
  const user = await who();
  const runtimeDir = ownFolder(join('/run/user', String(user.uid)), user);
  const settings = join(ownFolder(join(user.home, '.config', 'containers'), user), 'podctl-test.conf');
  writeFileSync(settings, containersConf(lookAtMachine()), { mode: 0o644 });
  const env = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: user.home,
    USER: ROOTLESS_USER,
    LOGNAME: ROOTLESS_USER,
    XDG_RUNTIME_DIR: runtimeDir,
    CONTAINERS_CONF: settings,
  };
  const version = await run(['podman', 'version', '--format', '{{.Client.Version}}'], as({ ...user, env }));
  say(`rootless podman ${version.trim()} works for user ${ROOTLESS_USER} (uid ${user.uid})`);
  return { user: ROOTLESS_USER, ...user, runtimeDir, version: version.trim(), env };
}

/**
 * How to run a command as the rootless user: options for `run` and `tryRun`.
 * @param {Pick<import('./state.mjs').RootlessFacts, 'uid' | 'gid' | 'home' | 'env'>} rootless
 */
export function as(rootless) {
  return { uid: rootless.uid, gid: rootless.gid, cwd: rootless.home, onlyEnv: rootless.env };
}

async function ensureUser() {
  if ((await tryRun(['id', ROOTLESS_USER])).code !== 0) {
    say(`useradd ${ROOTLESS_USER}`);
    await run(['useradd', '--create-home', '--shell', '/bin/sh', ROOTLESS_USER]);
  }
  // useradd gives ranges only where login.defs says so.
  for (const [file, flag] of [
    ['/etc/subuid', '--add-subuids'],
    ['/etc/subgid', '--add-subgids'],
  ]) {
    if (file === undefined || flag === undefined || hasRange(file)) continue;
    await run(['usermod', flag, freeRange(file), ROOTLESS_USER]);
  }
}

/** @param {string} file */
function hasRange(file) {
  return rangesOf(file).some((range) => range.user === ROOTLESS_USER);
}

/**
 * The 65,536 ids after all given ones.
 * @param {string} file
 */
function freeRange(file) {
  const first = Math.max(100_000, ...rangesOf(file).map((range) => range.first + range.count));
  return `${first}-${first + 65_535}`;
}

/** @param {string} file */
function rangesOf(file) {
  return existsSync(file) ? parseRanges(readFileSync(file, 'utf8')) : [];
}

/**
 * The lines of /etc/subuid or /etc/subgid.
 * @param {string} text
 * @returns {{ user: string, first: number, count: number }[]}
 */
export function parseRanges(text) {
  const lines = text.split('\n').map((line) => /^([^:#]+):(\d+):(\d+)$/.exec(line.trim()));
  return lines.flatMap((line) =>
    line === null ? [] : [{ user: line[1] ?? '', first: Number(line[2]), count: Number(line[3]) }],
  );
}

/** @returns {Promise<{ uid: number, gid: number, home: string }>} */
async function who() {
  const fields = (await run(['getent', 'passwd', ROOTLESS_USER])).trim().split(':');
  return { uid: Number(fields[2]), gid: Number(fields[3]), home: fields[5] ?? '/' };
}

/**
 * Opens a device to all users, and remembers the mode it had.
 * @param {string} path
 * @param {readonly [string, string]} numbers for a machine where it is missing
 */
async function openDevice(path, numbers) {
  if (!existsSync(path)) {
    await run(['mkdir', '-p', dirname(path)]);
    await run(['mknod', path, 'c', ...numbers]);
  }
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o006) === 0o006) return;
  chmodSync(path, 0o666);
  changeState((state) => ({ ...state, modes: [...state.modes, { path, mode }] }));
}

/**
 * @param {string} path
 * @param {{ readonly uid: number, readonly gid: number, readonly home: string }} user
 */
function ownFolder(path, user) {
  const parent = dirname(path);
  const own = parent.startsWith(`${user.home}/`);
  // Others must be able to pass through a parent such as /run/user, which a bare machine lacks.
  mkdirSync(parent, { recursive: true, mode: 0o755 });
  mkdirSync(path, { recursive: true, mode: 0o700 });
  for (const folder of own ? [parent, path] : [path]) chownSync(folder, user.uid, user.gid);
  return path;
}
