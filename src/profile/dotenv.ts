import { PodctlError, type Problem } from '../core/errors.js';
import { fillParts, own } from './interpolate.js';
import { withoutBom } from './locate.js';
import { problemsError } from './placement.js';
import type { DotenvEntry, Variable, Variables } from './resolved.js';
import { parseTemplate } from './template.js';

/** An env file read. Warnings name variables that were not set and count as empty. */
export type Dotenv = { readonly entries: readonly DotenvEntry[]; readonly warnings: readonly Problem[] };

type Reading = {
  readonly file: string;
  /** Bytes of the file are no text, and U+FFFD stands in their place. */
  readonly damaged: boolean;
  readonly text: string;
  /** Where each line begins. */
  readonly lines: readonly number[];
  readonly variables: Variables;
  /** Those, over what the file has set so far. */
  readonly known: Record<string, Variable | undefined>;
  readonly entries: DotenvEntry[];
  readonly warnings: Problem[];
  readonly problems: Problem[];
};

/** The raw value of a statement; `expand`: variables in it are filled in. */
type Value = { readonly text: string; readonly expand: boolean; readonly end: number };

const ESCAPE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

/**
 * Read an env file by compose's rules: `export` is allowed, `'…'` is taken as it is, `"…"` knows escapes and may span lines, ` #`
 * begins a comment after a bare value, `${VAR}` and `$VAR` look in `variables` and then further up in the file, a bare NAME takes
 * the variable of that name. Tried against Compose 2.26, from which it differs only where that gives nonsense: a line without a name,
 * and text after a closing quote, are errors; so are values in `damaged` files that lost bytes. Throws BAD_DATA with every bad line; values never stand in an error.
 */
export function parseDotenv(
  source: { readonly file: string; readonly text: string; readonly damaged?: boolean },
  variables: Variables,
): Dotenv {
  const text = withoutBom(source.text);
  const lines = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  const known = { ...variables };
  const reading: Reading = {
    file: source.file,
    damaged: source.damaged === true,
    text,
    lines,
    variables,
    known,
    entries: [],
    warnings: [],
    problems: [],
  };
  for (let at = 0; at < text.length; ) at = readStatement(reading, at);
  if (reading.problems.length > 0) throw problemsError(`\`${source.file}\` has bad lines`, reading.problems);
  return { entries: reading.entries, warnings: reading.warnings };
}

function readStatement(reading: Reading, from: number): number {
  const { text } = reading;
  const start = skip(/\s*/y, text, from);
  if (start >= text.length) return start;
  if (text[start] === '#') return endOfLine(text, start);
  const head = readName(text, start);
  const wrong = reading.damaged && head.name.includes('\ufffd') ? NO_TEXT : wrongName(head.name);
  if (wrong !== null) {
    report(reading, start, wrong);
    return endOfLine(text, start);
  }
  if (head.assigned) return readValue(reading, { name: head.name, start, after: head.end });
  addEntry(reading, { name: head.name, value: own(reading.variables, head.name)?.value ?? null, at: start });
  return head.end;
}

// `NAME=`, and as compose allows `NAME:`; `assigned` false: a bare NAME.
function readName(text: string, start: number): { name: string; assigned: boolean; end: number } {
  const begin = skip(/export[^\S\n]+/y, text, start);
  const end = skip(/[^\n=:]*/y, text, begin);
  const assigned = text[end] === '=' || text[end] === ':';
  return { name: text.slice(begin, end).trimEnd(), assigned, end: end + 1 };
}

function readValue(reading: Reading, statement: { name: string; start: number; after: number }): number {
  const { text } = reading;
  const begin = skip(/[^\S\n]*/y, text, statement.after);
  const quote = text[begin] === "'" || text[begin] === '"' ? text[begin] : undefined;
  const value = quote === undefined ? bareValue(text, begin) : quotedValue(text, begin, quote);
  if (value === null) {
    report(reading, begin, { message: 'the quote that begins here is not closed', hint: `close it with ${quote}` });
    return text.length;
  }
  const rest = text.slice(value.end, endOfLine(text, value.end));
  if (!/^\s*(#|$)/u.test(rest)) {
    const hint = 'put the whole value in quotes, and each variable on a line of its own';
    report(reading, value.end, { message: 'something follows the closing quote', hint });
    return endOfLine(text, value.end);
  }
  const filled = value.expand ? expand(reading, value.text, statement.start) : value.text;
  const wrong = filled === null ? null : wrongValue(reading, filled);
  if (wrong !== null) report(reading, statement.start, wrong);
  else if (filled !== null) addEntry(reading, { name: statement.name, value: filled, at: statement.start });
  return endOfLine(text, value.end);
}

function bareValue(text: string, begin: number): Value {
  const end = endOfLine(text, begin);
  const line = text.slice(begin, end).split(' #', 1)[0] ?? '';
  return { text: line.trimEnd(), expand: true, end };
}

// A backslash keeps the quote after it; before anything else it stays, and double quotes read it as an escape afterwards.
function quotedValue(text: string, begin: number, quote: string): Value | null {
  let value = '';
  for (let at = begin + 1; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === quote) {
      return { text: quote === '"' ? unescape(value) : value, expand: quote === '"', end: at + 1 };
    }
    const next = text[at + 1] ?? '';
    if (character === '\\' && next !== '') {
      value += next === quote ? next : character + next;
      at += 1;
    } else value += character;
  }
  return null;
}

