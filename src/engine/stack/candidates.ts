import { PodctlError } from '../../core/errors.js';
import type { Files } from '../../io/files.js';
import { findProgram } from '../../io/find-program.js';
import type { Host } from '../../io/host.js';
import type { ProviderName } from '../../spec/stack/provider.js';
import type { FoundEngine } from '../engine.js';
import { podmanProviderEnv, podmanSocketAddress } from './podman-socket.js';

/** A way to start a provider, not yet asked whether it is there. */
export type ProviderCandidate = {
  readonly name: ProviderName;
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Words that make it print its version. */
  readonly ask: readonly string[];
  /** Why it need not be asked. */
  readonly broken?: string | undefined;
};

export type CandidateRequest = { readonly found: FoundEngine; readonly host: Host; readonly files: Files };

/** Every way to start a provider with the engine in use, the best first. */
export async function candidatesOf(
  name: ProviderName,
  request: CandidateRequest,
): Promise<readonly ProviderCandidate[]> {
  const { found, host } = request;
  const { connection, facts } = found;
  if (name === 'nerdctl compose' || name === 'podman compose') {
    const words = [connection.program, ...connection.globals, 'compose'];
    // What it starts reaches podman as compose v2 itself does; and it tells each time that it starts it.
    const quiet = { ...throughSocket(found, host).env, PODMAN_COMPOSE_WARNING_LOGS: 'false' };
    return [{ name, words, env: name === 'podman compose' ? quiet : {}, ask: ['version'] }];
  }
  if (name === 'podman-compose') {
    const words = [
      'podman-compose',
      ...(connection.globals.length === 0 ? [] : ['--podman-args', connection.globals.join(' ')]),
    ];
    return [{ name, words, env: {}, ask: ['version'] }];
  }
  if (facts.name !== 'podman') {
    const direct = {
      name,
      words: ['docker-compose'],
      env: dockerHost(connection.address, host),
      ask: ['version', '--short'],
    };
    if (name === 'compose-v1') return [direct];
    const own = { ...direct, broken: await versionOne(request) };
    const plugin = [connection.program, ...connection.globals, 'compose'];
    return [
      { name, words: plugin, env: {}, ask: ['version', '--short'] },
      own,
      ...(await pluginFiles(direct, request)),
    ];
  }
  const { env, broken } = throughSocket(found, host);
  const direct = { name, words: ['docker-compose'], env, ask: ['version', '--short'], broken };
  if (name === 'compose-v1') return [direct];
  const own = { ...direct, broken: broken ?? (await versionOne(request)) };
  return [{ ...direct, words: ['docker', 'compose'] }, own, ...(await pluginFiles(direct, request))];
}

const FIRST_LINE = 60;

// To start it, only to hear so, takes longer than all other questions.
async function versionOne({ host, files }: CandidateRequest): Promise<string | undefined> {
  const path = await findProgram('docker-compose', { host, files, folder: host.cwd });
  const head = path === null ? null : await files.readHead(path, FIRST_LINE);
  const [line = ''] = Buffer.from(head ?? [])
    .toString('latin1')
    .split('\n');
  return /^#!.*python/.test(line) ? 'it is in Python, as only version 1 is' : undefined;
}

// Docker's client is pointed at podman's own service.
function throughSocket(found: FoundEngine, host: Host): Pick<ProviderCandidate, 'env' | 'broken'> {
  try {
    return { env: podmanProviderEnv(podmanSocketAddress(found, host)) };
  } catch (error) {
    if (error instanceof PodctlError) return { env: {}, broken: error.message };
    throw error;
  }
}

// The plugin alone, as on a machine that has podman and no docker program.
async function pluginFiles(
  like: ProviderCandidate,
  { host, files }: CandidateRequest,
): Promise<readonly ProviderCandidate[]> {
  const folders = [
    `${host.env['DOCKER_CONFIG'] ?? `${host.home}/.docker`}/cli-plugins`,
    '/usr/local/lib/docker/cli-plugins',
    '/usr/local/libexec/docker/cli-plugins',
    '/usr/lib/docker/cli-plugins',
    '/usr/libexec/docker/cli-plugins',
  ];
  const paths = await Promise.all(
    folders.map(async (folder) => {
      const path = `${folder}/docker-compose`;
      return (await files.stat(path))?.kind === 'file' ? [path] : [];
    }),
  );
  return paths.flat().map((path) => ({ ...like, words: [path] }));
}

// Without docker's program nobody reads its contexts.
function dockerHost(address: string | null, host: Host): Readonly<Record<string, string>> {
  const plain =
    address === null || address === host.env['DOCKER_HOST'] || /^unix:\/\/(\/var)?\/run\/docker\.sock$/.test(address);
  return plain ? {} : { DOCKER_HOST: address };
}
