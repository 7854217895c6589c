// @ts-check
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { canInstall, ensurePackages } from './apt.mjs';
import { isAlive, startInBackground } from './background.mjs';
import { findProgram, poll, run, tail } from './command.mjs';
import { containersConfEnv } from './containers-conf.mjs';
import { SetupError, say } from './say.mjs';
import { pings } from './socket.mjs';
import { changeState, stateFolder } from './state.mjs';

/**
 * Packages by the program or file that shows they are there.
 * @type {Readonly<Record<string, string>>}
 */
export const PODMAN_PACKAGES = {
  podman: 'podman',
  runc: 'runc',
  // netavark publishes ports with it.
  iptables: 'iptables',
  '/usr/lib/podman/netavark|netavark': 'netavark',
  '/usr/lib/podman/aardvark-dns|aardvark-dns': 'aardvark-dns',
  '/usr/libexec/podman/catatonit|catatonit': 'catatonit',
};

/**
 * podman with the settings this machine needs and an API service that answers: the one that is there, else one started here.
 * @returns {Promise<import('./state.mjs').EngineFacts>}
 */
export async function podmanUp() {
  if (canInstall()) await ensurePackages(PODMAN_PACKAGES);
  if (findProgram('podman') === undefined) throw new SetupError('podman is missing', 'install podman, then try again');
  const env = podmanEnv();
  const version = (await run(['podman', 'version', '--format', '{{.Client.Version}}'], { env })).trim();
  const socket = socketPath();
  if (socket === null) return { version, socket, env };
  if (await pings(socket)) say(`podman ${version} already answers on ${socket}`);
  else await startService(socket, env);
  return { version, socket, env };
}

/** What a podman command needs in its environment on this machine. */
export function podmanEnv() {
  return process.platform === 'linux' ? containersConfEnv(join(stateFolder(), 'containers.conf'), 0o644) : {};
}

/** @returns {string | null} */
function socketPath() {
  if (process.platform !== 'linux') return null;
  if (process.getuid?.() === 0) return '/run/podman/podman.sock';
  const runtime = process.env['XDG_RUNTIME_DIR'];
  return runtime === undefined ? null : join(runtime, 'podman', 'podman.sock');
}

/**
 * @param {string} socket
 * @param {Readonly<Record<string, string>>} env
 */
async function startService(socket, env) {
  mkdirSync(dirname(socket), { recursive: true, mode: 0o700 });
  const log = join(stateFolder(), 'podman-service.log');
  const started = startInBackground('podman service', ['podman', 'system', 'service', '--time=0', `unix://${socket}`], {
    log,
    env,
  });
  changeState((state) => ({ ...state, processes: [...state.processes, started] }));
  const answered = await poll(async () => (isAlive(started) ? (await pings(socket)) || undefined : false), {
    within: 60_000,
  });
  if (answered !== true) {
    const how = answered === false ? 'ended at once' : 'did not answer within 60 s';
    throw new SetupError(
      `\`podman system service\` ${how}; the end of ${log}:\n${tail(readFileSync(log, 'utf8'), 20)}`,
    );
  }
  say(`podman service started as process ${started.pid} on ${socket}`);
}
