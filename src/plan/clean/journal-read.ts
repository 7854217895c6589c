import type { CleanStep } from './clean-step.js';
import type { Journal } from './journal.js';

/** A journal as it is written. */
export function formatJournal(journal: Journal): string {
  return `${JSON.stringify(journal)}\n`;
}

/** Read a journal; null for anything that this podctl did not write. */
export function parseJournal(text: string): Journal | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return isJournal(value) ? value : null;
}

const VERBS: readonly unknown[] = ['reset', 'undo', 'drop'];

// The texts that each kind of work cannot do without; its lists and documents are looked at beside this.
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  move: ['from', 'path', 'is'],
  alone: [],
  make: ['path'],
  give: ['path'],
  clear: ['path', 'is'],
  empty: ['path'],
  drop: ['path'],
  'keep-volume': ['path'],
  'keep-rest': ['path'],
  'make-volume': [],
  'fill-volume': ['path'],
  record: ['path'],
  forget: ['id', 'path'],
  remove: ['path'],
};

const LISTS: Readonly<Record<string, readonly string[]>> = {
  alone: ['paths'],
  give: ['exec'],
  empty: ['exec', 'check'],
  'make-volume': ['exec'],
};
const OBJECTS: Readonly<Record<string, readonly string[]>> = {
  'keep-volume': ['volume'],
  'keep-rest': ['volume', 'kept'],
  'make-volume': ['volume'],
  'fill-volume': ['volume'],
  record: ['kept'],
};

function isJournal(value: unknown): value is Journal {
  if (!isRecord(value) || value['podctl'] !== 1 || !VERBS.includes(value['verb'])) return false;
  const { id, made, at, back, steps, again, about } = value;
  const numbers = [at, back].every((number) => typeof number === 'number' && Number.isInteger(number) && number >= 0);
  if (typeof id !== 'string' || typeof made !== 'string' || !numbers) return false;
  if (!isTexts(about) || !Array.isArray(steps) || !Array.isArray(again)) return false;
  return [...steps, ...again].every(isStep);
}

function isStep(value: unknown): value is CleanStep {
  if (!isRecord(value) || typeof value['why'] !== 'string') return false;
  if (value['do'] === 'exec') return isTexts(value['argv']);
  const action = typeof value['action'] === 'string' ? value['action'] : '';
  const texts = Object.hasOwn(TEXTS, action) ? TEXTS[action] : undefined;
  return (
    value['do'] === 'file' &&
    texts !== undefined &&
    texts.every((key) => typeof value[key] === 'string') &&
    (LISTS[action] ?? []).every((key) => Array.isArray(value[key])) &&
    (OBJECTS[action] ?? []).every((key) => isRecord(value[key]))
  );
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
