import { headersIn } from './header-text.js';
import type { AnswerHead } from './quick-answer.js';

/** What came of a body: `pieces` of it; `done`: that was all, and `excess`: more came behind it. */
export type Read = { readonly pieces: readonly Buffer[]; readonly done: boolean; readonly excess: boolean };

export type BodyReader = {
  /** null: it is no body of that kind. */
  readonly read: (chunk: Buffer) => Read | null;
  /** Names and values in turn, once it is done. */
  readonly trailers: () => readonly string[];
};

const NONE: readonly string[] = [];

/** Of so many bytes. */
function countedBody(length: number): BodyReader {
  let left = length;
  return {
    read: (chunk) => {
      const piece = chunk.length <= left ? chunk : chunk.subarray(0, left);
      left -= piece.length;
      return { pieces: piece.length === 0 ? [] : [piece], done: left === 0, excess: piece.length < chunk.length };
    },
    trailers: () => NONE,
  };
}

/** That ends with its connection. */
function endlessBody(): BodyReader {
  return { read: allOf, trailers: () => NONE };
}

// A piece of no bytes would be the end of a body in chunks.
function allOf(chunk: Buffer): Read {
  return { pieces: chunk.length === 0 ? [] : [chunk], done: false, excess: false };
}

type State = 'size' | 'data' | 'end' | 'trailer' | 'done' | 'wrong';

const SIZE = /^([0-9a-f]{1,12})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/i;
const LONGEST_LINE = 8_192;
const MOST_TRAILERS = 100;

/** In chunks. */
class ChunkedBody implements BodyReader {
  #state: State = 'size';
  /** Bytes of the chunk that are still to come. */
  #left = 0;
  #line = '';
  readonly #trailers: string[] = [];

  read(chunk: Buffer): Read | null {
    const pieces: Buffer[] = [];
    let at = 0;
    while (at < chunk.length && this.#state !== 'done' && this.#state !== 'wrong') {
      if (this.#state !== 'data') {
        at = this.#takeLine(chunk, at);
        continue;
      }
      const piece = chunk.subarray(at, at + this.#left);
      pieces.push(piece);
      at += piece.length;
      this.#left -= piece.length;
      if (this.#left === 0) this.#state = 'end';
    }
    return this.#state === 'wrong' ? null : { pieces, done: this.#state === 'done', excess: at < chunk.length };
  }

  trailers(): readonly string[] {
    return this.#trailers;
  }

  #takeLine(chunk: Buffer, at: number): number {
    const feed = chunk.indexOf(0x0a, at);
    const to = feed < 0 ? chunk.length : feed + 1;
    this.#line += chunk.toString('latin1', at, to);
    if (this.#line.length > LONGEST_LINE) this.#state = 'wrong';
    else if (feed >= 0) {
      this.#state = this.#line.endsWith('\r\n') ? this.#next(this.#line.slice(0, -2)) : 'wrong';
      this.#line = '';
    }
    return to;
  }

  #next(line: string): State {
    if (this.#state === 'end') return line === '' ? 'size' : 'wrong';
    if (this.#state === 'size') return this.#sized(line);
    if (line === '') return 'done';
    const pair = headersIn(line);
    if (pair === null || this.#trailers.length >= 2 * MOST_TRAILERS) return 'wrong';
    this.#trailers.push(...pair);
    return 'trailer';
  }

  #sized(line: string): State {
    const [, size] = SIZE.exec(line) ?? [];
    if (size === undefined) return 'wrong';
    this.#left = Number.parseInt(size, 16);
    return this.#left === 0 ? 'trailer' : 'data';
  }
}

/** For a body as its head announces it. */
export function bodyReader(body: AnswerHead['body']): BodyReader {
  if (body === 'chunked') return new ChunkedBody();
  if (body === 'close') return endlessBody();
  return countedBody(body === 'none' ? 0 : body);
}
