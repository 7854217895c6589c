import { PodctlError } from '../core/errors.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import type { EngineFacts, EngineName } from '../spec/facts.js';
import { factsFromInfo, factsFromPodmanInfo, factsOfLocalPodman, withEmulation } from './facts.js';
import { asList, asObject, asText, type Json, parseJson } from './json.js';
import { messageOf, PROBE_TIMEOUT_MS, type Probe, type Question, type Reply } from './probe.js';
import type { Processes } from './process.js';

/** How the outside answers; tests give fakes. */
export type Tools = { readonly probe: Probe; readonly run: Processes['run'] };

export type Asking = {
  readonly host: Host;
  readonly files: Files;
  readonly tools: Tools;
  /** Called when the engine has the question that takes it longest: time for work that needs no answer. */
  readonly whileAsking?: (() => void) | undefined;
};

// The newest docker API that podctl was written against; an older engine's own version is used instead.
const NEWEST_API = '1.52';
// Engines that are woken by the first connection, and busy machines, take their time over the long answer.
const INFO_TIMEOUT_MS = 15_000;
const PROGRAM_TIMEOUT_MS = 20_000;

/** Ask the engine behind an API address who it is. Throws PodctlError('UNAVAILABLE') with what it answered instead. */
export async function askAddress(address: string, asking: Asking): Promise<EngineFacts> {
  const ping = await get(address, { path: '/_ping' }, asking);
  const libpod = ping.headers['libpod-api-version'];
  const facts =
    typeof libpod === 'string' && isLocalSocket(address, asking.host)
      ? await factsOfLocalPodman(
          {
            name: 'podman',
            version: libpod,
            apiVersion: negotiate(asText(ping.headers['api-version'])),
            rootless: await isUsersSocket(address, asking.files),
          },
          asking,
        )
      : await askInfo(address, asking);
  return withEmulation(facts, asking.files);
}

/** Ask an engine's program who it is. A `docker` that is podman in disguise is told from the real one. */
export async function askProgram(
  candidate: { readonly engine: EngineName; readonly globals: readonly string[] | null },
  asking: Asking,
): Promise<EngineFacts> {
  const globals = candidate.globals ?? [];
  const run = (...args: readonly string[]): Promise<Json> => runJson(candidate.engine, [...globals, ...args], asking);
  if (candidate.engine === 'podman' || candidate.engine === 'podman-hpc') {
    return withEmulation(await askPodman(candidate.engine, run, asking), asking.files);
  }
  const [version, info] = await Promise.all([
    run('version', '--format', '{{json .}}'),
    run('info', '--format', '{{json .}}'),
  ]);
  if ('APIVersion' in asObject(version['Client'])) return askProgram({ engine: 'podman', globals: [] }, asking);
  const side = asObject(candidate.engine === 'docker' ? version['Server'] : version['Client']);
  const known = {
    name: candidate.engine,
    version: plainVersion(asText(side['Version'])),
    apiVersion: candidate.engine === 'docker' ? negotiate(asText(side['ApiVersion'])) : null,
    host: asking.host,
  };
  if (known.version === '') throw silent(`${candidate.engine} names no version`);
  return withEmulation(factsFromInfo(info, known), asking.files);
}

type RunJson = (...args: readonly string[]) => Promise<Json>;

async function askPodman(name: EngineName, run: RunJson, asking: Asking) {
  const { host } = asking;
  if (host.platform !== 'linux') return factsFromPodmanInfo(await run('info', '--format', 'json'), name, host);
  const version = await run('version', '--format', 'json');
  // A server part means that the program is set up to talk to another machine.
  if ('Server' in version) return factsFromPodmanInfo(await run('info', '--format', 'json'), name, host);
  const client = asText(asObject(version['Client'])['Version']);
  if (client === '') throw silent(`${name} names no version`);
  return factsOfLocalPodman({ name, version: client, apiVersion: null, rootless: host.uid !== 0 }, asking);
}

async function askInfo(address: string, asking: Asking) {
  const asked = Promise.all([
    get(address, { path: '/version', timeout: INFO_TIMEOUT_MS }, asking),
    get(address, { path: '/info', timeout: INFO_TIMEOUT_MS }, asking),
  ]);
  asking.whileAsking?.();
  const [versionReply, infoReply] = await asked;
  const version = asObject(versionReply.json);
  if (asText(version['Version']) === '') throw silent('it answers, but not as a container engine does');
  // Podman's docker-compatible API names itself only here; a docker.sock may be a link to it.
  const components = asList(version['Components']).map((component) => asText(asObject(component)['Name']));
  const facts = factsFromInfo(asObject(infoReply.json), {
    name: components.some((component) => /podman/i.test(component)) ? 'podman' : 'docker',
    version: plainVersion(asText(version['Version'])),
    apiVersion: negotiate(asText(version['ApiVersion'])),
    host: asking.host,
  });
  return { ...facts, vm: facts.vm || isMachineSocket(address) };
}

async function get(address: string, question: Question, { tools }: Asking): Promise<Reply> {
  const reply = await tools.probe(address, { timeout: PROBE_TIMEOUT_MS, ...question });
  if (reply.status !== 200) throw silent(messageOf(reply));
  return reply;
}

async function runJson(file: string, args: readonly string[], { tools }: Asking): Promise<Json> {
  const ended = await tools.run({ file, args, timeout: PROGRAM_TIMEOUT_MS });
  if (ended.timedOut) throw silent(`no answer within ${PROGRAM_TIMEOUT_MS / 1000} s`);
  if (ended.exitCode !== 0) throw silent(lastLine(ended.stderr) || `exit code ${ended.exitCode}`);
  return asObject(parseJson(ended.stdout));
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

// Distributions append their own mark: `20.10.24+dfsg1`.
function plainVersion(version: string): string {
  return version.replace(/^v/, '').replace(/[+~].*$/, '');
}

function negotiate(theirs: string): string | null {
  if (!/^\d+\.\d+$/.test(theirs)) return null;
  const [major = 0, minor = 0] = theirs.split('.').map(Number);
  const [ourMajor = 0, ourMinor = 0] = NEWEST_API.split('.').map(Number);
  return major > ourMajor || (major === ourMajor && minor > ourMinor) ? NEWEST_API : theirs;
}

function isLocalSocket(address: string, host: Host): boolean {
  return host.platform === 'linux' && address.startsWith('unix://') && !isMachineSocket(address);
}

function isMachineSocket(address: string): boolean {
  return /\/\.colima\/|\/\.rd\/|\/\.docker\/desktop\/|\/machine\/|podman-machine/.test(address);
}

// A rootless service's socket belongs to its user.
async function isUsersSocket(address: string, files: Files): Promise<boolean> {
  const stat = await files.stat(address.slice('unix://'.length));
  return stat !== null && stat.uid !== 0;
}

function silent(answer: string): PodctlError {
  return new PodctlError('UNAVAILABLE', answer, { hint: 'start the engine' });
}
