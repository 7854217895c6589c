import * as z from 'zod/mini';
import type { Problem } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import type { Path } from './shape.js';
import { isTable } from './tree.js';

/** A problem of the schema, at a path of the data. */
export type Issue = Omit<Problem, 'at'> & { readonly path: Path };

type ZodIssue = z.core.$ZodIssue;

const KIND: Readonly<Record<string, string>> = {
  string: 'text in quotes',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list in [ ]',
  object: 'a table',
  record: 'a table',
};

/** Say in plain words what the schema found, with the nearest known key or word. */
export function issuesOf(schema: z.core.$ZodType, data: unknown, found: readonly ZodIssue[]): readonly Issue[] {
  return found.flatMap((issue) => flatten(issue, [])).flatMap((issue) => explain(issue, schema, data));
}

/** Keys of the table at a path of the schema; empty where any key may stand. */
export function knownKeys(schema: z.core.$ZodType, path: Path): readonly string[] {
  return schemasAt(schema, path).flatMap((each) => (each instanceof z.ZodMiniObject ? Object.keys(each.shape) : []));
}

// A union's own issue lists what each branch said. The branch that accepts the value's kind is the one that the author meant.
function flatten(issue: ZodIssue, base: Path): readonly ZodIssue[] {
  const path = [...base, ...pathOf(issue)];
  if (issue.code !== 'invalid_union') return [{ ...issue, path }];
  const meant = issue.errors.find((branch) => branch.length > 0 && !branch.some(isAtRoot));
  if (meant !== undefined) return meant.flatMap((inner) => flatten(inner, path));
  return [{ ...issue, path }];
}

function isAtRoot(issue: ZodIssue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union') return issue.errors.every((branch) => branch.some(isAtRoot));
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

function explain(issue: ZodIssue, schema: z.core.$ZodType, data: unknown): readonly Issue[] {
  const path = pathOf(issue);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, path, schema));
  const value = valueAt(data, path);
  if (value === undefined) {
    return [{ path, message: 'this key is missing', hint: `write ${path.at(-1)} = …` }];
  }
  if (issue.code === 'invalid_value') return [wrongWord(path, value, issue.values.map(String))];
  if (issue.code === 'invalid_format') {
    return [{ path, message: `${quoted(value)} is not a name`, hint: 'use small letters, digits, `-`, `_` and `.`' }];
  }
  const expected = [...new Set(expectedKinds(issue))].join(', or ');
  return [{ path, message: `must be ${expected}, and is ${kindOf(value)}`, hint: declareHint(path) }];
}

// `[env]` declares variables; what compose writes below `environment` has a table of its own.
function declareHint(path: Path): string | undefined {
  if (path[0] !== 'env' || path.length !== 2) return undefined;
  return 'a value that the container gets goes in [container.env]; for one to begin with write { default = "…" }';
}

function unknownKey(key: string, path: Path, schema: z.core.$ZodType): Issue {
  const known = knownKeys(schema, path);
  const hint = placeFor(key, path, schema) ?? hintFor(key, known);
  return { path: [...path, key], message: `\`${key}\` is not a known key`, hint };
}

// The commonest slip: a container's key written beside [container] and not in it.
function placeFor(key: string, path: Path, schema: z.core.$ZodType): string | undefined {
  const inside = [...path, 'container'];
  if (!knownKeys(schema, inside).includes(key)) return undefined;
  return `\`${key}\` belongs in [${inside.join('.')}]`;
}

function hintFor(key: string, known: readonly string[]): string {
  const meant = nearest(key.replaceAll('-', '_'), known);
  return meant === undefined ? `known keys: ${known.join(', ')}` : `did you mean \`${meant}\`?`;
}

function wrongWord(path: Path, value: unknown, words: readonly string[]): Issue {
  const meant = typeof value === 'string' ? nearest(value, words) : undefined;
  const message = `must be one of ${words.join(', ')}, and is ${quoted(value)}`;
  return meant === undefined ? { path, message } : { path, message, hint: `did you mean \`${meant}\`?` };
}

function expectedKinds(issue: ZodIssue): readonly string[] {
  if (issue.code === 'invalid_union') return issue.errors.flatMap((branch) => branch.flatMap(expectedKinds));
  if (issue.code === 'invalid_type') return [KIND[issue.expected] ?? issue.expected];
  if (issue.code === 'invalid_value') return issue.values.map((word) => `${String(word)} (takes it away)`);
  return [];
}

function quoted(value: unknown): string {
  return typeof value === 'string' ? `\`${value}\`` : kindOf(value);
}

function kindOf(value: unknown): string {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number' || typeof value === 'bigint') {
    return Number.isFinite(Number(value)) ? 'a number' : 'no usable number';
  }
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'a list';
  return isTable(value) ? 'a table' : 'a date';
}

function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const part of path) {
    if (Array.isArray(value) && typeof part === 'number') value = value[part];
    else if (isTable(value) && Object.hasOwn(value, part)) value = value[part];
    else return undefined;
  }
  return value;
}

function schemasAt(schema: unknown, path: Path): readonly unknown[] {
  if (schema instanceof z.ZodMiniOptional) return schemasAt(schema.def.innerType, path);
  if (schema instanceof z.ZodMiniUnion) return schema.def.options.flatMap((option) => schemasAt(option, path));
  const [head, ...rest] = path;
  if (head === undefined) return [schema];
  if (schema instanceof z.ZodMiniObject) {
    return Object.hasOwn(schema.shape, head) ? schemasAt(schema.shape[head], rest) : [];
  }
  if (schema instanceof z.ZodMiniRecord) return schemasAt(schema.def.valueType, rest);
  return schema instanceof z.ZodMiniArray ? schemasAt(schema.def.element, rest) : [];
}

function pathOf(issue: ZodIssue): Path {
  return issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
}
