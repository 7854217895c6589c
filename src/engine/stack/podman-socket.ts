import { PodctlError } from '../../core/errors.js';
import { shortHash } from '../../core/hash.js';
import type { Clock } from '../../io/clock.js';
import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import { takeLock } from '../../io/pid-lock.js';
import { secretDir } from '../../io/state-dir.js';
import type { FoundEngine } from '../engine.js';
import { isPlainAddress, NOBODY_LISTENS, type Probe, probe } from '../probe.js';
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
 * An address at which podman speaks docker's API, for providers that know no other: the one that it was found at, else a service that
 * podctl starts and that ends by itself when nobody uses it. Throws PodctlError('UNAVAILABLE') where none can be had.
 */
export async function podmanSocket(found: FoundEngine, deps: PodmanSocketDeps): Promise<PodmanSocket> {
  const { address } = found.connection;
  if (address !== null && isPlainAddress(address)) return { address, started: false };
  refuseFarPodman(found, deps);
  const service = new Service(found.connection.program, deps);
  const running = await service.running();
  return running === null ? service.start() : { address: running, started: false };
}

/**
 * What a provider needs in its environment to work on podman. Without BuildKit podman itself builds: with it compose would boot a
 * builder container, from an image of a registry.
 */
export function podmanProviderEnv(address: string): Readonly<Record<string, string>> {
  return { DOCKER_HOST: address, DOCKER_BUILDKIT: '0' };
}

// A service started here would be another podman than the one that was found.
function refuseFarPodman({ connection }: FoundEngine, { host }: PodmanSocketDeps): void {
  if (connection.address === null && connection.globals.length === 0 && host.platform === 'linux') return;
  throw new PodctlError('UNAVAILABLE', `podman (${connection.foundBy}) has no API socket on this machine`, {
    hint: host.platform === 'linux' ? 'name a unix socket in CONTAINER_HOST' : 'start it: podman machine start',
  });
}

class Service {
  readonly #program: string;
  readonly #deps: PodmanSocketDeps;
  readonly #tools: NonNullable<PodmanSocketDeps['tools']>;
  readonly #folder: string;
  readonly #name: string;

  constructor(program: string, deps: PodmanSocketDeps) {
    this.#program = program;
    this.#deps = deps;
    this.#tools = deps.tools ?? { probe, start: startInBackground, lock: takeLock };
    this.#folder = secretDir(deps.host);
    this.#name = `podman-${shortHash(settingsOf(program, deps.host))}`;
  }

  /** The address of a service that answers; null where there is none. */
  async running(): Promise<string | null> {
    for (const path of await this.#sockets()) {
      if ((await this.#ask(path)) === 'answers') return `unix://${path}`;
    }
    return null;
  }

  /** Start a service, or take the one that another podctl starts meanwhile. */
  async start(): Promise<PodmanSocket> {
    const { files, clock } = this.#deps;
    await files.makeDirectory(this.#folder, 0o700);
    const until = clock.now() + START_WITHIN_MS;
    for (;;) {
      const release = await this.#lock(until);
      // Another podctl held the lock, and a service is what it held it for.
      const running = await this.running();
      if (running !== null) {
        await release?.();
        return { address: running, started: false };
      }
      if (release === null) continue;
      try {
        return { address: await this.#startAlone(until), started: true };
      } finally {
        await release();
      }
    }
  }

  async #lock(until: number): Promise<(() => Promise<void>) | null> {
    const { host, files, clock } = this.#deps;
    try {
      return await this.#tools.lock(`${this.#folder}/${this.#name}.lock`, { host, files });
    } catch (error) {
      const held = error instanceof PodctlError && error.code === 'TRY_AGAIN' && clock.now() < until;
      if (!held) throw error;
      await clock.sleep(25);
      return null;
    }
  }

  // Each start has a socket of its own name: podman removes whatever has the name when it begins and when it ends, so that a service
  // that ends late would take a newer one's socket away.
  async #startAlone(until: number): Promise<string> {
    const { host, files, clock, idle = IDLE_SECONDS } = this.#deps;
    for (const path of await this.#sockets()) {
      if ((await this.#ask(path)) === 'dead') await files.removeFile(path);
    }
    const path = `${this.#folder}/${this.#name}-${host.pid}-${clock.now().toString(36)}.sock`;
    checkLength(path);
    const log = `${this.#folder}/${this.#name}.log`;
    await files.writeText(log, '', 0o600);
    const args = ['system', 'service', `--time=${idle}`, `unix://${path}`];
    const service = await this.#tools.start({ file: this.#program, args, cwd: '/' }, { host, log });
    for (let pause = 10; clock.now() < until; pause = Math.min(pause * 1.5, 100)) {
      if ((await this.#ask(path)) === 'answers') return `unix://${path}`;
      if (!service.runs()) throw failed('ended at once', await files.readText(log));
      await clock.sleep(pause);
    }
    throw failed(`did not answer within ${START_WITHIN_MS / 1000} s`, await files.readText(log));
  }

  async #sockets(): Promise<readonly string[]> {
    const names = (await this.#deps.files.list(this.#folder)) ?? [];
    const own = names.filter((name) => name.startsWith(`${this.#name}-`) && name.endsWith('.sock'));
    return own.map((name) => `${this.#folder}/${name}`);
  }

  async #ask(path: string): Promise<'answers' | 'dead' | 'silent'> {
    try {
      const { status } = await this.#tools.probe(`unix://${path}`, { path: '/_ping' });
      return status === 200 ? 'answers' : 'silent';
    } catch (error) {
      if (!(error instanceof PodctlError)) throw error;
      return error.message.endsWith(NOBODY_LISTENS) ? 'dead' : 'silent';
    }
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

function settingsOf(program: string, { uid, env }: Host): string {
  return JSON.stringify([program, uid, SETTINGS.map((name) => env[name] ?? null)]);
}

function checkLength(path: string): void {
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return;
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
