import { PodctlError, type Problem } from '../core/errors.js';
import type { Origin } from '../core/origin.js';
import { interpolate, own } from './interpolate.js';
import type { LoadedProfile } from './merge.js';
import { problemAt } from './placement.js';
import type { DeclaredValue, NamedValues, Variable, Variables } from './resolved.js';
import type { EnvVariable } from './schema-env.js';
import { nodeAt, sourceOf } from './tree.js';

/** What the outside says about the variables of a contract. */
export type Given = {
  /** The process environment over the env files. */
  readonly variables: Variables;
  /** Words of `--env`, in order; a later one wins. */
  readonly flags: readonly string[];
  readonly names: NamedValues;
  /** Values that the profile's `source` gave, by name; they count where nobody sets the variable. */
  readonly sourced?: Variables | undefined;
};

/** Every variable of the contract with its value. */
export type SettledContract = {
  readonly declared: readonly DeclaredValue[];
  /** What the profile's texts may draw on: flags and defaults of declared variables count, as in the container. */
  readonly variables: Variables;
  /** Words of `--env` that the contract does not know. */
  readonly flags: readonly string[];
  /** Defaults that cannot be filled in. */
  readonly problems: readonly Problem[];
};

/**
 * Find the value of every declared variable: `--env`, then the process environment, then the env files (a later one wins), then the
 * profile's `source`, then its default. An empty value lets the default stand in.
 */
export function settleContract(loaded: LoadedProfile, given: Given): SettledContract {
  const contract = loaded.profile.env;
  const flags = flagValues(given.flags);
  const variables: Record<string, Variable | undefined> = { ...given.variables };
  const problems: Problem[] = [];
  const declared = Object.entries(contract).map(([name, variable]) => {
    const found = own(flags, name) ?? own(given.variables, name) ?? own(given.sourced ?? {}, name);
    const standard =
      found === undefined || found.value === ''
        ? defaultOf(name, variable, { loaded, given, variables, problems })
        : undefined;
    const value = standard ?? found;
    if (value !== undefined) variables[name] = value;
    return { name, variable, value: value?.value ?? null, origin: value === undefined ? null : originOf(name, value) };
  });
  const rest = given.flags.filter((word) => !Object.hasOwn(contract, nameOf(word)));
  return { declared, variables, flags: rest, problems };
}

/** The variable that a word of `--env` is about. */
export function nameOf(word: string): string {
  const at = word.indexOf('=');
  return at < 0 ? word : word.slice(0, at);
}

// A bare name asks for the variable that is there anyway.
function flagValues(words: readonly string[]): Variables {
  const origin: Origin = { kind: 'flag', flag: '--env' };
  return Object.fromEntries(
    words.flatMap((word) => {
      const name = nameOf(word);
      return name === word ? [] : [[name, { value: word.slice(name.length + 1), origin }] as const];
    }),
  );
}

function originOf(name: string, { file, line, origin }: Variable): Origin {
  return origin ?? { kind: 'variable', name, file, line };
}

type Filling = {
  readonly loaded: LoadedProfile;
  readonly given: Given;
  /** Those that were settled so far. */
  readonly variables: Variables;
  readonly problems: Problem[];
};

function defaultOf(
  name: string,
  variable: EnvVariable,
  { loaded, given, variables, problems }: Filling,
): Variable | undefined {
  if (variable.default === undefined) return undefined;
  const node = nodeAt(loaded.tree, ['env', name, 'default']);
  const source = node === undefined ? { file: '', path: ['env', name, 'default'] } : sourceOf(node);
  try {
    const names = { ...given.names, profile: loaded.name };
    const { text } = interpolate(String(variable.default), { variables, names });
    return { value: text, origin: { kind: 'profile', file: source.file, path: source.path } };
  } catch (error) {
    if (!(error instanceof PodctlError)) throw error;
    problems.push(problemAt(source, error));
    return undefined;
  }
}
