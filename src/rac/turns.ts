import { PodctlError } from '../core/errors.js';

/** So many at a time; the others wait, and beyond `most` are turned away with TRY_AGAIN. */
export function turns(atATime: number, most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let busy = 0;
  return async (work) => {
    if (busy >= atATime) {
      if (waiting.length >= most)
        throw new PodctlError('TRY_AGAIN', 'too many ask at the same time', { hint: 'try again in a moment' });
      // The turn is handed over: whoever comes meanwhile does not get in between.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else busy += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) busy -= 1;
      else next();
    }
  };
}
