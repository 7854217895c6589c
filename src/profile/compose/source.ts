import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { PodctlError } from '../../core/errors.js';
import type { Place } from '../../core/place.js';
import { mentions } from '../interpolate.js';
import { parseTemplate } from '../template.js';
import { type PlainTable, tableIn } from './plain.js';

/** One compose file as it was written: nothing is filled in, and nothing of other files is in it. */
export type ComposeSource = {
  readonly file: string;
  readonly data: PlainTable;
  readonly variables: readonly UsedVariable[];
  readonly tags: readonly { readonly tag: string; readonly at: Place }[];
  /** Place of a key, as far as the file has it. */
  readonly place: (path: readonly (string | number)[]) => Place;
};

/** A variable that the file mentions. `defaulted`: something stands in when it is missing. `required`: `:?`, the provider stops without it. */
export type UsedVariable = {
  readonly name: string;
  readonly at: Place;
  /** Where it stands, as keys: `services`, `mysql`, `ports`, 0. */
  readonly path: readonly (string | number)[];
  readonly defaulted: boolean;
  readonly required: boolean;
  /** A bare NAME in `environment`: passed on when it is set, and else left out. */
  readonly passedOn: boolean;
};

/** Read one compose file with its positions. Throws BAD_DATA with the place of what is no YAML. */
export function readComposeFile({ file, text }: { readonly file: string; readonly text: string }): ComposeSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { merge: true, lineCounter: lines, logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    const [message = ''] = error.message.split('\n');
    throw new PodctlError('BAD_DATA', `\`${file}\` is no YAML: ${message.replace(/ at line \d+.*$/, '')}`, {
      hint: 'correct it there',
      problems: [{ message: `no YAML: ${message.replace(/ at line \d+.*$/, '')}`, at: { file, line, column: col } }],
    });
  }
  const seen: Seen = { file, lines, variables: [], tags: [] };
  visitNode(document.contents, [], seen);
  return {
    file,
    data: tableIn(document.toJS()),
    variables: seen.variables,
    tags: seen.tags,
    place: (path) => placeOf(document, path, seen),
  };
}

type Path = readonly (string | number)[];
type Seen = {
  readonly file: string;
  readonly lines: LineCounter;
  readonly variables: UsedVariable[];
  readonly tags: { readonly tag: string; readonly at: Place }[];
};

// What an alias stands for was visited where it is written out.
function visitNode(node: unknown, path: Path, seen: Seen): void {
  if (isMap(node)) {
    noteTag(node, seen);
    for (const pair of node.items) visitPair(pair, path, seen);
  } else if (isSeq(node)) {
    noteTag(node, seen);
    for (const [index, item] of node.items.entries()) visitNode(item, [...path, index], seen);
  } else if (isScalar(node)) visitScalar(node, path, seen);
}

function visitPair({ key, value }: { readonly key: unknown; readonly value: unknown }, path: Path, seen: Seen): void {
  if (!isScalar(key)) return;
  const name = String(key.value);
  const inner = [...path, name];
  const empty = value === null || (isScalar(value) && value.value === null);
  if (empty && isEnvironment(path)) noteBare({ name, at: placeAt(key, inner, seen), path: inner }, seen);
  else visitNode(value, inner, seen);
}

function visitScalar(node: { readonly value: unknown } & Node, path: Path, seen: Seen): void {
  noteTag(node, seen);
  if (typeof node.value !== 'string') return;
  if (
    isEnvironment(path.slice(0, -1)) &&
    /^[A-Za-z_][A-Za-z0-9_]*$/.test(node.value) &&
    typeof path.at(-1) === 'number'
  ) {
    noteBare({ name: node.value, at: placeAt(node, path, seen), path }, seen);
    return;
  }
  if (!node.value.includes('$')) return;
  const at = placeAt(node, path, seen);
  for (const part of mentions(partsOf(node.value, at))) {
    if (part.kind !== 'variable') continue;
    const defaulted = part.operator.endsWith('-') || part.operator.endsWith('+');
    const required = part.operator.endsWith('?');
    seen.variables.push({ name: part.name, at, path, defaulted, required, passedOn: false });
  }
}

function partsOf(text: string, at: Place): ReturnType<typeof parseTemplate> {
  try {
    return parseTemplate(text, 'dotenv');
  } catch (error) {
    if (!(error instanceof PodctlError)) throw error;
    const { message, hint } = error;
    throw new PodctlError(error.code, message, { hint, problems: [{ message, hint, at }] });
  }
}

function noteBare(bare: Pick<UsedVariable, 'name' | 'at' | 'path'>, seen: Seen): void {
  seen.variables.push({ ...bare, defaulted: false, required: false, passedOn: true });
}

// Of a service, or of something at the top that services take over by an anchor.
function isEnvironment(path: Path): boolean {
  if (path.at(-1) !== 'environment') return false;
  return path[0] === 'services' ? path.length === 3 : String(path[0]).startsWith('x-');
}

function noteTag(node: Node, seen: Seen): void {
  if (node.tag === '!reset' || node.tag === '!override') seen.tags.push({ tag: node.tag, at: placeAt(node, [], seen) });
}

function placeAt(node: Node, path: Path, { file, lines }: Seen): Place {
  const start = node.range?.[0];
  const key = path.length === 0 ? {} : { path };
  if (start === undefined) return { file, ...key };
  const { line, col } = lines.linePos(start);
  return { file, line, column: col, ...key };
}

function placeOf(document: Document, path: Path, seen: Seen): Place {
  const last = path.at(-1);
  const parent = path.length <= 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && key.value === last);
    if (pair !== undefined && isScalar(pair.key)) return placeAt(pair.key, path, seen);
  }
  return { file: seen.file, path };
}
