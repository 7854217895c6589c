import { PodctlError } from '../../core/errors.js';

/** The error of a registry whose collection of layers failed, with what it said last. */
export function notCollected(said: string): PodctlError {
  return new PodctlError('IO', 'the registry did not collect its layers', {
    hint: 'it is tried again',
    problems: lastOf(said, 3).map((message) => ({ message })),
  });
}

/** The last lines of a text that are not blank. */
export function lastOf(text: string, count: number): readonly string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-count);
}
