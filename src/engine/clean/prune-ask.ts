import type { FoundEngine } from '../engine.js';
import { engineError } from '../engine-error.js';
import { asList, asObject, type Json, parseJson } from '../json.js';
import type { Processes } from '../process.js';

/** Questions to the engine's program. What is gone when it is asked for is simply not among the answers. */
export type EngineAsk = {
  /** Docker's program; else podman's. */
  readonly isDocker: boolean;
  /** Words of a printed command line that stand before those that `text` takes. */
  readonly before: number;
  /** What a command prints. Throws what the engine says when it fails. */
  readonly text: (args: readonly string[]) => Promise<string>;
  /** The lines of that, each once. */
  readonly lines: (args: readonly string[]) => Promise<readonly string[]>;
  /** `KIND inspect` of all of these. */
  readonly inspect: (
    kind: 'container' | 'image' | 'network' | 'volume',
    names: readonly string[],
    flags?: readonly string[],
  ) => Promise<readonly Json[]>;
};

/** How engines say that something is not there. */
export const GONE = /no such|not found|not known|does not exist|no container with|unable to find/i;

const AT_ONCE = 100;
const TIMEOUT_MS = 120_000;

/** Ask one engine. */
export function askEngine({ facts, connection }: FoundEngine, run: Processes['run']): EngineAsk {
  const { program: file, globals } = connection;
  const start = (args: readonly string[]) => run({ file, args: [...globals, ...args], timeout: TIMEOUT_MS });
  const text = async (args: readonly string[]): Promise<string> => {
    const ended = await start(args);
    if (ended.exitCode === 0) return ended.stdout;
    throw engineError({ argv: [file, ...args], exitCode: ended.exitCode, output: ended.stderr || ended.stdout });
  };
  const inspectSome: EngineAsk['inspect'] = async (kind, names, flags = []) => {
    const args = [kind, 'inspect', ...flags, ...names];
    const ended = await start(args);
    if (ended.exitCode === 0 || GONE.test(ended.stderr)) return asList(parseJson(ended.stdout)).map(asObject);
    throw engineError({ argv: [file, ...args], exitCode: ended.exitCode, output: ended.stderr });
  };
  return {
    isDocker: facts.name === 'docker',
    before: 1 + globals.length,
    text,
    lines: async (args) => [...new Set((await text(args)).split('\n').filter((line) => line.trim() !== ''))],
    inspect: async (kind, names, flags) => {
      const groups = Array.from({ length: Math.ceil(names.length / AT_ONCE) }, (_, index) =>
        names.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
      );
      return (await Promise.all(groups.map((group) => inspectSome(kind, group, flags)))).flat();
    },
  };
}
