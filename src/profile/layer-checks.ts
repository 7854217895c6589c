import { PodctlError, type Problem } from '../core/errors.js';
import { mentions, NAMED_VALUES, unknownName } from './interpolate.js';
import { isReserved } from './reserved.js';
import { isTemplate, type Path, shapeOf } from './shape.js';
import { isDynamic, type Part, parseTemplate } from './template.js';
import { isTable } from './tree.js';
import { valueProblem } from './values.js';

/** A problem of one layer's data, at its path. */
export type Finding = Omit<Problem, 'at'> & { readonly path: Path };

const KEY = { pattern: /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, hint: 'use letters, digits, `-`, `_` and `.`' };
const KEY_RULES: readonly { readonly shape: string; readonly pattern: RegExp; readonly hint: string }[] = [
  { shape: 'images/*', ...KEY },
  { shape: 'lists/*', ...KEY },
  { shape: 'modes/*', ...KEY },
  { shape: 'data/*', ...KEY },
  { shape: 'container/mounts/*', ...KEY },
  { shape: 'container/ports/*', ...KEY },
  { shape: 'commands/*', pattern: /^[a-z][a-z0-9_-]*$/, hint: 'use small letters, digits, `-` and `_`' },
  // The engines read an environment as lines of NAME=value.
  {
    shape: 'container/env/*',
    pattern: /^[^\s=\0]+$/u,
    hint: 'a variable has a name, without `=` and spaces',
  },
  { shape: 'env/*', pattern: /^[A-Za-z_][A-Za-z0-9_]*$/, hint: 'use letters, digits and `_`, as ${…} does' },
  { shape: 'container/labels/*', pattern: /^[^=\0\n]+$/u, hint: 'a label has a name, without `=` and line breaks' },
  { shape: 'images/*/labels/*', pattern: /^[^=\0\n]+$/u, hint: 'a label has a name, without `=` and line breaks' },
  {
    shape: 'test/services/*',
    pattern: /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/,
    hint: 'it is a host name: use small letters, digits, `-` and `.`',
  },
  { shape: 'images/*/secrets/*', pattern: KEY.pattern, hint: 'use letters, digits, `-`, `_` and `.`' },
  { shape: 'images/*/args/*', pattern: /^[A-Za-z_][A-Za-z0-9_]*$/, hint: 'use letters, digits and `_`' },
];

// Places where a forgotten pair of braces would make a wrong path and not a shell snippet.
const NOT_SHELL = new Set([
  'lists/*/#',
  'images/*/server',
  'images/*/project',
  'images/*/name',
  'images/*/tag',
  'images/*/context',
  'images/*/file',
  'images/*/secrets/*/file',
  'modes/*/hidden/#',
  'modes/*/shown/#',
  'config/default',
  'test/services/*/image',
  'test/source/source',
  'test/source/target',
  'test/reports/#/path',
  'test/reports/#/to',
  'data/*/file',
  'data/*/migrations',
  'data/*/backup/folder',
  'container/user',
  'container/workdir',
  'container/network',
  'container/env_files/#',
  'container/env_files/#/path',
  'container/mounts/*/source',
  'container/mounts/*/target',
  'container/ports/*',
  'container/ports/*/host',
  'container/ports/*/container',
]);

/** Everything that the schema cannot see in one layer: names, units, addresses, and how variables are written. */
export function checkLayer(data: unknown): readonly Finding[] {
  return checkNode(data, []);
}

function checkNode(value: unknown, path: Path): readonly Finding[] {
  const shape = shapeOf(path);
  const own = [...checkKey(shape, path), ...checkLeaf(shape, path, value)];
  if (Array.isArray(value)) return [...own, ...value.flatMap((element, index) => checkNode(element, [...path, index]))];
  if (!isTable(value)) return own;
  return [...own, ...Object.entries(value).flatMap(([key, inner]) => checkNode(inner, [...path, key]))];
}

function checkKey(shape: string, path: Path): readonly Finding[] {
  const key = path.at(-1);
  if (typeof key !== 'string') return [];
  // Not that it could do harm here, but a record drops this key without a word.
  if (key === '__proto__') return [{ path, message: '`__proto__` cannot be a key', hint: 'choose another name' }];
  const rule = KEY_RULES.find((each) => each.shape === shape);
  if (rule !== undefined && !rule.pattern.test(key)) {
    return [{ path, message: `\`${key}\` is not a good name`, hint: rule.hint }];
  }
  return shape === 'commands/*' ? checkCommandName(key, path) : [];
}

function checkCommandName(name: string, path: Path): readonly Finding[] {
  if (!isReserved(name)) return [];
  return [{ path, message: `\`${name}\` is one of podctl's own commands`, hint: `call it for instance ${name}_app` }];
}

function checkLeaf(shape: string, path: Path, value: unknown): readonly Finding[] {
  if (typeof value !== 'string' && typeof value !== 'number') return [];
  if (shape === 'commands/*/aliases/#') return checkCommandName(String(value), path);
  const text = isTemplate(shape) ? templateText(shape, String(value)) : String(value);
  if (text instanceof PodctlError) return [{ path, message: text.message, hint: text.hint }];
  const problem = text === null ? null : valueProblem(shape, text);
  return problem === null ? [] : [{ path, message: problem.message, hint: problem.hint }];
}

// The plain text of a template without variables, null for one with, an error for one that is wrong.
function templateText(shape: string, text: string): string | null | PodctlError {
  try {
    const parts = parseTemplate(text);
    const unknown = mentions(parts).map((part) => nameError(part, shape));
    const first = unknown.find((error) => error !== null) ?? bareDollar(shape, text);
    if (first !== null) return first;
    return isDynamic(text) ? null : parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
  } catch (error) {
    if (error instanceof PodctlError) return error;
    throw error;
  }
}

function nameError(part: Part, shape: string): PodctlError | null {
  if (part.kind !== 'name') return null;
  if (!NAMED_VALUES.some((known) => known === part.name)) return unknownName(part.name);
  if (part.name !== 'each' || shape.startsWith('container/mounts/*') || shape === 'modes/*/shown/#') return null;
  return new PodctlError('BAD_DATA', '`{each}` has no value here', {
    hint: 'only a mount with `each`, or `shown` with `shown_each`, walks through a list',
  });
}

function bareDollar(shape: string, text: string): PodctlError | null {
  if (!NOT_SHELL.has(shape)) return null;
  const bare = /(?<!\$)(?:\$\$)*\$([A-Za-z_][A-Za-z0-9_]*)/.exec(text)?.[1];
  if (bare === undefined) return null;
  return new PodctlError('BAD_DATA', `\`$${bare}\` is not filled in here`, {
    hint: `write \${${bare}}, or $$${bare} for a plain dollar`,
  });
}
