import { PodctlError } from '../core/errors.js';

/**
 * How `${VAR}` goes on: which values count as missing (`:` adds the empty one), and what then happens. `%/*` is the shell's way to say
 * "the folder that this file lies in": what stands before the last slash.
 */
export type Operator = '' | ':-' | '-' | ':?' | '?' | ':+' | '+' | '%/*';

/** A text taken apart at its variables and named values. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'name'; readonly name: string }
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly operator: Operator;
      readonly operand: readonly Part[];
    };

type Cursor = { readonly parts: readonly Part[]; readonly end: number };

const VARIABLE = /[A-Za-z_][A-Za-z0-9_]*/y;
const OPERATOR = { profile: /:?[-?+]|%\/\*(?=\})/y, dotenv: /:?[-?+]/y } as const satisfies Record<Dialect, RegExp>;
const NAME = /\{([A-Za-z_][A-Za-z0-9_]*)\}/y;

/** Whose rules a text follows: a profile's (`${VAR}` and `{name}`), or an env file's (`${VAR}` and `$VAR`). */
export type Dialect = 'profile' | 'dotenv';

type Reader = { readonly text: string; readonly dialect: Dialect };

/**
 * Take a text apart. `$$` is a dollar and `{{name}` the plain text `{name}`; a dollar or a brace that begins nothing known
 * stays as it is, so that shell snippets and JSON need no care.
 */
export function parseTemplate(text: string, dialect: Dialect = 'profile'): readonly Part[] {
  return parseParts({ text, dialect }, 0, null).parts;
}

/** True when a text has something to fill in or to unescape. */
export function isDynamic(text: string): boolean {
  return parseTemplate(text).some((part) => part.kind !== 'text');
}

// `stop` ends the operand of `${VAR:-…}`; a whole text has none.
function parseParts(reader: Reader, start: number, stop: '}' | null): Cursor {
  const { text } = reader;
  const parts: Part[] = [];
  let plain = '';
  let at = start;
  const flush = (): void => {
    if (plain !== '') parts.push({ kind: 'text', text: plain });
    plain = '';
  };
  while (at < text.length && text[at] !== stop) {
    const plainEnd = skipPlain(text, at);
    plain += text.slice(at, plainEnd);
    at = plainEnd;
    if (at >= text.length || text[at] === stop) break;
    const step = parseStep(reader, at);
    if (typeof step.part === 'string') plain += step.part;
    else {
      flush();
      parts.push(step.part);
    }
    at = step.end;
  }
  flush();
  return { parts, end: at };
}

// To the next sign that can mean something. Most texts have none, and a profile has hundreds of texts.
function skipPlain(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const sign = text[at];
    if (sign === '$' || sign === '{' || sign === '}') return at;
  }
  return text.length;
}

function parseStep(reader: Reader, at: number): { readonly part: Part | string; readonly end: number } {
  const { text, dialect } = reader;
  // `$${A}` is the plain text `${A}`, not a dollar and the named value {A}.
  if (text.startsWith('$${', at)) return { part: '${', end: at + 3 };
  if (text.startsWith('$$', at)) return { part: '$', end: at + 2 };
  if (text.startsWith('${', at)) return parseVariable(reader, at);
  if (dialect === 'dotenv') return parseShort(text, at);
  const escaped = text.startsWith('{{', at) ? match(NAME, text, at + 1) : null;
  if (escaped !== null) return { part: escaped[0], end: at + 1 + escaped[0].length };
  const name = match(NAME, text, at);
  if (name !== null) return { part: { kind: 'name', name: name[1] ?? '' }, end: at + name[0].length };
  return { part: text[at] ?? '', end: at + 1 };
}

function parseShort(text: string, at: number): { readonly part: Part | string; readonly end: number } {
  if (text[at] !== '$') return { part: text[at] ?? '', end: at + 1 };
  const name = match(VARIABLE, text, at + 1)?.[0];
  if (name === undefined) return { part: '$', end: at + 1 };
  return { part: { kind: 'variable', name, operator: '', operand: [] }, end: at + 1 + name.length };
}

function parseVariable(reader: Reader, at: number): { readonly part: Part; readonly end: number } {
  const { text } = reader;
  const name = match(VARIABLE, text, at + 2)?.[0];
  if (name === undefined) throw badTemplate(text, at, 'a variable is written ${NAME}; for a plain dollar write $$');
  const after = at + 2 + name.length;
  if (text[after] === '}') return { part: { kind: 'variable', name, operator: '', operand: [] }, end: after + 1 };
  if (after >= text.length) throw badTemplate(text, at, `close it: \${${name}}`);
  const operator = operatorOf(match(OPERATOR[reader.dialect], text, after)?.[0]);
  if (operator === undefined) {
    throw badTemplate(
      text,
      at,
      `after the name come }, :-default, :?message, :+other or %/*; for a plain dollar write $$`,
    );
  }
  const operand = parseParts(reader, after + operator.length, '}');
  if (text[operand.end] !== '}') throw badTemplate(text, at, 'a closing } is missing');
  return { part: { kind: 'variable', name, operator, operand: operand.parts }, end: operand.end + 1 };
}

function operatorOf(text: string | undefined): Operator | undefined {
  return ([':-', '-', ':?', '?', ':+', '+', '%/*'] as const).find((operator) => operator === text);
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  // oxlint-disable-next-line no-param-reassign -- where a sticky pattern looks is its only state, and it is set before every use
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function badTemplate(text: string, at: number, hint: string): PodctlError {
  const rest = text.slice(at);
  const shown = rest.length > 40 ? `${rest.slice(0, 40)}…` : rest;
  return new PodctlError('BAD_DATA', `\`${shown}\` is not a variable`, { hint });
}
