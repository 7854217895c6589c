/** Work in order per key: what is asked for later begins when all earlier work of the same key has ended, well or not. */
export type Lanes = <T>(key: string, work: () => Promise<T>) => Promise<T>;

export function makeLanes(): Lanes {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = last.get(key);
    const mine = before === undefined ? work() : after(before, work);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}

async function after<T>(before: Promise<unknown>, work: () => Promise<T>): Promise<T> {
  try {
    await before;
  } catch {
    // Whoever asked for it hears of it.
  }
  return work();
}
