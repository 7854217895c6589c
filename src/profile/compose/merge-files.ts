import { PodctlError } from '../../core/errors.js';
import { fillParts } from '../interpolate.js';
import type { Variables } from '../resolved.js';
import { parseTemplate } from '../template.js';
import type { ComposeModel } from './model.js';
import { isPlainTable, type PlainTable, pairsIn, tableIn, textIn, textsIn } from './plain.js';
import { type ModelPlaces, readModel } from './read-model.js';
import type { ComposeSource } from './source.js';

/**
 * The stack as the files alone tell it, for providers that do not print it. What only a provider resolves, `extends` and `include`, is
 * not in it.
 */
export function mergeSources(
  sources: readonly ComposeSource[],
  variables: Variables,
  places: ModelPlaces,
): ComposeModel {
  const filled = sources.map(({ data }) => tableIn(fill(data, variables)));
  return readModel(
    filled.reduce<PlainTable>((below, over) => mergeFiles(below, over), {}),
    places,
  );
}

function fill(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') return value.includes('$') ? fillText(value, variables) : value;
  if (Array.isArray(value)) return value.map((item) => fill(item, variables));
  if (!isPlainTable(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner, variables)]));
}

function fillText(text: string, variables: Variables): string {
  try {
    return fillParts(parseTemplate(text, 'dotenv'), { variables, names: {}, unset: () => '' }).text;
  } catch (error) {
    // `${NAME:?message}`: whoever starts the service says so; a question about the stack needs no value.
    if (error instanceof PodctlError) return text;
    throw error;
  }
}

function mergeFiles(below: PlainTable, over: PlainTable): PlainTable {
  const services = mergeEach(tableIn(below['services']), tableIn(over['services']), mergeService);
  const top = mergeEach(below, over, (one, two) => mergeEach(one, two, (a, b) => ({ ...a, ...b })));
  return { ...top, services };
}

type Merge = (below: PlainTable, over: PlainTable) => PlainTable;

function mergeEach(below: PlainTable, over: PlainTable, merge: Merge): PlainTable {
  const merged = Object.entries(over).map(([key, value]) => {
    const before = below[key];
    return [key, isPlainTable(before) && isPlainTable(value) ? merge(before, value) : (value ?? before)] as const;
  });
  return { ...below, ...Object.fromEntries(merged) };
}

function mergeService(below: PlainTable, over: PlainTable): PlainTable {
  const merged = Object.entries(over).map(([key, value]) => [key, mergeKey(key, below[key], value)] as const);
  return { ...below, ...Object.fromEntries(merged) };
}

// Which of a service's lists add up, and which replace each other, is compose's own rule.
function mergeKey(key: string, below: unknown, over: unknown): unknown {
  if (isNothing(below)) return over;
  if (isNothing(over)) return below;
  if (key === 'environment' || key === 'labels') return { ...pairsIn(below), ...pairsIn(over) };
  if (key === 'depends_on' || key === 'networks') return { ...keyed(below), ...keyed(over) };
  if (key === 'volumes') return mergeVolumes(below, over);
  if (ADDED.has(key)) return [...listOf(below), ...listOf(over)];
  return isPlainTable(below) && isPlainTable(over) ? { ...below, ...over } : over;
}

const ADDED = new Set(['ports', 'expose', 'dns', 'tmpfs', 'env_file', 'cap_add', 'cap_drop', 'devices']);

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

function keyed(value: unknown): PlainTable {
  return isPlainTable(value) ? value : Object.fromEntries(textsIn(value).map((name) => [name, {}]));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function mergeVolumes(below: unknown, over: unknown): readonly unknown[] {
  const replaced = new Set(listOf(over).map(targetOf));
  return [...listOf(below).filter((entry) => !replaced.has(targetOf(entry))), ...listOf(over)];
}

function targetOf(entry: unknown): string {
  if (isPlainTable(entry)) return textIn(entry['target']) ?? '';
  const parts = (textIn(entry) ?? '').split(':');
  return parts[1] ?? parts[0] ?? '';
}