function unescape(text: string): string {
  return text.replaceAll(/\\([abcfnrtv"\\$]|0[0-7]{1,3})/gu, (_, escape: string) => {
    // `$$` is the dollar that the next step leaves alone.
    if (escape === '$') return '$$';
    if (escape.startsWith('0')) return String.fromCodePoint(Number.parseInt(escape, 8));
    return ESCAPE[escape] ?? `\\${escape}`;
  });
}

function expand(reading: Reading, text: string, at: number): string | null {
  const unset = (name: string): string => {
    const message = `the variable \`${name}\` is not set, and counts as empty`;
    reading.warnings.push({ message, hint: `set it, or write \${${name}:-default}`, at: placeOf(reading, at) });
    return '';
  };
  try {
    const parts = parseTemplate(text, 'dotenv');
    return fillParts(parts, { variables: reading.known, names: {}, unset }).text;
  } catch (error) {
    if (!(error instanceof PodctlError)) throw error;
    const required = error.message.startsWith('the variable');
    report(reading, at, {
      message: required ? error.message : 'a `${` in the value begins no variable',
      hint: required ? error.hint : "write $$ for a plain dollar, or put the value in 'single quotes'",
    });
    return null;
  }
}

function wrongName(name: string): Omit<Problem, 'at'> | null {
  if (name === '') return { message: 'the line has no variable name', hint: 'write NAME=value' };
  if (/\s/u.test(name))
    return { message: 'a variable name has no spaces', hint: 'write NAME=value, without spaces in NAME' };
  const bad = /[^\p{L}\p{N}_.[\]-]/u.exec(name)?.[0];
  if (bad === undefined) return null;
  const hint = 'write NAME=value, the name in letters, digits and _; a value of several lines goes in "quotes"';
  return { message: `a variable name cannot hold \`${bad}\``, hint };
}

// An engine would say what is wrong with a NUL, and the value with it.
function wrongValue({ damaged }: Reading, value: string): Omit<Problem, 'at'> | null {
  if (value.includes('\0')) {
    return { message: 'the value has a NUL in it, which no variable can hold', hint: 'take it out' };
  }
  // What stands in place of bytes that are no text: the container would get another value than the file has.
  return damaged && value.includes('\ufffd') ? NO_TEXT : null;
}

const NO_TEXT = { message: 'the line is not UTF-8 text', hint: 'save the file as UTF-8' } as const;

function addEntry(reading: Reading, { name, value, at }: { name: string; value: string | null; at: number }): void {
  const { file, line } = placeOf(reading, at);
  reading.entries.push({ name, value, file, line });
  if (value === null || Object.hasOwn(reading.variables, name)) return;
  // A plain assignment would make another prototype of `__proto__`.
  Reflect.defineProperty(reading.known, name, { value: { value }, writable: true, configurable: true });
}

function report(reading: Reading, at: number, problem: Omit<Problem, 'at'>): void {
  reading.problems.push({ ...problem, at: placeOf(reading, at) });
}

function placeOf({ file, lines }: Reading, at: number): { file: string; line: number; column: number } {
  let [low, high] = [0, lines.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((lines[middle] ?? 0) <= at) low = middle;
    else high = middle;
  }
  return { file, line: low + 1, column: at - (lines[low] ?? 0) + 1 };
}

// The end of what a sticky pattern matches at a place; the place itself where it does not.
function skip(pattern: RegExp, text: string, at: number): number {
  const sticky = new RegExp(pattern.source, 'uy');
  sticky.lastIndex = at;
  return at + (sticky.exec(text)?.[0].length ?? 0);
}

/** Where the line ends that a place is in: at its line feed, or where the text ends. */
export function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}
