import type { AST } from 'toml-eslint-parser';
import type { Path } from './shape.js';

/** Line and column, both from 1; columns count UTF-16 units, as editors do. */
export type Position = { readonly line: number; readonly column: number };

/** Finds keys of one text. A path that the text does not have gives the nearest table around it, else the top; null: it is not TOML. */
export type Locator = (path: Path) => Position | null;

type Index = Map<string, Position>;

/** Where the key at `path` stands in a TOML text. The parser is loaded here, because only errors and `explain` need it. */
export async function locate(text: string, path: Path): Promise<Position | null> {
  return (await locatorOf(text))(path);
}

/** A finder for several keys of one text; the text is parsed once. */
export async function locatorOf(text: string): Promise<Locator> {
  const { parseTOML } = await import('toml-eslint-parser');
  const index: Index = new Map([[idOf([]), { line: 1, column: 1 }]]);
  try {
    const [top] = parseTOML(withoutBom(text), { tomlVersion: '1.1.0' }).body;
    for (const node of top.body) {
      if (node.type === 'TOMLTable') indexTable(node, index);
      else indexPair(node, [], index);
    }
  } catch {
    // A text that this parser cannot read has no places; the error that is being shown matters more.
    return () => null;
  }
  return (path) => find(index, path);
}

/** A text without the byte order mark that some editors write; it counts as no column. */
export function withoutBom(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function find(index: Index, path: Path): Position | null {
  for (let length = path.length; length >= 0; length--) {
    const found = index.get(idOf(path.slice(0, length)));
    if (found !== undefined) return found;
  }
  return null;
}

// `resolvedKey` holds the indices of arrays of tables between the keys that are written.
function indexTable(table: AST.TOMLTable, index: Index): void {
  const written = table.key.keys;
  let count = 0;
  table.resolvedKey.forEach((part, at) => {
    if (typeof part === 'string') count += 1;
    const key = written[count - 1];
    const path = table.resolvedKey.slice(0, at + 1);
    const put = at === table.resolvedKey.length - 1 ? note : noteOnce;
    if (key !== undefined) put(index, path, key);
  });
  for (const pair of table.body) indexPair(pair, table.resolvedKey, index);
}

function indexPair(pair: AST.TOMLKeyValue, base: Path, index: Index): void {
  let path = base;
  pair.key.keys.forEach((key, at) => {
    path = [...path, key.type === 'TOMLBare' ? key.name : key.value];
    (at === pair.key.keys.length - 1 ? note : noteOnce)(index, path, key);
  });
  indexValue(pair.value, path, index);
}

function indexValue(value: AST.TOMLContentNode, path: Path, index: Index): void {
  if (value.type === 'TOMLInlineTable') {
    for (const pair of value.body) indexPair(pair, path, index);
  } else if (value.type === 'TOMLArray') {
    value.elements.forEach((element, at) => {
      note(index, [...path, at], element);
      indexValue(element, [...path, at], index);
    });
  }
}

// A table's own header says more than the first header that merely passes through it.
function note(index: Index, path: Path, node: AST.TOMLNode): void {
  const { line, column } = node.loc.start;
  index.set(idOf(path), { line, column: column + 1 });
}

function noteOnce(index: Index, path: Path, node: AST.TOMLNode): void {
  if (!index.has(idOf(path))) note(index, path, node);
}

function idOf(path: Path): string {
  return JSON.stringify(path);
}
