import { PodctlError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import type { NamedValues, Variables } from './resolved.js';
import type { Use } from './source.js';
import { type Part, parseTemplate } from './template.js';

/** Every named value that podctl gives; `each` only where a list is walked through. */
export const NAMED_VALUES = [
  'config',
  'project',
  'uid',
  'gid',
  'user',
  'home',
  'mode',
  'command',
  'profile',
  'git',
  'each',
] as const;

// Why a known name may be without a value.
const NO_VALUE: Readonly<Record<string, string>> = {
  each: 'only a mount with `each`, or `shown` with `shown_each`, walks through a list',
  config: 'name the file with -c FILE, or give the profile a place for it: default = "…" in [config]',
  mode: 'the profile has no modes',
  git: 'git knows no commit of the project: make one, write a tag out, or give one with --tag',
  other: 'this machine does not say; use a variable with a default in its place',
};

/** What a text may draw on. `unset`: the value of a variable that is not set and has no default; without it that is an error. */
export type Scope = {
  readonly variables: Variables;
  readonly names: NamedValues;
  readonly unset?: ((name: string) => string) | undefined;
};

export type Interpolated = { readonly text: string; readonly uses: readonly Use[] };

type Variable = Extract<Part, { kind: 'variable' }>;

/** Fill in `${VAR}` and `{name}`. Throws for a variable that is not set and has no default, and for a name without a value. */
export function interpolate(text: string, scope: Scope): Interpolated {
  if (!/[${]/.test(text)) return { text, uses: [] };
  return fillParts(parseTemplate(text), scope);
}

/** The same for a text that was taken apart before. */
export function fillParts(parts: readonly Part[], scope: Scope): Interpolated {
  const uses: Use[] = [];
  const text = fill(parts, scope, uses);
  return { text, uses };
}

/** The value under a key of a record that outside data has a say in: inherited ones such as `constructor` do not count. */
export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** All names and variables that a text mentions, those in defaults too. */
export function mentions(parts: readonly Part[]): readonly Part[] {
  return parts.flatMap((part) => (part.kind === 'variable' ? [part, ...mentions(part.operand)] : [part]));
}

/** The error for a named value that podctl does not know. */
export function unknownName(name: string): PodctlError {
  const meant = nearest(name, NAMED_VALUES);
  return new PodctlError('BAD_DATA', `\`{${name}}\` is not a named value`, {
    hint:
      meant === undefined
        ? `known are ${NAMED_VALUES.map((known) => `{${known}}`).join(', ')}; for the plain text write {{${name}}`
        : `did you mean {${meant}}? For the plain text write {{${name}}`,
  });
}

function fill(parts: readonly Part[], scope: Scope, uses: Use[]): string {
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      return part.kind === 'name' ? fillName(part.name, scope, uses) : fillVariable(part, scope, uses);
    })
    .join('');
}

function fillName(name: string, scope: Scope, uses: Use[]): string {
  const value = own(scope.names, name);
  if (value !== undefined) {
    uses.push({ kind: 'name', name });
    return value;
  }
  if (!NAMED_VALUES.some((known) => known === name)) throw unknownName(name);
  throw new PodctlError('BAD_DATA', `\`{${name}}\` has no value here`, { hint: NO_VALUE[name] ?? NO_VALUE['other'] });
}

function fillVariable(part: Variable, scope: Scope, uses: Use[]): string {
  const { name, operator, operand } = part;
  const value = own(scope.variables, name)?.value;
  const missing = value === undefined || (operator.startsWith(':') && value === '');
  if (operator.endsWith('+')) {
    uses.push({ kind: 'variable', name, defaulted: missing });
    return missing ? '' : fill(operand, scope, uses);
  }
  if (!missing) {
    uses.push({ kind: 'variable', name, defaulted: false });
    return operator === '%/*' ? value.replace(/\/[^/]*$/u, '') : value;
  }
  if (operator.endsWith('-')) {
    uses.push({ kind: 'variable', name, defaulted: true });
    return fill(operand, scope, uses);
  }
  if (operator === '' && scope.unset !== undefined) return scope.unset(name);
  throw missingVariable(part, value, scope);
}

/** The name of the variable that a problem calls missing; null for any other problem. */
export function missingName(message: string): string | null {
  return /^the variable `([^`]+)` is (?:empty|not set)$/u.exec(message)?.[1] ?? null;
}

function missingVariable({ name, operand }: Variable, value: string | undefined, scope: Scope): PodctlError {
  const message = fill(operand, scope, []);
  return new PodctlError('BAD_DATA', `the variable \`${name}\` is ${value === '' ? 'empty' : 'not set'}`, {
    hint: message === '' ? `set ${name}, or give it a default in the profile: \${${name}:-default}` : message,
  });
}
