import type { Secret } from '../core/secret.js';
import { quote, quoteAll, type Shell } from '../core/shell.js';
import { escapeControl } from '../core/text.js';

/** Quote an argument vector for one line of a shell: control characters are written as the shell's escapes, never as themselves. */
export function quoteLine(argv: readonly string[], shell: Shell): string {
  if (!argv.some(hasControl)) return quoteAll(argv, shell);
  const [first = '', ...rest] = argv;
  const head = hasControl(first) ? quoteWord(first, shell) : quoteAll([first], shell);
  return [head, ...rest.map((word) => quoteWord(word, shell))].join(' ');
}

/** Quote one word for one line. */
export function quoteWord(word: string, shell: Shell): string {
  if (!hasControl(word)) return quote(word, shell);
  if (shell === 'sh') return quoteAnsi(word);
  if (shell === 'powershell') return quoteBackticks(word);
  // cmd has no way to write a line break: shown, but not to be pasted.
  return quote(escapeControl(word), shell);
}

/** Variables set for one command, in front of it; secrets redacted. */
export function withVariables(env: Readonly<Record<string, string | Secret>>, command: string, shell: Shell): string {
  const set = Object.entries(env).map(([name, value]) => assignment(name, String(value), shell));
  return shell === 'sh' || set.length === 0 ? [...set, command].join(' ') : [...set, command].join(BETWEEN[shell]);
}

/** A note at the end of a line that every shell takes as a command without effect, also where `#` starts no comment. */
export function asNote(text: string, shell: Shell): string {
  const plain = escapeControl(text);
  if (shell === 'sh') return ` && : ${quote(plain, 'sh')}`;
  if (shell === 'powershell') return ` # ${plain}`;
  return ` & rem ${plain.replaceAll(/[%&|<>^]/g, ' ')}`;
}

/** Text of a value for a plan: secrets give `[redacted]`. */
export function printable(value: string | Secret): string {
  return typeof value === 'string' ? value : String(value);
}

/** Whether a value may be printed as it is. */
export function isPlain(value: string | Secret): value is string {
  return typeof value === 'string';
}

const BETWEEN = { powershell: '; ', cmd: ' && ' } as const;

// oxlint-disable-next-line no-control-regex -- control characters are exactly what this looks for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

function hasControl(word: string): boolean {
  return word.search(CONTROLS) !== -1;
}

// $'…' is in POSIX since 2024, and in bash, zsh and ksh since long before. Its \ooo are octets of UTF-8.
function quoteAnsi(word: string): string {
  const escaped = word.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`);
  return `$'${escaped.replaceAll(CONTROLS, octets)}'`;
}

function octets(character: string): string {
  return encodeURIComponent(character).replaceAll(
    /%([0-9A-F]{2})/g,
    (_, hex: string) => `\\${Number.parseInt(hex, 16).toString(8).padStart(3, '0')}`,
  );
}

function quoteBackticks(word: string): string {
  const escaped = word.replace(/[`$"]/g, (character) => (character === '"' ? '\\`"' : `\`${character}`));
  return `"${escaped.replaceAll(CONTROLS, (character) => `$([char]${character.codePointAt(0) ?? 0})`)}"`;
}

function assignment(name: string, value: string, shell: Shell): string {
  if (shell === 'sh') return `${name}=${quoteWord(value, shell)}`;
  if (shell === 'powershell') return `$env:${name} = ${quoteWord(value, shell)}`;
  return `set "${name}=${escapeControl(value).replaceAll('%', '%%')}"`;
}
