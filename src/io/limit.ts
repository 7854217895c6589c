/** What some work gives, or null when it takes longer; then the signal that it was given is aborted. */
export async function withinLimit<T>(
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => {
      over.abort();
      resolve(null);
    }, milliseconds);
  });
  const done = work(over.signal);
  // What comes after the limit interests nobody any more, its failure neither.
  done.catch(() => undefined);
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}
