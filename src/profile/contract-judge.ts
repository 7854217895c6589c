import type { Problem } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import type { Origin } from '../core/origin.js';
import { formatKey, formatPlace, type Place } from '../core/place.js';
import { redactAddress, redactUrls } from '../core/text.js';
import { type Broken, breaks } from './contract-rule.js';
import { isSecretVariable } from './contract-source.js';
import type { DeclaredValue } from './resolved.js';

/** A variable that somebody sets and the contract does not know; `at` null: `--env` or the process environment. */
export type Stranger = { readonly name: string; readonly at: Place | null; readonly where: string };

export type JudgeInput = {
  readonly declared: readonly DeclaredValue[];
  /** Of env files and `--env`. */
  readonly strangers: readonly Stranger[];
  /** Names of the process environment: they only help to say what was meant. */
  readonly environment: readonly string[];
  /** What is at the paths of `fileRules`, by variable; null: nothing. */
  readonly found: Readonly<Record<string, string | null>>;
  /** The env file to write into, as a person would call it; null: there is none. */
  readonly envFile: string | null;
  /** Where variables are used: a place for those that nobody sets. */
  readonly used?: Readonly<Record<string, Place>> | undefined;
};

/** What stops a start, and what is only odd. */
export type Verdict = { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/** Variables whose value is a path that must be there. */
export function fileRules(
  declared: readonly DeclaredValue[],
): readonly { readonly name: string; readonly path: string }[] {
  return declared.flatMap(({ name, variable, value }) =>
    (variable.rule === 'file' || variable.rule === 'directory') && value !== null && value !== ''
      ? [{ name, path: value }]
      : [],
  );
}

/** Everything that is wrong with the environment of a profile, in the order of its contract. Values of secrets never stand in it. */
export function judgeContract(input: JudgeInput): Verdict {
  const slips = findSlips(input);
  const problems = input.declared.flatMap((declared) => {
    const problem = judgeVariable(declared, slips, input);
    const used = input.used?.[declared.name];
    if (problem === null) return [];
    return problem.at === undefined && used !== undefined ? { ...problem, at: used } : problem;
  });
  const odd = [...slips].flatMap(([meant, stranger]) => {
    const required = input.declared.some(({ name, variable }) => name === meant && variable.required === true);
    return required || stranger.where === ENVIRONMENT
      ? []
      : [{ slip: slipOf(stranger, meant), sure: sameWord(stranger.name, meant) }];
  });
  return {
    problems: [...problems, ...odd.flatMap(({ slip, sure }) => (sure ? [slip] : []))],
    warnings: odd.flatMap(({ slip, sure }) => (sure ? [] : [slip])),
  };
}

const ENVIRONMENT = 'the process environment';

function judgeVariable(declared: DeclaredValue, slips: Slips, input: JudgeInput): Problem | null {
  const { variable, value } = declared;
  if (value === null || value === '') {
    return variable.required !== true || declared.source !== undefined
      ? null
      : missing(declared, slips.get(declared.name), input);
  }
  const broken = breaks(value, variable) ?? absent(declared, input);
  if (broken !== null) return wrong(declared, value, broken);
  return variable.deliver === 'engine_secret' ? notKept(declared) : null;
}

// The value of a secret is not told, nor a hint that may show it.
function wrong(declared: DeclaredValue, value: string, broken: Broken): Problem {
  const { name, variable } = declared;
  const secret = isSecretVariable(variable);
  const told = variable.rule === 'url' ? redactAddress(value) : redactUrls(value);
  const shown = secret ? `the value of \`${name}\` is wrong` : `\`${name}\` is \`${shorten(told)}\``;
  const hint = (secret ? undefined : broken.hint) ?? exampleOf(declared);
  return at(declared, `${shown}${placed(declared)}: ${variable.message ?? broken.sentence}`, hint);
}

// podctl hands out only what the engine keeps already; it keeps nothing there by itself.
function notKept(declared: DeclaredValue): Problem {
  const message = `\`${declared.name}\` is set${placed(declared)}, and deliver = "engine_secret" hands out what the engine keeps`;
  return at(declared, message, 'unset it, or take `deliver` out');
}

function missing(declared: DeclaredValue, slip: Stranger | undefined, { envFile }: JudgeInput): Problem {
  const { name, variable, value } = declared;
  const why = variable.message ?? variable.about;
  const state = value === null ? 'is not set anywhere' : `is empty${placed(declared)}`;
  const sample = `${name}=${variable.example ?? '…'}`;
  const hint =
    slip === undefined
      ? envFile === null
        ? `set it in the environment, or give --env-file FILE with ${sample}`
        : `write ${sample} into ${envFile}`
      : `${slip.where} sets \`${slip.name}\`: did you mean \`${name}\`?`;
  return at(declared, `\`${name}\` ${state}${why === undefined ? '' : `: ${why}`}`, hint);
}

// A file may be missing for the run too, so that is asked together with all else.
function absent({ name, variable }: DeclaredValue, { found }: JudgeInput): Broken | null {
  if (!Object.hasOwn(found, name) || found[name] === variable.rule) return null;
  const wanted = variable.rule === 'file' ? 'file' : 'folder';
  if (found[name] === null) return { sentence: `no ${wanted} is there` };
  return {
    sentence: `it must be a ${wanted}, and ${found[name] === 'directory' ? 'a folder' : 'something else'} is there`,
  };
}

function exampleOf({ variable, origin }: DeclaredValue): string | undefined {
  if (variable.example !== undefined) return `write for instance ${variable.example}`;
  if (origin?.kind === 'flag') return 'correct the flag';
  return origin?.kind === 'variable' && origin.file === undefined ? 'correct it in the environment' : undefined;
}

function at({ origin }: DeclaredValue, message: string, hint: string | undefined): Problem {
  const place = placeOf(origin);
  return { message, ...(hint === undefined ? {} : { hint }), ...(place === null ? {} : { at: place }) };
}

function placeOf(origin: Origin | null): Place | null {
  if (origin?.kind === 'profile') return { file: origin.file, key: formatKey(origin.path), path: origin.path };
  return origin?.kind === 'variable' && origin.file !== undefined ? { file: origin.file, line: origin.line } : null;
}

// Where a value without a place in a file came from.
function placed({ origin }: DeclaredValue): string {
  if (origin?.kind === 'flag') return ` (${origin.flag})`;
  return origin?.kind === 'variable' && origin.file === undefined ? ' (process environment)' : '';
}

function shorten(value: string): string {
  const signs = Array.from(value);
  return signs.length <= 100 ? value : `${signs.slice(0, 100).join('')}…`;
}

/** Strangers by the name of the variable that nobody sets and that they look like. */
type Slips = ReadonlyMap<string, Stranger>;

function findSlips({ declared, strangers, environment }: JudgeInput): Slips {
  const unset = declared.filter(
    ({ value, origin, source }) => source === undefined && (value === null || origin?.kind === 'profile'),
  );
  const required = unset.filter(({ variable }) => variable.required === true);
  const known = new Set(declared.map(({ name }) => name));
  const around = environment.filter((name) => !known.has(name)).map((name) => ({ name, at: null, where: ENVIRONMENT }));
  const slips = new Map<string, Stranger>();
  const match = (name: string, among: readonly Stranger[]): void => {
    const free = among.filter((stranger) => ![...slips.values()].includes(stranger));
    const meant = slips.has(name)
      ? undefined
      : nearest(
          name,
          free.map((stranger) => stranger.name),
        );
    const found = free.find((stranger) => stranger.name === meant);
    if (found !== undefined) slips.set(name, found);
  };
  // What must be there takes its pick first.
  for (const { name } of [...required, ...unset]) match(name, strangers);
  for (const { name } of required) match(name, around);
  return slips;
}

function slipOf({ name, at: place, where }: Stranger, meant: string): Problem {
  const message = `\`${name}\` is not a variable of this profile${place === null ? ` (${where})` : ''}`;
  const hint = `did you mean \`${meant}\`? If not, declare it: [env.${name}] in podctl.toml`;
  return { message, hint, ...(place === null ? {} : { at: place }) };
}

function sameWord(name: string, other: string): boolean {
  const [one, two] = [name, other].map((word) => word.toLowerCase().replaceAll(/[^a-z0-9]/gu, ''));
  return one === two;
}

/** A stranger of an env file. */
export function strangerIn(name: string, place: Place): Stranger {
  return { name, at: place, where: formatPlace(place) };
}
