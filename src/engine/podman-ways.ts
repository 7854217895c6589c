import type { Host } from '../io/host.js';
import type { EngineName } from '../spec/facts.js';
import { type Candidate, type Detector, existing, nothing, variable } from './candidate.js';
import { asObject, asText, parseJson } from './json.js';
import { isPlainAddress } from './probe.js';

/** The address in CONTAINER_HOST. */
export const containerHost: Detector = {
  engine: 'podman',
  chosen: (host) => variable(host, 'CONTAINER_HOST') !== null,
  find: ({ host }) => {
    const address = variable(host, 'CONTAINER_HOST');
    return Promise.resolve(
      address === null ? [nothing('podman', 'CONTAINER_HOST', 'not set')] : [podmanAt('CONTAINER_HOST', address)],
    );
  },
};

/**
 * The podman connection in use: CONTAINER_CONNECTION, else the default one where podman is always remote (macOS, Windows). On Linux
 * podman without that variable runs containers itself and heeds no connection.
 */
export const podmanConnection: Detector = {
  engine: 'podman',
  chosen: (host) => variable(host, 'CONTAINER_HOST') === null && variable(host, 'CONTAINER_CONNECTION') !== null,
  find: async ({ host, files }) => {
    const wanted = variable(host, 'CONTAINER_CONNECTION');
    if (variable(host, 'CONTAINER_HOST') !== null || (wanted === null && host.platform === 'linux')) {
      return [nothing('podman', 'CONTAINER_CONNECTION', 'not set')];
    }
    const folder = configFolder(host);
    const json = asObject(parseJson((await files.readText(`${folder}/podman-connections.json`)) ?? ''));
    const listed = asObject(json['Connection']);
    const toml = (await files.readText(`${folder}/containers.conf`)) ?? '';
    const name = wanted ?? (asText(listed['Default']) || textKey(toml, 'engine', 'active_service'));
    if (name === '') return [nothing('podman', 'podman connection', 'none is set')];
    const service = asObject(asObject(listed['Connections'])[name]);
    const uri = asText(service['URI']) || textKey(toml, `engine.service_destinations.${name}`, 'uri');
    return [podmanAt(`podman connection ${name}`, uri)];
  },
};

/** Sockets where podman is known to listen, the own user's first. */
export const podmanSockets: Detector = {
  engine: 'podman',
  chosen: () => false,
  find: async (surroundings) => {
    const known = podmanSocketPaths(surroundings.host);
    const places = await existing(known, surroundings);
    if (places.length === 0) return [nothing('podman', `sockets ${known.join(', ')}`, 'none of them is there')];
    return places.map(({ path, address }) => ({ foundBy: `socket ${path}`, engine: 'podman', address, globals: null }));
  },
};

/** What a podman program itself does; on Linux the usual way, without any socket. */
export const podmanProgram: Detector = programOf('podman');
/** NERSC's wrapper, which takes podman's options. */
export const podmanHpcProgram: Detector = programOf('podman-hpc');
/** containerd's own command line; it has no API that podctl could ask. */
export const nerdctlProgram: Detector = programOf('nerdctl');

/** The socket that the user's own `podman` works beside: what it answers, the plain program sees too. */
export function ownPodmanSocket(host: Host): string | null {
  if (host.platform !== 'linux') return null;
  return host.uid === 0 ? '/run/podman/podman.sock' : `${runtimeFolder(host)}/podman/podman.sock`;
}

function programOf(engine: EngineName): Detector {
  return {
    engine,
    chosen: () => false,
    find: () => Promise.resolve([{ foundBy: `program ${engine}`, engine, address: null, globals: [] }]),
  };
}

function podmanAt(foundBy: string, address: string): Candidate {
  return { foundBy, engine: 'podman', address: isPlainAddress(address) ? address : null, globals: [] };
}

function podmanSocketPaths(host: Host): readonly string[] {
  if (host.platform === 'win32') return ['//./pipe/podman-machine-default'];
  const machine = `${host.home}/.local/share/containers/podman/machine/podman.sock`;
  if (host.platform !== 'linux') return [machine, `${host.tmp}/podman/podman-machine-default-api.sock`];
  const rootless = `${runtimeFolder(host)}/podman/podman.sock`;
  const rootful = '/run/podman/podman.sock';
  return [...(host.uid === 0 ? [rootful] : [rootless, rootful]), machine];
}

function runtimeFolder(host: Host): string {
  return variable(host, 'XDG_RUNTIME_DIR') ?? `/run/user/${host.uid}`;
}

function configFolder(host: Host): string {
  if (host.platform === 'win32') return `${variable(host, 'APPDATA') ?? `${host.home}/AppData/Roaming`}/containers`;
  return `${variable(host, 'XDG_CONFIG_HOME') ?? `${host.home}/.config`}/containers`;
}

/**
 * A text in a simple TOML file, '' where there is none. Podman writes such keys itself, one per line; a full TOML reader would be
 * loaded at every start for them.
 */
export function textKey(toml: string, table: string, key: string): string {
  let current = '';
  for (const line of toml.split('\n')) {
    const header = /^\s*\[([^[\]]+)\]/.exec(line);
    if (header !== null) current = (header[1] ?? '').replaceAll(/["\s]/g, '');
    const pair = /^\s*(\w+)\s*=\s*"([^"]*)"/.exec(line);
    if (current === table && pair?.[1] === key) return pair[2] ?? '';
  }
  return '';
}
