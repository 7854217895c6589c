import { PodctlError } from '../core/errors.js';
import { resolvePath } from '../core/path.js';
import type { Files } from '../io/files.js';
import { findProgram } from '../io/find-program.js';
import type { Host } from '../io/host.js';
import { type Processes, realProcesses } from './process.js';

/** Where one variable's value is fetched: a file, or a program with its arguments. Paths count from the project's folder. */
export type ValueSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'command'; readonly words: readonly string[] };

export type SourceDeps = {
  readonly host: Host;
  readonly files: Files;
  /** Folder of the project: where programs run, and where relative paths start. */
  readonly project: string;
  /** For tests; the real ones are taken without it. */
  readonly processes?: Pick<Processes, 'run'> | undefined;
};

export type Sources = {
  /**
   * The value of a variable, without the line break at its end. Throws MISSING_INPUT for a file that is not there, UNAVAILABLE for a
   * program that is not there or fails, TRY_AGAIN when its time is over, BAD_DATA for an empty value. What a program wrote is never
   * repeated: it may be the secret.
   */
  readonly read: (name: string, source: ValueSource) => Promise<string>;
  /** What is missing of a source, without asking it; null: nothing. */
  readonly missing: (source: ValueSource) => Promise<string | null>;
};

/** Sources of values on this machine. */
export function makeSources(deps: SourceDeps): Sources {
  return {
    read: (name, source) => readSource(name, source, deps),
    missing: (source) => missingSource(source, deps),
  };
}

/** Time for a person to unlock their keys. */
const TIMEOUT_MS = 120_000;

/** Characters of a value: far beyond every secret, far below what fills memory. */
const LONGEST = 1_048_576;

async function readSource(name: string, source: ValueSource, deps: SourceDeps): Promise<string> {
  const text =
    source.kind === 'file' ? await readFile(name, source.path, deps) : await runProgram(name, source.words, deps);
  // Of what a program prints the last line break is gone already.
  const value = source.kind === 'file' ? text.replace(/\r?\n$/, '') : text;
  const wrong = wrongValue(value);
  if (wrong === null) return value;
  const from = source.kind === 'file' ? `the file \`${source.path}\`` : `\`${source.words[0] ?? ''}\``;
  throw new PodctlError('BAD_DATA', `\`${name}\`: ${from} gave ${wrong}`, { hint: hintFor(name) });
}

function wrongValue(value: string): string | null {
  if (value === '') return 'nothing';
  if (value.includes('\0')) return 'a NUL, which no variable can hold';
  // What stands in place of bytes that are no text: the container would get another value.
  return value.includes('\ufffd') ? 'something that is not UTF-8 text' : null;
}

async function missingSource(source: ValueSource, deps: SourceDeps): Promise<string | null> {
  if (source.kind === 'file') {
    const stat = await deps.files.stat(pathOf(source.path, deps));
    if (stat === null) return `the file \`${source.path}\` does not exist`;
    if (stat.kind === 'file' && stat.size > LONGEST) return `the file \`${source.path}\` is larger than 1 MiB`;
    return stat.kind === 'directory' ? `\`${source.path}\` is a folder` : null;
  }
  const [program = ''] = source.words;
  const found = await findProgram(program, { host: deps.host, files: deps.files, folder: deps.project });
  return found === null ? `the program \`${program}\` was not found` : null;
}

async function readFile(name: string, path: string, deps: SourceDeps): Promise<string> {
  const missing = await missingSource({ kind: 'file', path }, deps);
  if (missing !== null) throw new PodctlError('MISSING_INPUT', `\`${name}\`: ${missing}`, { hint: hintFor(name) });
  return (await deps.files.readText(pathOf(path, deps))) ?? '';
}

async function runProgram(name: string, words: readonly string[], deps: SourceDeps): Promise<string> {
  const [file = '', ...args] = words;
  const processes = deps.processes ?? realProcesses(deps.host);
  const ended = await processes.run({ file, args, cwd: deps.project, timeout: TIMEOUT_MS, atMost: LONGEST });
  if (ended.overflowed === true) {
    throw new PodctlError('BAD_DATA', `\`${name}\`: \`${file}\` printed more than 1 MiB`, { hint: hintFor(name) });
  }
  if (ended.exitCode === 0) return ended.stdout;
  if (ended.timedOut) {
    throw new PodctlError('TRY_AGAIN', `\`${name}\`: \`${file}\` did not end within ${TIMEOUT_MS / 1000} seconds`, {
      hint: hintFor(name),
    });
  }
  throw new PodctlError('UNAVAILABLE', `\`${name}\`: \`${file}\` ended with exit code ${ended.exitCode}`, {
    hint: hintFor(name),
  });
}

function hintFor(name: string): string {
  return `try what [env.${name}] says under \`source\` by hand, or set ${name} yourself`;
}

function pathOf(path: string, { host, project }: Pick<SourceDeps, 'host' | 'project'>): string {
  return resolvePath(project, path, host.platform === 'win32' ? 'windows' : 'posix');
}
