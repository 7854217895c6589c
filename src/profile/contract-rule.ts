import { nearest } from '../core/nearest.js';
import type { EnvVariable } from './schema-env.js';

/** What a value is held against. */
export type Rule = Pick<EnvVariable, 'rule' | 'ends_with' | 'pattern' | 'min' | 'max' | 'one_of'>;

/** What is wrong with a value, in words that never show it. `hint`: a better guess than the rule itself, which may show it. */
export type Broken = { readonly sentence: string; readonly hint?: string | undefined };

// scheme, who and where, path, and what follows the path.
const URL_PARTS = /^[a-z][a-z0-9+.-]*:\/\/([^\s/?#]+)(\/[^\s?#]*)?([?#]\S*)?$/iu;
const AUTHORITY = /^(?:[^\s@]*@)?(?:\[[0-9a-f:.]+\]|[^\s:@[\]]+)(?::(\d{1,5}))?$/iu;
const ABSOLUTE = /^(\/|[A-Za-z]:[\\/]|\\\\)/u;

/** Hold a value against its rule; null: nothing is wrong. Whether a file exists is not asked here. */
export function breaks(value: string, rule: Rule): Broken | null {
  return kindProblem(value, rule) ?? patternProblem(value, rule);
}

function kindProblem(value: string, rule: Rule): Broken | null {
  switch (rule.rule) {
    case 'url':
      return urlProblem(value, rule.ends_with);
    case 'integer':
      return integerProblem(value, rule);
    case 'enum':
      return enumProblem(value, rule.one_of ?? []);
    case 'path':
      return ABSOLUTE.test(value) ? null : { sentence: 'it must be an absolute path' };
    case 'text':
    case 'regex':
    case 'file':
    case 'directory':
    case undefined:
      return null;
    default:
      return rule.rule satisfies never;
  }
}

function urlProblem(value: string, end: string | undefined): Broken | null {
  const parts = URL_PARTS.exec(value);
  const port = parts === null ? null : AUTHORITY.exec(parts[1] ?? '');
  if (parts === null || port === null || Number(port[1] ?? 0) > 65_535) {
    return { sentence: 'it must be a whole address, for instance https://example.org/path' };
  }
  return end === undefined ? null : endProblem(end, parts[2] ?? '', parts[3] ?? '');
}

// What an application puts behind the address would else land behind a slash, or in a query.
function endProblem(end: string, path: string, rest: string): Broken | null {
  const sentence = `its path must end in ${end}`;
  if (path.endsWith(end)) return rest === '' ? null : { sentence: `${sentence}, and nothing may follow` };
  const slashed = path.replace(/\/+$/u, '').endsWith(end);
  return { sentence: slashed ? `${sentence}, without a slash behind it` : sentence };
}

function integerProblem(value: string, { min, max }: Rule): Broken | null {
  const number = /^[+-]?\d+$/u.test(value) ? Number(value) : Number.NaN;
  if (number >= (min ?? Number.NEGATIVE_INFINITY) && number <= (max ?? Number.POSITIVE_INFINITY)) return null;
  if (min !== undefined && max !== undefined) return { sentence: `it must be a whole number from ${min} to ${max}` };
  if (min !== undefined) return { sentence: `it must be a whole number, at least ${min}` };
  return { sentence: `it must be a whole number${max === undefined ? '' : `, at most ${max}`}` };
}

function enumProblem(value: string, words: readonly string[]): Broken | null {
  if (words.includes(value)) return null;
  const meant = nearest(value, words);
  const sentence = `it must be one of ${words.join(', ')}`;
  return meant === undefined ? { sentence } : { sentence, hint: `did you mean ${meant}?` };
}

function patternProblem(value: string, { pattern }: Rule): Broken | null {
  if (pattern === undefined || new RegExp(`^(?:${pattern})$`, 'u').test(value)) return null;
  return { sentence: `it must have the form ${pattern}` };
}
