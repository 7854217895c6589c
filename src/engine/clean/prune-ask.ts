import { PodctlError } from '../../core/errors.js';
import type { FoundEngine } from '../engine.js';
import { engineError } from '../engine-error.js';
import { asList, asObject, asText, type Json, parseJson } from '../json.js';
import { encodeName } from '../observe.js';
import { isPlainAddress, messageOf, type Probe } from '../probe.js';
import type { Processes } from '../process.js';

export type PruneKind = 'container' | 'image' | 'network' | 'volume';

/** Questions to the engine. What is gone when it is asked for is simply not among the answers. */
export type EngineAsk = {
  /** Docker's program; else podman's. */
  readonly isDocker: boolean;
  /** Words of a printed command line that stand before those that `text` takes. */
  readonly before: number;
  /** What a command prints. Throws what the engine says when it fails. */
  readonly text: (args: readonly string[]) => Promise<string>;
  /** Ids of all that there are of a kind, names of volumes. */
  readonly ids: (kind: PruneKind, having?: Having) => Promise<readonly string[]>;
  /** `KIND inspect` of all of these; `size`: containers with what they wrote. */
  readonly inspect: (
    kind: PruneKind,
    names: readonly string[],
    more?: { readonly size: true },
  ) => Promise<readonly Json[]>;
};

/** Only those: containers that have a volume; whatever has a label, written `label=value`. */
export type Having = { readonly volume: string } | { readonly label: string };

/** How engines say that something is not there. */
export const GONE = /no such|not found|not known|does not exist|no container with|unable to find/i;

const AT_ONCE = 100;
const TIMEOUT_MS = 120_000;

/** `probe`: asks docker at its address, where a question takes a hundredth of a program's start. Its program prints the same. */
export type AskTools = { readonly run: Processes['run']; readonly probe?: Probe | undefined };

/** Ask one engine. */
export function askEngine({ facts, connection }: FoundEngine, { run, probe }: AskTools): EngineAsk {
  const { program: file, globals, address } = connection;
  const start = (args: readonly string[]) => run({ file, args: [...globals, ...args], timeout: TIMEOUT_MS });
  const text = async (args: readonly string[]): Promise<string> => {
    const ended = await start(args);
    if (ended.exitCode === 0) return ended.stdout;
    throw engineError({ argv: [file, ...args], exitCode: ended.exitCode, output: ended.stderr || ended.stdout });
  };
  const isDocker = facts.name === 'docker';
  const head = { isDocker, before: 1 + globals.length, text };
  const program = throughProgram({ file, isDocker, text, start });
  if (!isDocker || probe === undefined || address === null || !isPlainAddress(address)) return { ...head, ...program };
  const api = throughApi((path) => probe(address, { path, timeout: TIMEOUT_MS }));
  return {
    ...head,
    ids: api.ids,
    // Very many single questions are no quicker.
    inspect: (kind, names, more) => (names.length > AT_ONCE ? program : api).inspect(kind, names, more),
  };
}

type Asking = Pick<EngineAsk, 'ids' | 'inspect'>;

type Program = Pick<EngineAsk, 'isDocker' | 'text'> & {
  readonly file: string;
  readonly start: (args: readonly string[]) => ReturnType<Processes['run']>;
};

function throughProgram({ file, isDocker, text, start }: Program): Asking {
  const whole = isDocker ? ['--no-trunc'] : [];
  const words: Readonly<Record<PruneKind, readonly string[]>> = {
    container: ['ps', '--all', '--quiet', '--no-trunc'],
    image: ['images', '--all', '--quiet', '--no-trunc'],
    network: ['network', 'ls', '--quiet', ...whole],
    volume: ['volume', 'ls', '--quiet'],
  };
  const inspectSome: EngineAsk['inspect'] = async (kind, names, more) => {
    const args = [kind, 'inspect', ...(more === undefined ? [] : ['--size']), ...names];
    const ended = await start(args);
    if (ended.exitCode === 0 || GONE.test(ended.stderr)) return asList(parseJson(ended.stdout)).map(asObject);
    throw engineError({ argv: [file, ...args], exitCode: ended.exitCode, output: ended.stderr });
  };
  return {
    ids: async (kind, having) => {
      const filters = Object.entries(having ?? {}).flatMap(([key, value]) => ['--filter', `${key}=${value}`]);
      const printed = await text([...words[kind], ...filters]);
      return [...new Set(printed.split('\n').filter((line) => line.trim() !== ''))];
    },
    inspect: async (kind, names, more) => {
      const groups = Array.from({ length: Math.ceil(names.length / AT_ONCE) }, (_, index) =>
        names.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
      );
      return (await Promise.all(groups.map((group) => inspectSome(kind, group, more)))).flat();
    },
  };
}

function throughApi(get: (path: string) => ReturnType<Probe>): Asking {
  const lists: Readonly<Record<PruneKind, string>> = {
    container: '/containers/json?all=1',
    image: '/images/json?all=1',
    network: '/networks',
    volume: '/volumes',
  };
  const ask = async (path: string): Promise<unknown> => {
    const reply = await get(path);
    if (reply.status === 200) return reply.json;
    if (reply.status === 404) return null;
    throw new PodctlError('UNAVAILABLE', `the engine does not tell ${path}: ${messageOf(reply)}`, {
      hint: 'try again',
    });
  };
  const inspectPath = (kind: PruneKind, name: string, size: boolean): string => {
    const at = encodeName(name);
    if (kind === 'container') return `/containers/${at}/json${size ? '?size=1' : ''}`;
    return kind === 'image' ? `/images/${at}/json` : `/${kind}s/${at}`;
  };
  return {
    ids: async (kind, having) => {
      const pairs = Object.entries(having ?? {}).map(([key, value]) => [key, [value]] as const);
      const filters = encodeURIComponent(JSON.stringify(Object.fromEntries(pairs)));
      const said = await ask(`${lists[kind]}${pairs.length === 0 ? '' : `&filters=${filters}`}`);
      if (kind === 'volume') return asList(asObject(said)['Volumes']).map((one) => asText(asObject(one)['Name']));
      return asList(said).map((one) => asText(asObject(one)['Id']));
    },
    inspect: async (kind, names, more) => {
      const said = await Promise.all(names.map((name) => ask(inspectPath(kind, name, more !== undefined))));
      return said.flatMap((one) => (one === null ? [] : [asObject(one)]));
    },
  };
}
