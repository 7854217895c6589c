import { type BadPattern, type IgnorePattern, readPattern } from './ignore-pattern.js';

/** Who reads the ignore file: docker's classic builder and podman alike, or BuildKit, which looks into more folders. */
export type Builder = 'classic' | 'buildkit' | 'podman';

export type IgnoreFile = { readonly patterns: readonly IgnorePattern[]; readonly bad: readonly BadPattern[] };

/** Which patterns matched a folder, in their order; what lies below it inherits that. null: none did. */
export type FolderState = readonly boolean[] | null;

/** What an ignore file decides, folder by folder. Paths are relative to the context, with slashes. */
export type Ignore = {
  /** State of a folder for what lies below; `closed`: nothing below it can be let in. */
  readonly folder: (path: string, parent: FolderState) => { readonly state: FolderState; readonly closed: boolean };
  /** True for an entry that stays out. */
  readonly leavesOut: (path: string, parent: FolderState) => boolean;
};

/** Read an ignore file: one pattern a line, `#` at the very start of a line begins a comment. */
export function parseIgnoreFile(text: string): IgnoreFile {
  const patterns: IgnorePattern[] = [];
  const bad: BadPattern[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const read = line.startsWith('#') ? null : readPattern(line, index + 1);
    if (read === null) continue;
    if (read.kind === 'bad') bad.push(read);
    else patterns.push(read);
  }
  return { patterns, bad };
}

/** Exceptions that BuildKit finds everywhere, and the others only where no folder above is left out. */
export function wildExceptions(patterns: readonly IgnorePattern[]): readonly IgnorePattern[] {
  return patterns.filter(({ exception, text }) => exception && isWild(text));
}

/** The last line that decides about a path, when that line is an exception; undefined when the path was never left out. */
export function letInBy(path: string, patterns: readonly IgnorePattern[]): IgnorePattern | undefined {
  const decides = patterns.findLast((pattern) => pattern.matches(path));
  return decides?.exception === true ? decides : undefined;
}

/** The rules of one builder over one ignore file. */
export function makeIgnore({ patterns }: IgnoreFile, builder: Builder): Ignore {
  if (patterns.length === 0) {
    return { folder: () => ({ state: null, closed: false }), leavesOut: () => false };
  }
  const mayHold = mayHoldOf(patterns, builder);
  // Podman asks every pattern every time; the others only those that could still change the answer.
  const isAsked = (pattern: IgnorePattern, out: boolean): boolean => builder === 'podman' || pattern.exception === out;
  const judge = (path: string, parent: FolderState, note?: boolean[]): boolean => {
    let out = false;
    // Asked for every file: no iterator, which would make an object for every pattern.
    for (let index = 0; index < patterns.length; index += 1) {
      const pattern = patterns[index];
      if (pattern === undefined) continue;
      const inherited = parent?.[index] === true;
      const match = inherited || (isAsked(pattern, out) && pattern.matches(path));
      if (match) out = !pattern.exception;
      note?.push(match);
    }
    return out;
  };
  return {
    folder: (path, parent) => {
      const matched: boolean[] = [];
      const closed = judge(path, parent, matched) && !mayHold(path);
      const state = builder === 'podman' ? prefixMatches(path, patterns) : matched;
      return { state: state.includes(true) ? state : null, closed };
    },
    leavesOut: (path, parent) => judge(path, parent),
  };
}

// Whether a folder that is left out is entered all the same, because an exception may let in something of it.
function mayHoldOf(patterns: readonly IgnorePattern[], builder: Builder): (path: string) => boolean {
  if (builder === 'buildkit' && wildExceptions(patterns).length > 0) return () => true;
  const fixed = patterns.filter(({ exception }) => exception).map(({ text }) => `${fixedPart(text, builder)}/`);
  // Podman compares without the slash, and so enters a few folders too many.
  const end = builder === 'podman' ? '' : '/';
  return (path) => fixed.some((text) => text.startsWith(`${path}${end}`));
}

// Podman compares a pattern with as many parts of the folder's path as it has itself, whatever its stars stand for.
function prefixMatches(path: string, patterns: readonly IgnorePattern[]): readonly boolean[] {
  const parts = path.split('/');
  return patterns.map(({ text, matches }) => {
    const count = text.split('/').length;
    return count <= parts.length && matches(parts.slice(0, count).join('/'));
  });
}

function fixedPart(text: string, builder: Builder): string {
  return builder === 'buildkit' ? text.replace(/\/\*\*?$/, '') : text;
}

function isWild(text: string): boolean {
  return /[*?[\]^]/.test(fixedPart(text, 'buildkit'));
}
