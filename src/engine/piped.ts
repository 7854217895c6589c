import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** The ends of a program whose data podctl passes on, piece by piece and no faster than the other side takes them. */
export type PipeEnds = {
  /** What it reads; null: nothing. When it throws, the program is ended and its error is passed on. */
  readonly input: AsyncIterable<Uint8Array> | null;
  /** Gets each piece of its output; the next one is read when this has settled. */
  readonly onOutput: (chunk: Buffer) => Promise<void> | void;
};

/** `file`: an open file of podctl that the program itself writes its output to, where it stands. */
export type FileEnds = { readonly input: null; readonly file: number };

/** The last bytes of what a program said on stderr: errors stand at its end. */
export class Tail {
  readonly #most: number;
  #kept: Buffer = Buffer.alloc(0);

  constructor(most = 8_192) {
    this.#most = most;
  }

  add(chunk: Uint8Array): void {
    // Of a long piece only its end is copied: most of what passes by is never looked at.
    const end = chunk.subarray(Math.max(0, chunk.length - this.#most));
    const before = this.#kept.subarray(Math.max(0, this.#kept.length + end.length - this.#most));
    this.#kept = Buffer.concat([before, end]);
  }

  text(): string {
    return this.#kept.toString('utf8');
  }
}

/** Write all pieces and end; a reader that went away is no failure here: its exit code tells what happened. */
export async function feed(sink: Writable, input: AsyncIterable<Uint8Array>): Promise<void> {
  let gone = false;
  sink.on('error', () => {
    gone = true;
  });
  for await (const chunk of input) {
    if (gone || sink.destroyed) return;
    if (!sink.write(chunk)) await drained(sink);
  }
  sink.end();
}

/** Hand over each piece of a stream. */
export async function drain(source: Readable, take: (chunk: Buffer) => Promise<void> | void): Promise<void> {
  for await (const chunk of source) {
    const given: unknown = chunk;
    const taken = take(Buffer.isBuffer(given) ? given : Buffer.from(String(given)));
    if (taken !== undefined) await taken;
  }
}

/** Both at once; whichever fails first stops the program through `abort`, and its error is the result. */
export async function together(work: readonly Promise<void>[], abort: () => void): Promise<void> {
  const failures: unknown[] = [];
  await Promise.all(
    work.map(async (one) => {
      try {
        await one;
      } catch (error) {
        failures.push(error);
        abort();
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
}

async function drained(sink: Writable): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  // The reader may end before it has read all.
  const ways = ['drain', 'close', 'error'].map((event) => once(sink, event, { signal }).catch(() => undefined));
  await Promise.race(ways);
  over.abort();
}
