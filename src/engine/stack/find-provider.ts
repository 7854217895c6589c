import { PodctlError } from '../../core/errors.js';
import { escapeControl } from '../../core/text.js';
import {
  ALSO_ON,
  PROVIDERS_OF,
  type ProviderFacts,
  type ProviderKind,
  type ProviderName,
} from '../../spec/stack/provider.js';
import { compareVersions } from '../../spec/version.js';
import { type Processes, realProcesses } from '../process.js';
import { type CandidateRequest, candidatesOf, type ProviderCandidate } from './candidates.js';

export type ProviderRequest = CandidateRequest & {
  /** From `--provider` or the profile; only this one will do. */
  readonly wanted: { readonly name: ProviderName; readonly by: string } | null;
  /** Chosen in an earlier run with this engine. */
  readonly remembered: ProviderName | null;
  readonly run?: Processes['run'] | undefined;
};

/**
 * Find the program that runs compose files: the one that is asked for, else the one remembered, else the best that answers. Throws
 * UNAVAILABLE that lists each thing tried and what it answered.
 */
export async function findProvider(request: ProviderRequest): Promise<ProviderFacts> {
  const engine = request.found.facts.name;
  const known: readonly ProviderName[] = [...PROVIDERS_OF[engine], ...ALSO_ON[engine]];
  const only = request.wanted?.name ?? request.remembered;
  if (only !== null && !known.includes(only)) {
    throw new PodctlError('UNAVAILABLE', `\`${only}\` does not work with ${engine}`, {
      hint: `on ${engine} there are ${known.join(', ')}; choose with --provider, or the engine with --engine`,
    });
  }
  const names: readonly ProviderName[] = only === null ? PROVIDERS_OF[engine] : [only];
  const run = askedOnce(request.run ?? realProcesses(request.host).run);
  const attempts: Attempt[] = [];
  for (const name of names) {
    for (const candidate of await candidatesOf(name, request)) {
      const answer = await tryOne(candidate, run);
      if (typeof answer !== 'string') return answer;
      attempts.push({ what: candidate.words.join(' '), answer });
    }
  }
  throw noneAnswers(request, attempts);
}

// Version 1 and 2 may have the same name, and to start the one in Python takes a second.
function askedOnce(run: Processes['run']): Processes['run'] {
  const answers = new Map<string, ReturnType<Processes['run']>>();
  return (call) => {
    const key = JSON.stringify([call.file, call.args, call.env]);
    const answer = answers.get(key) ?? run(call);
    answers.set(key, answer);
    return answer;
  };
}

type Attempt = { readonly what: string; readonly answer: string };

const ASK_TIMEOUT_MS = 20_000;

async function tryOne(candidate: ProviderCandidate, run: Processes['run']): Promise<ProviderFacts | string> {
  if (candidate.broken !== undefined) return candidate.broken;
  const [file = '', ...args] = candidate.words;
  try {
    const { env } = candidate;
    const ended = await run({ file, args: [...args, ...candidate.ask], env, timeout: ASK_TIMEOUT_MS });
    if (ended.timedOut) return `no answer within ${ASK_TIMEOUT_MS / 1000} s`;
    if (ended.exitCode !== 0)
      return firstLine(ended.stderr) || firstLine(ended.stdout) || `exit code ${ended.exitCode}`;
    return judge(candidate, `${ended.stdout}\n${ended.stderr}`);
  } catch (error) {
    if (error instanceof PodctlError) return error.message;
    throw error;
  }
}

function judge(candidate: ProviderCandidate, said: string): ProviderFacts | string {
  const { name, words, env } = candidate;
  const version = /\d+\.\d+(?:\.\d+)?/.exec(nameless(said))?.[0];
  if (version === undefined) return 'it names no version';
  const kind = kindOf(name, said, version);
  if (name === 'compose-v2' && kind === 'compose-v1') return `it is compose ${version}, not version 2`;
  if (name === 'compose-v1' && kind === 'compose-v2') return `it is compose ${version}, not version 1`;
  return { name, kind, version, words, env: envFor(kind, env), foundBy: words.join(' ') };
}

// It calls podman's program, and no socket has to answer for it.
function envFor(kind: ProviderKind, env: ProviderFacts['env']): ProviderFacts['env'] {
  if (kind !== 'podman-compose') return env;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('DOCKER_')));
}

// podman-compose and podman's wrapper tell podman's own version too.
function nameless(said: string): string {
  const lines = said.split('\n').filter((line) => !/podman version|Executing external/i.test(line));
  return lines.find((line) => /compose/i.test(line) && /\d+\.\d+/.test(line)) ?? lines.join('\n');
}

function kindOf(name: ProviderName, said: string, version: string): ProviderKind {
  if (name === 'nerdctl compose' || name === 'podman-compose') return name;
  // The wrapper's own line names podman-compose's page of the manual.
  if (name === 'podman compose' && /podman-compose/i.test(said.replaceAll(/^.*Executing external.*$/gm, ''))) {
    return 'podman-compose';
  }
  return compareVersions(version, '2') >= 0 ? 'compose-v2' : 'compose-v1';
}

function noneAnswers({ wanted, remembered, found }: ProviderRequest, attempts: readonly Attempt[]): PodctlError {
  const problems = attempts.map(({ what, answer }) => ({ message: escapeControl(`${what}: ${answer}`) }));
  const engine = found.facts.name;
  if (wanted !== null) {
    return new PodctlError('UNAVAILABLE', `the compose provider ${wanted.name} (${wanted.by}) did not answer`, {
      hint: 'install it, or choose another one with --provider',
      problems,
    });
  }
  if (remembered !== null) {
    return new PodctlError(
      'UNAVAILABLE',
      `the compose provider ${remembered}, remembered for this project, did not answer`,
      {
        hint: 'podctl never switches by itself: repair it, or choose another one with --provider',
        problems,
      },
    );
  }
  const [best] = PROVIDERS_OF[engine];
  return new PodctlError('UNAVAILABLE', `nothing that runs compose files with ${engine} answered`, {
    hint:
      best === undefined
        ? 'choose another engine with --engine'
        : INSTALL[engine === 'nerdctl' ? 'nerdctl' : 'compose'],
    problems,
  });
}

const INSTALL = {
  compose: "install Docker Compose version 2, docker's plugin; podman can use it too",
  nerdctl: 'install a nerdctl that has `nerdctl compose`',
} as const;

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
