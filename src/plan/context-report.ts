import { PodctlError, type Problem } from '../core/errors.js';
import { formatBytes } from '../core/size.js';
import type { ContextMeasure, Suspect } from './context-measure.js';
import { type CopyLine, copies } from './copied-paths.js';
import { type Builder, type IgnoreFile, letInBy, wildExceptions } from './ignore-file.js';
import { exactPattern, readPattern, readsDifferently } from './ignore-pattern.js';

/** A Containerfile that builds from the context, and what it copies. */
export type Copying = { readonly file: string; readonly lines: readonly CopyLine[] };

/** What is known of one build context. Paths of `ignoreFile` and `unread` are as the user would write them. */
export type ContextFacts = {
  /** Keys of the images that are built from it. */
  readonly images: readonly string[];
  readonly folder: string;
  readonly builder: Builder;
  readonly ignoreFile: string | null;
  readonly ignore: IgnoreFile;
  /** Ignore files that are there and that this builder does not read. */
  readonly unread: readonly string[];
  readonly measure: ContextMeasure;
  readonly copying: readonly Copying[];
  /** Tool of this project that asks git for the version, for instance `setuptools_scm`; null: none is known. */
  readonly asksGit: string | null;
  /** There is a `.git` in the context's folder, let in or not. */
  readonly hasGit: boolean;
};

/** Something that should not be in the context. `mend`: what to do; `add`: the line for the ignore file, where that is the mend. */
export type ContextFinding = {
  readonly kind: 'secret' | 'data';
  readonly what: string;
  readonly path: string;
  readonly bytes: number;
  readonly files: number;
  readonly copiedBy: readonly { readonly at: string; readonly text: string; readonly inImage: boolean }[];
  readonly add: string | null;
};

/** `minor`: only whoever asks for the whole report wants to read it. */
export type ContextNote = { readonly text: string; readonly minor: boolean };

/** The whole word on a context. */
export type ContextReport = ContextFacts & {
  readonly findings: readonly ContextFinding[];
  readonly notes: readonly ContextNote[];
};

/** What these facts mean. Throws PodctlError('BAD_DATA') for an ignore file that no builder accepts. */
export function reportContext(facts: ContextFacts): ContextReport {
  refuseBadPatterns(facts);
  const { suspects } = facts.measure;
  const findings = suspects.map(
    (suspect): ContextFinding => ({
      kind: suspect.rule.kind,
      what: suspect.rule.what,
      path: suspect.path,
      bytes: suspect.bytes,
      files: suspect.files,
      copiedBy: copiedBy(suspect.path, facts.copying),
      add: suspect.git === true ? null : lineFor(suspect, suspects),
    }),
  );
  return { ...facts, findings, notes: notesOf(facts) };
}

/** Refuses a context that holds secrets. */
export function strictProblems({ images, findings, ignoreFile }: ContextReport): readonly Problem[] {
  return findings
    .filter(({ kind }) => kind === 'secret')
    .map(({ path, what, add }) => ({
      message: `the context of ${listOf(images)} holds a secret: \`${path}\` (${what})`,
      hint: mendOf(add, ignoreFile),
    }));
}

/** One line: how much is sent. */
export function summaryOf({ images, measure }: ContextReport): string {
  const { files, bytes, git } = measure;
  const apart = git === null ? '' : `, of it .git ${formatBytes(git.bytes)}`;
  return `context of ${listOf(images)}: ${countOf(files, 'file')}, ${formatBytes(bytes)}${apart}`;
}

/** What to do about a finding. */
export function mendOf(add: string | null, ignoreFile: string | null): string {
  return add === null ? 'take the password out of the URL in it' : `add \`${add}\` to ${ignoreFile ?? '.dockerignore'}`;
}

/** Keys of images, for a sentence. */
export function listOf(images: readonly string[]): string {
  return images.map((key) => `\`${key}\``).join(', ');
}

