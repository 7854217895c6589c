/** One line of an ignore file, in the form that builders match: cleaned, without its `!`. */
export type IgnorePattern = {
  readonly kind: 'pattern';
  readonly text: string;
  /** It lets in again what earlier lines left out. */
  readonly exception: boolean;
  /** Line of the file, from 1. */
  readonly line: number;
  /** True for the whole path, written with slashes and relative to the context. */
  readonly matches: (path: string) => boolean;
};

/** A line that no builder accepts: every build with it fails. */
export type BadPattern = { readonly kind: 'bad'; readonly line: number; readonly text: string };

/** Read one pattern by the rules of Go's matcher, which docker, BuildKit and podman share. null: the line says nothing. */
export function readPattern(text: string, line: number): IgnorePattern | BadPattern | null {
  const written = text.trim();
  if (written === '') return null;
  const exception = written.startsWith('!');
  const rest = exception ? written.slice(1).trim() : written;
  if (rest === '') return { kind: 'bad', line, text: written };
  const clean = withoutLeadingSlash(cleanPath(rest));
  if (!isSound(clean)) return { kind: 'bad', line, text: written };
  const matches = matcherOf(clean);
  return matches === null
    ? { kind: 'bad', line, text: written }
    : { kind: 'pattern', text: clean, exception, line, matches };
}

/** Signs that older builders read as regular expressions, and newer ones as themselves. */
export function readsDifferently(pattern: string): boolean {
  return /[+()|{}^]/.test(pattern.replaceAll(/\[[^\]]*\]/g, '').replaceAll(/\\./g, ''));
}

/** A pattern that matches exactly this path. */
export function exactPattern(path: string): string {
  const escaped = path.replaceAll(/[\\*?[\]]/g, '\\$&');
  return /^[!#]/.test(escaped) ? `\\${escaped}` : escaped;
}

// Go's filepath.Clean: `..` at the front stays, and then matches nothing.
function cleanPath(path: string): string {
  const rooted = path.startsWith('/');
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!rooted) kept.push('..');
  }
  const body = kept.join('/');
  return rooted ? `/${body}` : body === '' ? '.' : body;
}

function withoutLeadingSlash(path: string): string {
  return path.length > 1 && path.startsWith('/') ? path.slice(1) : path;
}

// What Go's filepath.Match accepts: closed classes with sound ranges, and no backslash at the end.
function isSound(pattern: string): boolean {
  const one = String.raw`(?:\\[\s\S]|[^\\\]-])`;
  const whole = new RegExp(String.raw`^(?:[^\\[]|\\[\s\S]|\[\^?(?:${one}(?:-${one})?)+\])*$`, 'u');
  return whole.test(pattern);
}

function matcherOf(pattern: string): IgnorePattern['matches'] | null {
  if (!/[*?[\]\\]/.test(pattern)) return (path) => path === pattern;
  const suffix = /^\*\*([^*?[\]\\]*)$/.exec(pattern)?.[1];
  if (suffix !== undefined) return (path) => path.endsWith(suffix) || `/${path}` === suffix;
  const ending = /^\*\*\/\*([^*?[\]\\/]+)$/.exec(pattern)?.[1];
  if (ending !== undefined) return (path) => path.endsWith(ending);
  const prefix = /^([^*?[\]\\]*)\*\*\/?$/.exec(pattern)?.[1];
  if (prefix !== undefined) return (path) => path.startsWith(prefix);
  try {
    const regexp = new RegExp(`^${expressionOf(pattern)}$`, 'u');
    return (path) => regexp.test(path);
  } catch {
    return null;
  }
}

const TOKEN = /\*\*\/?|\*|\?|\[\^?(?:\\[\s\S]|[^\]\\])*\]|\\[\s\S]|[\s\S]/gu;

function expressionOf(pattern: string): string {
  let at = 0;
  return pattern.replaceAll(TOKEN, (token) => {
    at += token.length;
    if (token.startsWith('**')) return at === pattern.length ? '.*' : '(?:.*/)?';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    if (token.length > 1 && token.startsWith('[')) return classOf(token);
    return literal(token.startsWith('\\') ? token.slice(1) : token);
  });
}

function classOf(token: string): string {
  const negated = token.startsWith('[^');
  const inside = token
    .slice(negated ? 2 : 1, -1)
    .replaceAll(/\\([\s\S])/gu, (_, escaped: string) => (/[\\\]^-]/.test(escaped) ? `\\${escaped}` : escaped));
  return `[${negated ? '^' : ''}${inside}]`;
}

function literal(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}
