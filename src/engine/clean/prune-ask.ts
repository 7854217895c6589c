import { PodctlError } from '../../core/errors.js';
import type { FoundEngine } from '../engine.js';
import { engineError } from '../engine-error.js';
import { asList, asObject, asText, type Json, parseJson } from '../json.js';
import { encodeName } from '../observe.js';
import { isPlainAddress, messageOf, type Probe } from '../probe.js';
import type { Processes } from '../process.js';
import { type ApiPaths, type PruneKind, pathsOf } from './prune-api.js';

/** Questions to the engine. What is gone when it is asked for is simply not among the answers. */
export type Asking = {
  /** Ids of all that there are of a kind; names of volumes, and of networks where podman's program is asked. */
  readonly ids: (kind: PruneKind, having?: Having) => Promise<readonly string[]>;
  /** `KIND inspect` of all of these; `size`: containers with what they wrote. */
  readonly inspect: (
    kind: PruneKind,
    names: readonly string[],
    more?: { readonly size: true },
  ) => Promise<readonly Json[]>;
  /** The same of all that there are. */
  readonly all: (kind: PruneKind) => Promise<readonly Json[]>;
};

export type EngineAsk = Asking & {
  /** Docker's program; else podman's. */
  readonly isDocker: boolean;
  /** Words of a printed command line that stand before those that `text` takes. */
  readonly before: number;
  /** What a command prints. Throws what the engine says when it fails. */
  readonly text: (args: readonly string[]) => Promise<string>;
  /** For the last look before something goes: podman is no daemon, so there the very program answers that removes. */
  readonly last: Asking;
};

/** Only those: containers that have a volume; whatever has a label, written `label=value`. */
export type Having = { readonly volume: string } | { readonly label: string };

/** How engines say that something is not there. */
export const GONE = /no such|not found|not known|does not exist|no container with|unable to find/i;

const AT_ONCE = 100;
const TIMEOUT_MS = 120_000;

/** `probe`: asks the engine at its address, where a question takes a hundredth of a program's start. The program prints the same. */
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
  const paths = pathsOf(facts);
  if (paths === null || probe === undefined || address === null || !isPlainAddress(address))
    return { ...head, ...program, last: program };
  const api = throughApi((path) => probe(address, { path, timeout: TIMEOUT_MS }), { paths, program });
  return { ...head, ...api, last: isDocker ? api : program };
}

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
  const asking: Omit<Asking, 'all'> = {
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
  return { ...asking, all: async (kind) => asking.inspect(kind, await asking.ids(kind)) };
}

type Api = { readonly paths: ApiPaths; readonly program: Asking };

function throughApi(get: (path: string) => ReturnType<Probe>, { paths, program }: Api): Asking {
  const ask = async (path: string): Promise<unknown> => {
    const reply = await get(path);
    if (reply.status === 200) return reply.json;
    // Podman has other words for one that goes away while it is looked at.
    if (reply.status === 404 || GONE.test(messageOf(reply))) return null;
    throw new PodctlError('UNAVAILABLE', `the engine does not tell ${path}: ${messageOf(reply)}`, {
      hint: 'try again',
    });
  };
  const list = async (kind: PruneKind, having?: Having): Promise<readonly Json[]> => {
    const pairs = Object.entries(having ?? {}).map(([key, value]) => [key, [value]] as const);
    const filters = encodeURIComponent(JSON.stringify(Object.fromEntries(pairs)));
    const path = paths.lists[kind];
    const said = await ask(pairs.length === 0 ? path : `${path}${path.includes('?') ? '&' : '?'}filters=${filters}`);
    return asList(Array.isArray(said) ? said : asObject(said)['Volumes']).map(asObject);
  };
  const asking: Omit<Asking, 'all'> = {
    ids: async (kind, having) =>
      (await list(kind, having)).map((one) => asText(kind === 'volume' ? one['Name'] : (one['Id'] ?? one['id']))),
    inspect: async (kind, names, more) => {
      // Very many single questions are no quicker.
      if (names.length > AT_ONCE) return program.inspect(kind, names, more);
      const size = more === undefined ? '' : '?size=true';
      const said = await Promise.all(names.map((name) => ask(`${paths.inspect[kind](encodeName(name))}${size}`)));
      return said.flatMap((one) => (one === null ? [] : [asObject(one)]));
    },
  };
  return {
    ...asking,
    // A list of volumes has all of each already.
    all: async (kind) => (kind === 'volume' ? list(kind) : asking.inspect(kind, await asking.ids(kind))),
  };
}
