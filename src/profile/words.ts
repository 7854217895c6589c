import type { Problem } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { problemAt } from './placement.js';
import type { Source } from './source.js';
import { parseTemplate } from './template.js';
import { isTree, nodeAt, type Tree } from './tree.js';

/** A text with the place where it was set. */
export type Word = { readonly word: string; readonly source: Source };

/** The text at a path; null for anything else. */
export function wordAt(tree: Tree, path: readonly string[]): Word | null {
  const node = nodeAt(tree, path);
  if (node === undefined || isTree(node) || typeof node.value !== 'string') return null;
  return { word: node.value, source: node.source };
}

/** The text without its escapes; null when variables or named values are still to be filled in. */
export function plainText(text: string): string | null {
  const parts = parseTemplate(text);
  return parts.every((part) => part.kind === 'text') ? parts.map((part) => part.text).join('') : null;
}

/** A problem for a word that should be a key of `known` and is not. */
export function unknownWord({ word, source }: Word, what: string, known: readonly string[]): Problem {
  return problemAt(source, { message: `no ${what} is called \`${word}\``, hint: hintFor(word, what, known) });
}

/** What to write instead of an unknown word. */
export function hintFor(word: string, what: string, known: readonly string[]): string {
  const meant = nearest(word.replaceAll('-', '_'), known);
  if (meant !== undefined) return `did you mean \`${meant}\`?`;
  return known.length === 0 ? `the profile has no ${what}s` : `known ${what}s: ${known.join(', ')}`;
}
