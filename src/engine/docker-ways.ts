import type { Host } from '../io/host.js';
import { type Candidate, type Detector, existing, nothing, type Surroundings, variable } from './candidate.js';
import { asObject, asText, parseJson } from './json.js';
import { isPlainAddress } from './probe.js';

/** The address in DOCKER_HOST. */
export const dockerHost: Detector = {
  engine: 'docker',
  chosen: (host) => variable(host, 'DOCKER_HOST') !== null,
  find: ({ host }) => {
    const address = variable(host, 'DOCKER_HOST');
    const certificates = variable(host, 'DOCKER_TLS_VERIFY') !== null || variable(host, 'DOCKER_TLS') !== null;
    return Promise.resolve(
      address === null
        ? [nothing('docker', 'DOCKER_HOST', 'not set')]
        : [dockerAt('DOCKER_HOST', address, certificates)],
    );
  },
};

/** The docker context in use: DOCKER_CONTEXT, else the one that `docker context use` set. DOCKER_HOST switches contexts off. */
export const dockerContext: Detector = {
  engine: 'docker',
  chosen: (host) => variable(host, 'DOCKER_HOST') === null && variable(host, 'DOCKER_CONTEXT') !== null,
  find: async (surroundings) => {
    const name = await contextName(surroundings);
    if (name === null) return [nothing('docker', 'docker context', 'none but the default one')];
    const foundBy = `docker context ${name}`;
    const context = await readContext(name, surroundings);
    if (context !== null) return [dockerAt(foundBy, context.address, context.certificates)];
    return [nothing('docker', foundBy, `not found in ${dockerFolder(surroundings.host)}/contexts`)];
  },
};

/** Sockets where docker engines are known to listen, by platform. */
export const dockerSockets: Detector = {
  engine: 'docker',
  chosen: () => false,
  find: async (surroundings) => {
    const known = [...dockerSocketPaths(surroundings.host), ...(await colimaPaths(surroundings))];
    const sockets = await existing(known, surroundings);
    if (sockets.length === 0) return [nothing('docker', `sockets ${known.join(', ')}`, 'none of them is there')];
    const elsewhere = (await contextName(surroundings)) !== null || variable(surroundings.host, 'DOCKER_HOST') !== null;
    return sockets.map(({ path, address }) => ({
      foundBy: `socket ${path}`,
      engine: 'docker',
      address,
      // The program goes to its default socket by itself, unless a context or variable sends it elsewhere.
      globals: !elsewhere && isDefaultSocket(path) ? [] : ['--host', address],
    }));
  },
};

/** What `docker` itself reaches. */
export const dockerProgram: Detector = {
  engine: 'docker',
  chosen: () => false,
  find: () => Promise.resolve([{ foundBy: 'program docker', engine: 'docker', address: null, globals: [] }]),
};

/** The context that is not the default one, or null. */
export async function contextName({ host, files }: Surroundings): Promise<string | null> {
  if (variable(host, 'DOCKER_HOST') !== null) return null;
  const config = asObject(parseJson((await files.readText(`${dockerFolder(host)}/config.json`)) ?? ''));
  const name = variable(host, 'DOCKER_CONTEXT') ?? asText(config['currentContext']);
  return name === '' || name === 'default' ? null : name;
}

type ContextFacts = { readonly address: string; readonly certificates: boolean };

// Contexts lie in folders named by a hash; their names stand inside.
async function readContext(name: string, { host, files }: Surroundings): Promise<ContextFacts | null> {
  const contexts = `${dockerFolder(host)}/contexts`;
  for (const folder of (await files.list(`${contexts}/meta`)) ?? []) {
    const meta = asObject(parseJson((await files.readText(`${contexts}/meta/${folder}/meta.json`)) ?? ''));
    if (meta['Name'] !== name) continue;
    const address = asText(asObject(asObject(meta['Endpoints'])['docker'])['Host']);
    return { address, certificates: (await files.list(`${contexts}/tls/${folder}/docker`)) !== null };
  }
  return null;
}

// The program settles ssh and certificates; podctl itself asks only plain addresses.
function dockerAt(foundBy: string, address: string, certificates: boolean): Candidate {
  const asked = isPlainAddress(address) && !certificates ? address : null;
  return { foundBy, engine: 'docker', address: asked, globals: [] };
}

/** Folder of docker's own settings for this user. */
export function dockerFolder(host: Host): string {
  return variable(host, 'DOCKER_CONFIG') ?? `${host.home}/.docker`;
}

function isDefaultSocket(path: string): boolean {
  return path === '/var/run/docker.sock' || path === '//./pipe/docker_engine';
}

function dockerSocketPaths(host: Host): readonly string[] {
  if (host.platform === 'win32') return ['//./pipe/docker_engine', '//./pipe/dockerDesktopLinuxEngine'];
  const runtime = variable(host, 'XDG_RUNTIME_DIR') ?? `/run/user/${host.uid}`;
  return [
    '/var/run/docker.sock',
    ...(host.platform === 'linux' ? [`${runtime}/docker.sock`] : []),
    `${host.home}/.docker/run/docker.sock`,
    `${host.home}/.docker/desktop/docker.sock`,
    `${host.home}/.rd/docker.sock`,
  ];
}

async function colimaPaths({ host, files }: Surroundings): Promise<readonly string[]> {
  if (host.platform === 'win32') return [];
  const folder = variable(host, 'COLIMA_HOME') ?? `${host.home}/.colima`;
  const profiles = (await files.list(folder)) ?? [];
  return profiles.filter((profile) => !profile.startsWith('_')).map((profile) => `${folder}/${profile}/docker.sock`);
}
