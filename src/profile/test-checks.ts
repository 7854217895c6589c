import type { Problem } from '../core/errors.js';
import { checkContainer } from './container-checks.js';
import { problemAt } from './placement.js';
import { serviceTree } from './test-tree.js';
import { isTree, type Leaf, nodeAt, sourceOf, type Tree, tableAt } from './tree.js';
import { unknownWord, type Word, wordAt } from './words.js';

/** What is wrong with [test] as a whole: references to other tables, and services that could not start. */
export function checkTest(profile: Tree): readonly Problem[] {
  const test = nodeAt(profile, ['test']);
  if (!isTree(test)) return [];
  return [...checkImage(profile, test), ...checkSources(profile, test), ...checkServices(profile, test)];
}

function checkImage(profile: Tree, test: Tree): readonly Problem[] {
  const image = wordAt(test, ['image']);
  const keys = [...tableAt(profile, ['images']).entries.keys()];
  return image === null || keys.includes(image.word) ? [] : [unknownWord(image, 'image', keys)];
}

function checkSources(profile: Tree, test: Tree): readonly Problem[] {
  const mentioned = test.entries.get('mount_source');
  const known = mountKeys(profile, test);
  const unknown = wordsOf(mentioned).flatMap((word) =>
    known.includes(word.word) ? [] : [unknownWord(word, 'mount', known)],
  );
  const source = test.entries.get('source');
  if (!isTree(source)) return unknown;
  if (mentioned !== undefined) {
    const message = '`mount_source` and [test.source] exclude each other';
    return [...unknown, problemAt(sourceOf(mentioned), { message, hint: 'keep one of them' })];
  }
  return unknown;
}

// A mount may be one mode's alone.
function mountKeys(profile: Tree, test: Tree): readonly string[] {
  const modes = [...tableAt(profile, ['modes']).entries.values()].filter(isTree);
  const tables = [
    tableAt(profile, ['container', 'mounts']),
    ...modes.map((mode) => tableAt(mode, ['container', 'mounts'])),
    tableAt(test, ['container', 'mounts']),
  ];
  return [...new Set(tables.flatMap((table) => [...table.entries.keys()]))];
}

function checkServices(profile: Tree, test: Tree): readonly Problem[] {
  return [...tableAt(test, ['services']).entries].flatMap(([name, service]) => {
    if (!isTree(service)) return [];
    if (service.entries.get('image') === undefined) {
      const message = `the service \`${name}\` has no image`;
      return [
        problemAt(sourceOf(service), { message, hint: 'write image = "…", a whole reference or a key of [images]' }),
      ];
    }
    const whole = serviceTree(profile, name);
    return checkContainer(tableAt(whole, ['container']), whole, false);
  });
}

function wordsOf(node: Tree | Leaf | undefined): readonly Word[] {
  if (node === undefined || isTree(node) || !Array.isArray(node.value)) return [];
  const { source } = node;
  return node.value.map((word, index) => ({
    word: String(word),
    source: { ...source, path: [...source.path, index] },
  }));
}
