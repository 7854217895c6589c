import { ifPossible, PodctlError } from '../../core/errors.js';
import { shortHash } from '../../core/hash.js';
import type { Clock } from '../../io/clock.js';
import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import { takeLock } from '../../io/pid-lock.js';
import { secretDir } from '../../io/state-dir.js';
import type { FoundEngine } from '../engine.js';
import { isPlainAddress, type Probe, probe } from '../probe.js';
import { type BackgroundStart, startInBackground } from '../process.js';

export type PodmanSocketDeps = {
  readonly host: Host;
  readonly files: Files;
  readonly clock: Clock;
  /** Seconds without a connection after which a service that podctl starts ends. */
  readonly idle?: number;
  readonly tools?: { readonly probe: Probe; readonly start: BackgroundStart; readonly lock: typeof takeLock };
};

/** `started`: by this podctl, just now. */
export type PodmanSocket = { readonly address: string; readonly started: boolean };

/** Long enough that a second command finds it; while a provider holds a connection it does not count as idle. */
const IDLE_SECONDS = 300;
const START_WITHIN_MS = 30_000;
// The kernel's sun_path has 108 bytes, one of them for the end.
const LONGEST_SOCKET_PATH = 107;

/**
 * Where podman speaks docker's API, for providers that know no other: the address that it was found at, else that of a service which
 * `startPodmanSocket` starts. Throws PodctlError('UNAVAILABLE') where there can be none.
 */
export function podmanSocketAddress({ connection }: FoundEngine, host: Host): string {
  const { address } = connection;
  if (address !== null && isPlainAddress(address)) return address;
  // A service started here would be another podman than the one that was found.
  if (address !== null || connection.globals.length > 0 || host.platform !== 'linux') throw farPodman(connection, host);
  return `unix://${checkLength(`${secretDir(host)}/${serviceName(connection.program, host)}.sock`)}`;
}

/** See that something answers at that address: a service of podctl's own ends by itself when nobody uses it, and is started again here. */
export async function startPodmanSocket(found: FoundEngine, deps: PodmanSocketDeps): Promise<PodmanSocket> {
  const address = podmanSocketAddress(found, deps.host);
  if (address === found.connection.address) return { address, started: false };
  return new Service(found.connection.program, address, deps).start();
}

/**
 * What a provider needs in its environment to work on podman. Without BuildKit podman itself builds: with it compose would boot a
 * builder container, from an image of a registry.
 */
export function podmanProviderEnv(address: string): Readonly<Record<string, string>> {
  return { DOCKER_HOST: address, DOCKER_BUILDKIT: '0' };
}

function farPodman({ foundBy }: FoundEngine['connection'], { platform }: Host): PodctlError {
  return new PodctlError('UNAVAILABLE', `podman (${foundBy}) has no API socket on this machine`, {
    hint: platform === 'linux' ? 'name a unix socket in CONTAINER_HOST' : 'start it: podman machine start',
  });
}

class Service {
  readonly #program: string;
  readonly #address: string;
  readonly #path: string;
  readonly #deps: PodmanSocketDeps;
  readonly #tools: NonNullable<PodmanSocketDeps['tools']>;

  constructor(program: string, address: string, deps: PodmanSocketDeps) {
    this.#program = program;
    this.#address = address;
    this.#path = address.slice('unix://'.length);
    this.#deps = deps;
    this.#tools = deps.tools ?? { probe, start: startInBackground, lock: takeLock };
  }

  async start(): Promise<PodmanSocket> {
    const { files, clock, host } = this.#deps;
    if (await this.#answers()) return { address: this.#address, started: false };
    await files.makeDirectory(secretDir(host), 0o700);
    const until = clock.now() + START_WITHIN_MS;
    for (;;) {
      const release = await this.#lock(until);
      try {
        // Another podctl may have held the lock, to start it.
        if (await this.#answers()) return { address: this.#address, started: false };
        if (release === null) continue;
        await this.#startAlone(until);
        return { address: this.#address, started: true };
      } finally {
        await release?.();
      }
    }
  }

  async #lock(until: number): Promise<(() => Promise<void>) | null> {
    const { host, files, clock } = this.#deps;
    try {
      return await this.#tools.lock(`${this.#path}.lock`, { host, files });
    } catch (error) {
      const held = error instanceof PodctlError && error.code === 'TRY_AGAIN' && clock.now() < until;
      if (!held) throw error;
      await clock.sleep(25);
      return null;
    }
  }

  // Podman itself removes a socket that a killed service left, and its own when it ends.
  async #startAlone(until: number): Promise<void> {
    const { host, files, clock, idle = IDLE_SECONDS } = this.#deps;
    const log = `${this.#path}.log`;
    await files.writeText(log, '', 0o600);
    const args = ['system', 'service', `--time=${idle}`, this.#address];
    const service = await this.#tools.start({ file: this.#program, args, cwd: '/' }, { host, log });
    for (let pause = 10; clock.now() < until; pause = Math.min(pause * 1.5, 100)) {
      if (await this.#answers()) return;
      if (!service.runs()) throw failed('ended at once', await files.readText(log));
      await clock.sleep(pause);
    }
    throw failed(`did not answer within ${START_WITHIN_MS / 1000} s`, await files.readText(log));
  }

  // One that is there and says nothing in time must not be started over: its end would take the newer one's socket away.
  async #answers(): Promise<boolean> {
    const ping = { path: '/_ping', timeout: START_WITHIN_MS };
    return (await ifPossible(() => this.#tools.probe(this.#address, ping))) !== null;
  }
}

// Everything by which one podman of a user differs from another: each has a service of its own.
const SETTINGS = [
  'HOME',
  'XDG_DATA_HOME',
  'XDG_CONFIG_HOME',
  'XDG_RUNTIME_DIR',
  'CONTAINERS_CONF',
  'CONTAINERS_CONF_OVERRIDE',
  'CONTAINERS_STORAGE_CONF',
  'CONTAINERS_REGISTRIES_CONF',
  'STORAGE_DRIVER',
  'STORAGE_OPTS',
  'REGISTRY_AUTH_FILE',
  'DOCKER_CONFIG',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
] as const;

function serviceName(program: string, { uid, env }: Host): string {
  return `podman-${shortHash(JSON.stringify([program, uid, SETTINGS.map((name) => env[name] ?? null)]))}`;
}

function checkLength(path: string): string {
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return path;
  throw new PodctlError('CANNOT_CREATE', `a socket cannot have so long a path: ${path}`, {
    hint: 'set XDG_RUNTIME_DIR to a folder with a shorter path',
  });
}

function failed(how: string, log: string | null): PodctlError {
  const lines = (log ?? '').split('\n').filter((line) => line.trim() !== '');
  return new PodctlError('UNAVAILABLE', `\`podman system service\` ${how}`, {
    hint: 'try it by hand: podman system service --time=5',
    problems: lines.slice(-5).map((message) => ({ message })),
  });
}