/** `1 file`, `2 files`. */
export function countOf(count: number, word: string): string {
  return `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;
}

function refuseBadPatterns({ ignore, ignoreFile }: ContextFacts): void {
  const [first] = ignore.bad;
  if (first === undefined || ignoreFile === null) return;
  const problems = ignore.bad.map(({ line, text }) => ({
    message: `\`${text}\` is not a pattern, and the engine refuses the build for it`,
    hint: 'close its bracket, put a backslash before a sign that is meant as itself, or take the line out',
    at: { file: ignoreFile, line, column: 1 },
  }));
  const headline =
    problems.length === 1 ? (problems[0]?.message ?? '') : `the ignore file has ${problems.length} faults`;
  throw new PodctlError('BAD_DATA', headline, { hint: problems[0]?.hint, problems });
}

function copiedBy(path: string, copying: readonly Copying[]): ContextFinding['copiedBy'] {
  return copying.flatMap(({ file, lines }) =>
    lines
      .filter((line) => copies(line, path))
      .map(({ line, text, inImage }) => ({ at: `${file}:${line}`, text, inImage })),
  );
}

// Its own path for one alone; the whole kind for several.
function lineFor(suspect: Suspect, all: readonly Suspect[]): string {
  const { rule, path } = suspect;
  const alone = all.filter((one) => one.rule === rule).length === 1;
  const plain = path.replace(/\/$/, '');
  return alone || !keepsOut(rule.line, plain) ? exactPattern(plain) : rule.line;
}

// A name in capitals is known, but no line for small letters keeps it out.
function keepsOut(line: string, path: string): boolean {
  const pattern = readPattern(line, 0);
  return pattern?.kind === 'pattern' && pattern.matches(path);
}

function notesOf(facts: ContextFacts): readonly ContextNote[] {
  const told = [...missingGit(facts), ...builderNotes(facts), ...oddNotes(facts)];
  return [...letInGit(facts).map((text) => ({ text, minor: true })), ...told.map((text) => ({ text, minor: false }))];
}

function letInGit({ measure, ignore, ignoreFile, asksGit }: ContextFacts): readonly string[] {
  if (measure.git === null || measure.git.pointer) return [];
  const by = letInBy('.git', ignore.patterns);
  if (by !== undefined) return [`.git is let in by \`!${by.text}\` (${ignoreFile}:${by.line})`];
  if (asksGit !== null) return [`.git is let in; ${asksGit} needs it`];
  return [
    '.git is let in: when the build does not ask git for its version, `.git` in the ignore file makes it smaller',
  ];
}

function missingGit({ measure, asksGit, hasGit }: ContextFacts): readonly string[] {
  if (measure.git?.pointer === true) {
    return ['.git is a file that names a folder outside of the context: git does not work in the build'];
  }
  if (measure.git !== null || !hasGit || asksGit === null) return [];
  return [
    `.git stays out, and ${asksGit} asks git for the version: let it in with \`!.git\`, or pass the version as a build argument`,
  ];
}

const BUILDER: Readonly<Record<Builder, string>> = {
  classic: "docker's classic builder",
  buildkit: 'BuildKit',
  podman: 'podman',
};

function builderNotes({ ignore, ignoreFile, unread, builder }: ContextFacts): readonly string[] {
  const where = (line: number) => `${ignoreFile ?? ''}:${line}`;
  const wild = wildExceptions(ignore.patterns)[0];
  const signs = ignore.patterns.find(({ text }) => readsDifferently(text));
  const notes = unread.map((file) => `${BUILDER[builder]} does not read ${file}`);
  if (wild !== undefined) {
    notes.push(
      `\`!${wild.text}\` (${where(wild.line)}): BuildKit finds it everywhere, docker's classic builder and podman not below folders that are left out`,
    );
  }
  if (signs !== undefined) {
    notes.push(
      `\`${signs.text}\` (${where(signs.line)}): engines read + ( ) { } | ^ differently; write ? for such a sign`,
    );
  }
  return notes;
}

function oddNotes({ measure: { specials, unreadable } }: ContextFacts): readonly string[] {
  return [
    ...specials.map((path) => `\`${path}\` is a socket, a pipe or a device: it cannot be copied`),
    ...unreadable.map(({ path, why }) => `\`${path}\` was not measured: ${why}`),
  ];
}
