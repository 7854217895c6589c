import { PodctlError } from '../core/errors.js';

/** The system's name of a failure, for instance `ENOENT`; empty for anything else. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

const ANSWER: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  EACCES: ['permission denied', 'check the owner and the mode of the file and of the folders above it'],
  EPERM: ['not permitted', 'check the owner and the mode of the file and of the folders above it'],
  ENOENT: ['no such file or directory', 'make the folder first'],
  ENOTDIR: ['a folder on the way is a file', 'check the path'],
  EISDIR: ['it is a directory', 'give the path of a file'],
  EEXIST: ['a file of that name exists', 'remove it or choose another path'],
  ENOSPC: ['the disk is full', 'make room and run the command again'],
  EROFS: ['the file system is read-only', 'choose a path on a writable disk'],
  ELOOP: ['its symbolic links go in a circle', 'repair the links'],
};

/** A failure of the file system in podctl's words: `cannot VERB PATH`, why, and what to do. */
export function ioError(verb: string, path: string, cause: unknown): PodctlError {
  const code = codeOf(cause);
  const [what, hint] = ANSWER[code] ?? [code === '' ? String(cause) : code, 'check the path and the disk'];
  return new PodctlError('IO', `cannot ${verb} \`${path}\`: ${what}`, { hint, cause });
}
