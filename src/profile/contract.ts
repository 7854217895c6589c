import { PodctlError, type Problem } from '../core/errors.js';
import type { Origin } from '../core/origin.js';
import { fillSource, sourcedValue } from './contract-source.js';
import { interpolate, own } from './interpolate.js';
import type { LoadedProfile } from './merge.js';
import { problemAt } from './placement.js';
import type { DeclaredValue, FilledSource, NamedValues, Variable, Variables } from './resolved.js';
import type { EnvVariable } from './schema-env.js';
import type { Path } from './shape.js';
import type { Source } from './source.js';
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
  const filling: Filling = { loaded, given, variables, problems };
  const declared = Object.entries(contract).map(([name, variable]) => {
    const set = own(flags, name) ?? own(given.variables, name);
    const { value, ...settled } = settleVariable(name, variable, { set, filling });
    if (value !== undefined) variables[name] = value;
    return {
      name,
      variable,
      value: value?.value ?? null,
      origin: value === undefined ? null : originOf(name, value),
      ...settled,
    };
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

/** A value; or, where a source has to be asked for it, that source and its place in the profile. */
type Settled =
  | { readonly value: Variable | undefined }
  | { readonly value: undefined; readonly source: FilledSource; readonly origin: Origin };

function settleVariable(
  name: string,
  variable: EnvVariable,
  { set, filling }: { readonly set: Variable | undefined; readonly filling: Filling },
): Settled {
  const found = sourcedValue(name, set, filling.given.sourced ?? {});
  if (found !== undefined && found.value !== '') return { value: found };
  if (variable.source !== undefined) {
    const source = fillSource(name, variable.source, (text, path) => fillIn(text, path, filling));
    if (source !== undefined) return { value: undefined, source, origin: placeIn(['env', name, 'source'], filling) };
  }
  return { value: defaultOf(name, variable, filling) ?? found };
}

function defaultOf(name: string, variable: EnvVariable, filling: Filling): Variable | undefined {
  if (variable.default === undefined) return undefined;
  const path = ['env', name, 'default'];
  const text = fillIn(String(variable.default), path, filling);
  return text === null ? undefined : { value: text, origin: placeIn(path, filling) };
}

// null: it cannot be filled in.
function fillIn(text: string, path: Path, filling: Filling): string | null {
  const { loaded, given, variables, problems } = filling;
  try {
    return interpolate(text, { variables, names: { ...given.names, profile: loaded.name } }).text;
  } catch (error) {
    if (!(error instanceof PodctlError)) throw error;
    problems.push(problemAt(nodeSource(path, filling), error));
    return null;
  }
}

function placeIn(path: Path, filling: Filling): Origin {
  const source = nodeSource(path, filling);
  return { kind: 'profile', file: source.file, path: source.path };
}

function nodeSource(path: Path, { loaded }: Filling): Source {
  const keys = path.filter((part) => typeof part === 'string');
  const node = nodeAt(loaded.tree, keys);
  if (node === undefined) return { file: '', path };
  const source = sourceOf(node);
  return { ...source, path: [...source.path, ...path.slice(keys.length)] };
}
