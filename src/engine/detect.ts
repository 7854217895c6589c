import { PodctlError } from '../core/errors.js';
import { escapeControl, redactUrls } from '../core/text.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import type { EngineFacts, EngineName } from '../spec/facts.js';
import { type Asking, askAddress, askProgram, type Tools } from './ask.js';
import { ENGINE_NAMES, parseEngineName } from './assume.js';
import { type Candidate, type Detector, variable } from './candidate.js';
import { dockerContext, dockerHost, dockerProgram, dockerSockets } from './docker-ways.js';
import type { FoundEngine } from './engine.js';
import {
  containerHost,
  nerdctlProgram,
  ownPodmanSocket,
  podmanConnection,
  podmanHpcProgram,
  podmanProgram,
  podmanSockets,
} from './podman-ways.js';
import { probe } from './probe.js';
import { realProcesses } from './process.js';

/** `wanted`: the value of `--engine`; `remembered`: text of `rememberedOf` from an earlier run in this project. */
export type DetectRequest = {
  readonly wanted: string | null;
  readonly remembered: string | null;
  readonly host: Host;
  readonly files: Files;
  readonly tools?: Tools;
  readonly whileAsking?: Asking['whileAsking'];
};

// Where nothing was chosen, the first that answers is taken: docker before podman, sockets before programs.
export const DETECTORS: readonly Detector[] = [
  dockerHost,
  containerHost,
  dockerContext,
  podmanConnection,
  dockerSockets,
  podmanSockets,
  podmanProgram,
  dockerProgram,
  nerdctlProgram,
  podmanHpcProgram,
];

/**
 * Find the engine to use: `--engine`, PODCTL_ENGINE, the project's remembered choice, then the detectors in their order. Throws
 * PodctlError('UNAVAILABLE') that lists each thing tried and what it answered, and PodctlError('USAGE') for an unknown name.
 */
export async function detectEngine(request: DetectRequest): Promise<FoundEngine> {
  const choice = choose(request);
  const asking: Asking = {
    host: request.host,
    files: request.files,
    tools: request.tools ?? { probe, run: realProcesses(request.host).run },
    whileAsking: request.whileAsking,
  };
  const attempts: Attempt[] = [];
  for (const detector of detectorsFor(choice, request.host)) {
    for (const candidate of preferred(await detector.find(request), choice)) {
      const answer = await tryOne(candidate, asking);
      if ('facts' in answer && accepts(choice, answer.facts)) return connect(candidate, answer.facts, asking);
      attempts.push({ what: candidate.foundBy, answer: 'facts' in answer ? describe(answer.facts) : answer.reason });
    }
  }
  throw nothingAnswers(choice, attempts);
}

/** What to remember of an engine for the next run in the same project. */
export function rememberedOf(found: FoundEngine): string {
  const { address } = found.connection;
  return address === null ? found.facts.name : `${found.facts.name} ${address}`;
}

type Attempt = { readonly what: string; readonly answer: string };
type Choice = { readonly name: EngineName | null; readonly by: string; readonly address: string | null };

function choose({ wanted, remembered, host }: DetectRequest): Choice {
  if (wanted !== null) return { name: parseEngineName(wanted), by: '--engine', address: null };
  const fromEnv = variable(host, 'PODCTL_ENGINE');
  if (fromEnv !== null) return { name: parseEngineName(fromEnv), by: 'PODCTL_ENGINE', address: null };
  const [word = '', address = null] = (remembered ?? '').trim().split(' ');
  const name = ENGINE_NAMES.find((known) => known === word) ?? null;
  return { name, by: 'remembered for this project', address };
}

function detectorsFor(choice: Choice, host: Host): readonly Detector[] {
  const fitting = DETECTORS.filter((detector) => choice.name === null || detector.engine === choice.name);
  // An address that somebody set by hand is a choice too: a silent one is reported, not passed over.
  const chosen = fitting.filter((detector) => detector.chosen(host));
  if (chosen.length > 0) return chosen;
  // Podman also answers at docker's places, where it was put as a stand-in.
  return choice.name === 'podman' ? [...fitting, dockerHost, dockerContext, dockerSockets] : fitting;
}

function preferred(candidates: readonly Candidate[], choice: Choice): readonly Candidate[] {
  const isIt = (candidate: Candidate): number =>
    Number(choice.address !== null && candidate.address === choice.address);
  return candidates.toSorted((a, b) => isIt(b) - isIt(a));
}

/** Ask one candidate; what else than an engine is there is the reason. */
export async function tryOne(
  candidate: Candidate,
  asking: Asking,
): Promise<{ readonly facts: EngineFacts } | { readonly reason: string }> {
  if (candidate.broken !== undefined) return { reason: candidate.broken };
  try {
    const { address } = candidate;
    return { facts: await (address === null ? askProgram(candidate, asking) : askAddress(address, asking)) };
  } catch (error) {
    if (error instanceof PodctlError) return { reason: error.message };
    throw error;
  }
}

function accepts(choice: Choice, facts: EngineFacts): boolean {
  return choice.name === null || choice.name === facts.name;
}

async function connect(candidate: Candidate, facts: EngineFacts, { host, files }: Asking): Promise<FoundEngine> {
  const { address, foundBy } = candidate;
  const sameProgram = candidate.engine === facts.name;
  const globals =
    sameProgram && candidate.globals !== null
      ? candidate.globals
      : address === null
        ? []
        : await podmanGlobals(address, { host, files });
  return { facts, connection: { program: facts.name, address, globals, foundBy } };
}

// Where the socket is the one beside the user's own podman, the program needs no option and keeps its local abilities.
async function podmanGlobals(
  address: string,
  { host, files }: { readonly host: Host; readonly files: Files },
): Promise<readonly string[]> {
  const own = ownPodmanSocket(host);
  if (own === null) return host.platform === 'linux' ? ['--url', address] : [];
  const [here, there] = await Promise.all([files.realPath(own), files.realPath(address.replace(/^unix:\/\//, ''))]);
  return here !== null && here === there ? [] : ['--url', address];
}

function describe(facts: EngineFacts): string {
  return `it is ${facts.name} ${facts.version}`;
}

function nothingAnswers(choice: Choice, attempts: readonly Attempt[]): PodctlError {
  const headline =
    choice.name === null ? 'no container engine answered' : `${choice.name} (${choice.by}) did not answer`;
  const problems = attempts.map(({ what, answer }) => ({
    message: escapeControl(redactUrls(`${what}: ${answer}`)),
  }));
  return new PodctlError('UNAVAILABLE', headline, { hint: hintFor(choice), problems });
}

function hintFor(choice: Choice): string {
  if (choice.name === null) return 'install and start docker or podman, or correct the variable that names the engine';
  const start = choice.name === 'docker' ? 'start docker' : `install or repair ${choice.name}`;
  return `${start}, or choose another engine with --engine`;
}
