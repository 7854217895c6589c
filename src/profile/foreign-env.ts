import { utf8Length } from '../core/text.js';
import { own } from './interpolate.js';
import type { Variables } from './resolved.js';

/** What a program makes of an env file. `refusal`: it does not start at all, and says so of this line. */
export type ForeignEnv = {
  readonly variables: ReadonlyMap<string, string>;
  readonly refusal: { readonly line: number; readonly reason: string } | null;
};

/** Takes one line with its line break off; gives what is wrong with it, else null. */
type ReadLine = (line: string, variables: Map<string, string>, environment: Variables) => string | null;

/**
 * What `docker run --env-file` takes from a file: a line is NAME=VALUE as it stands, quotes, comments and dollars included; a bare
 * NAME is taken from the environment. Tried against docker 28.2.
 */
export function readAsDocker(text: string, environment: Variables): ForeignEnv {
  return readLines(text.replace(/^\ufeff/, ''), environment, dockerLine);
}

/** The same for `podman run --env-file`, which checks no names and has `NAME*` for many. Tried against podman 4.3. */
export function readAsPodman(text: string, environment: Variables): ForeignEnv {
  return readLines(text, environment, podmanLine);
}

/** The shortest line, in bytes, at which Go's line scanner gives up; both programs are written with it. */
const TOO_LONG = 65_536;

function readLines(text: string, environment: Variables, read: ReadLine): ForeignEnv {
  const variables = new Map<string, string>();
  for (const [index, whole] of text.split('\n').entries()) {
    const tooLong = utf8Length(whole) >= TOO_LONG;
    const reason = tooLong ? 'the line is longer than 64 KiB' : read(whole.replace(/\r$/, ''), variables, environment);
    if (reason !== null) return { variables: new Map(), refusal: { line: index + 1, reason } };
  }
  return { variables, refusal: null };
}

// Go's unicode.IsSpace: JavaScript's \s has U+FEFF and lacks U+0085.
const LEADING_SPACE = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

function dockerLine(whole: string, variables: Map<string, string>, environment: Variables): string | null {
  const line = whole.replace(LEADING_SPACE, '');
  if (line === '' || line.startsWith('#')) return null;
  const { name, value } = cut(line);
  if (name === '') return 'the line has no variable name';
  if (/[ \t]/.test(name)) return 'there is a blank in the variable name';
  set(variables, name, value ?? own(environment, name)?.value);
  return null;
}

function podmanLine(whole: string, variables: Map<string, string>, environment: Variables): string | null {
  const line = whole.replace(/^[ \t]+/, '');
  if (line === '' || line.startsWith('#')) return null;
  const { name, value } = cut(line);
  if (name === '') return 'the line has no variable name';
  if (value !== null || !name.endsWith('*')) {
    set(variables, name, value ?? own(environment, name)?.value);
    return null;
  }
  for (const [known, variable] of Object.entries(environment)) {
    if (known.startsWith(name.slice(0, -1))) set(variables, known, variable?.value);
  }
  return null;
}

function cut(line: string): { readonly name: string; readonly value: string | null } {
  const at = line.indexOf('=');
  return at < 0 ? { name: line, value: null } : { name: line.slice(0, at), value: line.slice(at + 1) };
}

function set(variables: Map<string, string>, name: string, value: string | undefined): void {
  if (value !== undefined) variables.set(name, value);
}
