import type { Origin } from '../core/origin.js';
import { isSecretVariable, sourceText } from './contract-source.js';
import { own } from './interpolate.js';
import type { LoadedProfile } from './merge.js';
import type { DeclaredValue, DotenvEntry, Variables } from './resolved.js';
import { isTemplate, shapeOf } from './shape.js';
import { originOf, type Source } from './source.js';
import { type Part, parseTemplate } from './template.js';
import { isTree, type Leaf, nodeAt, sourceOf, type Tree, tableAt } from './tree.js';
import { viewOf } from './view.js';

/** One variable that a profile has to do with, for a person to read. */
export type EnvRow = {
  readonly name: string;
  /** null: nobody sets it. */
  readonly value: string | null;
  /** The value may not be shown. */
  readonly secret: boolean;
  readonly required: boolean;
  /** The value is the profile's own, because nobody set another one. */
  readonly standard: boolean;
  readonly origin: Origin | null;
  /** The container gets it. */
  readonly container: boolean;
  /** Where a run would fetch the value, when it has none yet. */
  readonly source?: string | undefined;
};

export type EnvRowsInput = {
  readonly mode: string | null;
  readonly declared: readonly DeclaredValue[];
  readonly entries: readonly DotenvEntry[];
  readonly variables: Variables;
};

/** What a text makes of a variable that is not set. */
type Mention = {
  readonly name: string;
  readonly standard: string | null;
  readonly required: boolean;
  readonly source: Source;
};

/**
 * Every variable in question: those of the contract, those that the profile sets in [container.env], those that its texts draw on, and
 * what else stands in the env files, which counts as secret because nothing says that it is none.
 */
export function envRows(loaded: LoadedProfile, input: EnvRowsInput): readonly EnvRow[] {
  const { tree } = viewOf(loaded.tree, input.mode, null);
  const mentions = mentionsOf(loaded, input.mode);
  const rows = [
    ...input.declared.map((declared) => declaredRow(declared, mentions)),
    ...[...tableAt(tree, ['env']).entries].map(([name, node]) => writtenRow(name, node, input)),
    ...mentions.map((mention) => mentionRow(mention, input)),
    ...input.entries.flatMap((entry) => fileRow(entry)),
  ];
  // Of env files the later line wins; else whoever comes first knows most about a name.
  const seen = new Map<string, EnvRow>();
  const last = new Map(input.entries.map(({ name, line, file }) => [name, `${file}:${line}`]));
  for (const row of rows) {
    const { origin } = row;
    const older =
      origin?.kind === 'variable' &&
      origin.file !== undefined &&
      last.get(row.name) !== `${origin.file}:${origin.line}`;
    if (!seen.has(row.name) && !older) seen.set(row.name, row);
  }
  return [...seen.values()];
}

function declaredRow({ name, variable, value, origin, source }: DeclaredValue, mentions: readonly Mention[]): EnvRow {
  const fixed = {
    name,
    secret: isSecretVariable(variable),
    required: variable.required === true,
    container: variable.container !== false,
  };
  if (source !== undefined) return { ...fixed, value, origin, standard: false, source: sourceText(source) };
  const standard =
    value === null ? mentions.find((mention) => mention.name === name && mention.standard !== null) : undefined;
  if (standard === undefined) return { ...fixed, value, origin, standard: origin?.kind === 'profile' };
  return { ...fixed, value: standard.standard, origin: originOf(standard.source), standard: true };
}

// What the profile writes wins over env files; `from` takes a variable over.
function writtenRow(name: string, node: Tree | Leaf, { variables }: EnvRowsInput): EnvRow {
  const at = (key: string): unknown => {
    const inner = isTree(node) ? nodeAt(node, [key]) : undefined;
    return inner === undefined || isTree(inner) ? undefined : inner.value;
  };
  const fixed = {
    name,
    secret: at('secret') === true,
    required: at('required') === true,
    standard: false,
    container: true,
  };
  const written = isTree(node) ? at('value') : node.value;
  if (typeof written === 'string' || typeof written === 'number') {
    return { ...fixed, value: String(written), origin: originOf(sourceOf(node)) };
  }
  const from = at('from');
  return { ...fixed, ...found(typeof from === 'string' ? from : name, variables) };
}

function mentionRow({ name, standard, required, source }: Mention, { variables }: EnvRowsInput): EnvRow {
  const fixed = { name, secret: false, required, container: false };
  const set = found(name, variables);
  if (set.value !== null || standard === null) return { ...fixed, ...set, standard: false };
  return { ...fixed, value: standard, origin: originOf(source), standard: true };
}

function fileRow({ name, value, file, line }: DotenvEntry): readonly EnvRow[] {
  if (value === null) return [];
  const origin: Origin = { kind: 'variable', name, file, line };
  return [{ name, value, secret: true, required: false, standard: false, origin, container: true }];
}

function found(name: string, variables: Variables): Pick<EnvRow, 'value' | 'origin'> {
  const variable = own(variables, name);
  if (variable === undefined) return { value: null, origin: null };
  const { value, file, line, origin } = variable;
  return { value, origin: origin ?? { kind: 'variable', name, file, line } };
}

// Of the modes only the chosen one speaks. What an entry of [container.env] draws on is told as that entry: it may be secret.
function mentionsOf({ tree }: LoadedProfile, mode: string | null): readonly Mention[] {
  const walk = (node: Tree | Leaf, path: readonly string[]): readonly Mention[] => {
    if (path[0] === 'modes' && path.length === 2 && path[1] !== mode) return [];
    if (shapeOf(path).startsWith('container/env/')) return [];
    if (isTree(node)) return [...node.entries].flatMap(([key, inner]) => walk(inner, [...path, key]));
    return textsOf(node, path).flatMap((text) => parseTemplate(text).flatMap((part) => mentionOf(part, node.source)));
  };
  return walk(tree, []);
}

function textsOf({ value }: Leaf, path: readonly string[]): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.flatMap((text, index) => {
    const shape = shapeOf(Array.isArray(value) ? [...path, index] : path);
    return typeof text === 'string' && isTemplate(shape) ? [text] : [];
  });
}

function mentionOf(part: Part, source: Source): readonly Mention[] {
  if (part.kind !== 'variable') return [];
  const { name, operator, operand } = part;
  const plain = operand.every((inner) => inner.kind === 'text');
  const standard =
    operator.endsWith('-') && plain ? operand.map((inner) => (inner.kind === 'text' ? inner.text : '')).join('') : null;
  return [
    { name, standard, required: operator.endsWith('?'), source },
    ...operand.flatMap((inner) => mentionOf(inner, source)),
  ];
}
