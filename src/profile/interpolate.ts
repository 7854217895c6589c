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
  'each',
] as const;

/** What a text may draw on. */
export type Scope = { readonly variables: Variables; readonly names: NamedValues };

export type Interpolated = { readonly text: string; readonly uses: readonly Use[] };

/** Fill in `${VAR}` and `{name}`. Throws for a variable that is not set and has no default, and for a name without a value. */
export function interpolate(text: string, scope: Scope): Interpolated {
  if (!/[${]/.test(text)) return { text, uses: [] };
  const uses: Use[] = [];
  const filled = fill(parseTemplate(text), scope, uses);
  return { text: filled, uses };
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
  throw new PodctlError('BAD_DATA', `\`{${name}}\` has no value here`, {
    hint:
      name === 'each'
        ? 'only a mount with `each`, or `shown` with `shown_each`, walks through a list'
        : `take {${name}} out, or give a variable with a default in its place`,
  });
}

function fillVariable(part: Extract<Part, { kind: 'variable' }>, scope: Scope, uses: Use[]): string {
  const { name, operator, operand } = part;
  const value = own(scope.variables, name)?.value;
  const missing = value === undefined || (operator.startsWith(':') && value === '');
  const defaulted = missing && operator !== '';
  const note = (): void => void uses.push({ kind: 'variable', name, defaulted });
  if (operator.endsWith('+')) {
    note();
    return missing ? '' : fill(operand, scope, uses);
  }
  if (!missing) {
    note();
    return value;
  }
  if (operator.endsWith('-')) {
    note();
    return fill(operand, scope, uses);
  }
  const message = fill(operand, scope, []);
  throw new PodctlError('BAD_DATA', `the variable \`${name}\` is ${value === '' ? 'empty' : 'not set'}`, {
    hint: message === '' ? `set ${name}, or give it a default in the profile: \${${name}:-default}` : message,
  });
}
