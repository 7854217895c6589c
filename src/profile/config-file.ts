import type { Problem } from '../core/errors.js';
import { PodctlError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { own } from './interpolate.js';
import { placeProblems, problemAt } from './placement.js';
import type { ConfigKey } from './schema.js';
import type { Path } from './shape.js';
import { parseToml } from './toml.js';
import { isTable } from './tree.js';

/** What a profile says about the application's own config file. */
export type ConfigRules = {
  readonly format?: 'toml' | 'any' | undefined;
  readonly keys?: Readonly<Record<string, ConfigKey | false>> | undefined;
};

type File = { readonly file: string; readonly text: string };
type Rule = ConfigKey & { readonly key: string; readonly path: readonly string[] };

const KIND = {
  string: 'text in quotes',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  table: 'a table',
} as const satisfies Record<ConfigKey['type'], string>;

/**
 * All that is wrong with the application's config file: keys that are missing, of another type, out of range or of the wrong form,
 * and unknown keys that look like a slip of a known one. Each with line and column. Empty when nothing is wrong, or when the profile
 * has no rules.
 */
export async function checkConfigFile(source: File, config: ConfigRules): Promise<readonly Problem[]> {
  if (config.format === 'any' || (config.format === undefined && config.keys === undefined)) return [];
  const data = readData(source);
  if (data instanceof PodctlError) return data.problems;
  const rules = Object.entries(config.keys ?? {}).flatMap(([key, rule]): Rule[] =>
    rule === false ? [] : [{ ...rule, key, path: key.split('.') }],
  );
  const slips = findSlips(data, [], rules);
  const blocked = findBlocked(data, rules);
  const found = [
    ...blocked,
    ...rules
      .filter(({ path }) => !blocked.some((one) => one.path.every((part, index) => path[index] === part)))
      .flatMap((rule) => checkRule(data, rule, slips)),
  ];
  const problems = [...found, ...slips].map(({ path, message, hint }) =>
    problemAt({ file: source.file, path }, { message, hint }),
  );
  return placeProblems(problems, () => source.text);
}

type Finding = { readonly path: Path; readonly message: string; readonly hint?: string | undefined };
type Slip = Finding & { readonly meant: readonly string[] };

function readData(source: File): Readonly<Record<string, unknown>> | PodctlError {
  try {
    const data = parseToml(source, { integersAsBigInt: true });
    return isTable(data) ? data : {};
  } catch (error) {
    if (error instanceof PodctlError) return error;
    throw error;
  }
}

// Something else stands where a table should be: its keys are then not missing one by one.
function findBlocked(data: Readonly<Record<string, unknown>>, rules: readonly Rule[]): readonly Finding[] {
  const tables = rules.flatMap(({ path }) => path.slice(1).map((_, index) => path.slice(0, index + 1)));
  const once = new Map(tables.map((path) => [path.join('.'), path]));
  return [...once.values()].flatMap((path) => {
    const value = valueAt(data, path);
    if (value === undefined || isTable(value)) return [];
    const kind = kindOf(value);
    const message = `must be a table, and is ${kind === null ? 'a date' : KIND[kind]}`;
    return [{ path, message, hint: `write [${path.join('.')}] over its keys` }];
  });
}

function checkRule(data: Readonly<Record<string, unknown>>, rule: Rule, slips: readonly Slip[]): readonly Finding[] {
  const value = valueAt(data, rule.path);
  if (value === undefined) {
    // A misspelt key is told once, as what it is.
    const slipped = slips.some(({ meant }) => meant.every((part, index) => rule.path[index] === part));
    if (rule.required !== true || slipped) return [];
    return [{ path: rule.path, message: `\`${rule.key}\` is missing`, hint: rule.hint ?? `write ${rule.key} = …` }];
  }
  const message = typeProblem(value, rule) ?? rangeProblem(value, rule) ?? formProblem(value, rule);
  return message === null ? [] : [{ path: rule.path, message, hint: rule.hint }];
}

function typeProblem(value: unknown, rule: Rule): string | null {
  const kind = kindOf(value);
  if (kind === rule.type || (kind === 'integer' && rule.type === 'number')) return null;
  return `must be ${KIND[rule.type]}, and is ${kind === null ? 'a date' : KIND[kind]}`;
}

function rangeProblem(value: unknown, { min, max, secret }: Rule): string | null {
  if (typeof value !== 'bigint' && typeof value !== 'number') return null;
  const number = Number(value);
  const shown = secret === true ? 'this number' : `\`${number}\``;
  if (min !== undefined && !(number >= min)) return `${shown} is less than ${min}`;
  if (max !== undefined && !(number <= max)) return `${shown} is more than ${max}`;
  return null;
}

function formProblem(value: unknown, { pattern, one_of: words, secret }: Rule): string | null {
  if (typeof value !== 'string') return null;
  const shown = secret === true ? 'this value' : `\`${value}\``;
  if (words !== undefined && !words.includes(value)) return `${shown} is none of ${words.join(', ')}`;
  if (pattern === undefined || new RegExp(pattern, 'u').test(value)) return null;
  return `${shown} is not written as this key needs it`;
}

// Keys that no rule knows are the application's own business, unless they look like one that is missing.
function findSlips(
  table: Readonly<Record<string, unknown>>,
  path: readonly string[],
  rules: readonly Rule[],
): readonly Slip[] {
  const here = rules.filter((rule) => path.every((part, index) => rule.path[index] === part));
  const known = [...new Set(here.flatMap((rule) => rule.path[path.length] ?? []))];
  return Object.entries(table).flatMap(([key, value]) => {
    const inner = [...path, key];
    if (known.includes(key)) return isTable(value) ? findSlips(value, inner, rules) : [];
    const meant = nearest(
      key,
      known.filter((word) => own(table, word) === undefined),
    );
    if (meant === undefined) return [];
    const message = `\`${key}\` is not a known key`;
    return [{ path: inner, message, hint: `did you mean \`${meant}\`?`, meant: [...path, meant] }];
  });
}

function valueAt(data: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  let value: unknown = data;
  for (const part of path) value = isTable(value) ? own(value, part) : undefined;
  return value;
}

function kindOf(value: unknown): ConfigKey['type'] | null {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (Array.isArray(value)) return 'array';
  return isTable(value) ? 'table' : null;
}
