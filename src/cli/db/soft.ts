import { PodctlError } from '../../core/errors.js';

/** The answer of an engine, or null where none answers: what only looks goes on without it. */
export async function ifThere<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof PodctlError && error.code === 'UNAVAILABLE') return null;
    throw error;
  }
}
