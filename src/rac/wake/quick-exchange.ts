import type { Socket } from 'node:net';
import { UNREACHABLE } from './forward.js';
import { trailersOf } from './forward-headers.js';
import { headText } from './header-text.js';
import { type AnswerHead, readAnswer } from './quick-answer.js';
import { type BodyReader, bodyReader, type Read } from './quick-body.js';
import type { QuickLine, QuickLines, Taker } from './quick-lines.js';

/**
 * What became of a request. `unsent`: nobody listens there; `broken`: the application gave no answer, and the client has got nothing;
 * `over`: the client's connection has ended.
 */
export type Outcome = 'answered' | 'unsent' | 'broken' | 'over';

export type Exchange = {
  /** The client's. */
  readonly socket: Socket;
  /** Does what an application's bytes ask for; what throws ends the connection. */
  readonly guard: (work: () => void) => void;
  readonly lines: QuickLines;
  readonly host: string;
  /** For the application, whole. */
  readonly request: string;
  /** RAC's own headers of the answer, as lines, with the empty line behind them. */
  readonly own: () => string;
  /** `status` is that of the answer, 200 before there is one. */
  readonly done: (outcome: Outcome, status: number) => void;
};

/** Bytes of an answer's head. */
const MOST_HEADERS = 65_536;
/** Text of bytes leaves in one piece together with its headers. */
const SMALL = 16_384;
/** A client that does not read for so long has gone. */
const STALL_MS = 60_000;

/** One plain request and its answer, as bytes: nothing is parsed twice, and what is alike is not made anew. */
export class QuickExchange implements Taker {
  readonly #job: Exchange;
  #line: QuickLine | null = null;
  /** Of an answer's head, as long as it is not whole. */
  #partial: Buffer | null = null;
  #head: AnswerHead | null = null;
  #body: BodyReader | null = null;
  #heard = false;
  #over = false;

  constructor(job: Exchange) {
    this.#job = job;
    const line = job.lines.rested();
    if (line === null) this.#open();
    else this.#send(line);
  }

  /** The client has gone. */
  gone(): void {
    const line = this.#line;
    this.#finish('over');
    line?.socket.destroy();
  }

  take(chunk: Buffer): void {
    this.#heard = true;
    this.#job.guard(() => {
      if (this.#body === null) this.#takeHead(this.#partial === null ? chunk : Buffer.concat([this.#partial, chunk]));
      else this.#takeBody(this.#body, chunk, '');
    });
  }

  ended(whole: boolean): void {
    const line = this.#line;
    this.#line = null;
    if (this.#over) return;
    // Its server closed a connection at rest just as this request was written there.
    if (this.#head === null && line?.used === true && !this.#heard) this.#open();
    else if (this.#head === null) this.#finish('broken');
    else if (this.#head.body === 'close' && whole) this.#end();
    else this.#cut();
  }

  #open(): void {
    const { lines } = this.#job;
    lines.open((line, why) => {
      if (line === null) this.#finish(UNREACHABLE.has(why) ? 'unsent' : 'broken');
      else if (this.#over) lines.rest(line);
      else this.#send(line);
    });
  }

  #send(line: QuickLine): void {
    this.#line = line;
    line.ask(this, this.#job.request);
  }

  #takeHead(bytes: Buffer): void {
    let from = 0;
    for (;;) {
      const end = bytes.indexOf('\r\n\r\n', from, 'latin1');
      if (end < 0 && bytes.length - from <= MOST_HEADERS) {
        this.#partial = from === 0 ? bytes : bytes.subarray(from);
        return;
      }
      const text = bytes.toString('latin1', from, Math.max(end, 0));
      const head = end < 0 ? null : readAnswer(text, this.#job.host, this.#line?.head ?? null);
      if (head === null) {
        this.#broken();
        return;
      }
      from = end + 4;
      // Those before 200 announce the answer, and are told to nobody.
      if (head.status >= 200) {
        this.#begin(head, bytes.subarray(from));
        return;
      }
    }
  }

  #begin(head: AnswerHead, rest: Buffer): void {
    this.#partial = null;
    this.#head = head;
    this.#body = bodyReader(head.body);
    if (this.#line !== null) this.#line.head = head;
    const date = head.undated ? `Date: ${new Date().toUTCString()}\r\n` : '';
    this.#takeBody(this.#body, rest, head.lines + date + this.#job.own());
  }

  #takeBody(body: BodyReader, chunk: Buffer, before: string): void {
    const read = body.read(chunk);
    if (read === null) {
      if (before === '') this.#cut();
      else this.#broken();
      return;
    }
    const flows = this.#write(read, before, read.done ? this.#last(body) : '');
    if (read.done) this.#whole(read.excess);
    else if (!flows) this.#hold();
  }

  #write({ pieces }: Read, before: string, behind: string): boolean {
    const { socket } = this.#job;
    const chunked = this.#chunked();
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (length <= SMALL) {
      let text = before;
      for (const piece of pieces)
        text += chunked ? `${sizeOf(piece)}${piece.toString('latin1')}\r\n` : piece.toString('latin1');
      text += behind;
      return text === '' || socket.write(text, 'latin1');
    }
    socket.cork();
    if (before !== '') socket.write(before, 'latin1');
    for (const piece of pieces) {
      if (chunked) socket.write(sizeOf(piece), 'latin1');
      socket.write(piece);
      if (chunked) socket.write('\r\n', 'latin1');
    }
    if (behind !== '') socket.write(behind, 'latin1');
    socket.uncork();
    return !socket.writableNeedDrain;
  }

  #chunked(): boolean {
    return this.#head?.body === 'chunked' || this.#head?.body === 'close';
  }

  #last(body: BodyReader): string {
    if (!this.#chunked()) return '';
    return `0\r\n${headText(trailersOf(body.trailers()).flat())}\r\n`;
  }

  // The client is the slow one.
  #hold(): void {
    const { socket } = this.#job;
    this.#line?.socket.pause();
    socket.setTimeout(STALL_MS);
    socket.once('drain', () => {
      socket.setTimeout(0);
      this.#line?.socket.resume();
    });
  }

  #end(): void {
    this.#job.socket.write('0\r\n\r\n', 'latin1');
    this.#whole(false);
  }

  #whole(excess: boolean): void {
    const line = this.#line;
    this.#line = null;
    if (line !== null) {
      line.settle();
      // What came behind an answer would be taken for the next one.
      if (this.#head?.stays === true && !excess) this.#job.lines.rest(line);
      else line.socket.destroy();
    }
    this.#flushed();
  }

  // Its last byte has gone, not only been written.
  #flushed(): void {
    const { socket } = this.#job;
    if (socket.writableLength === 0) {
      this.#finish('answered');
      return;
    }
    socket.setTimeout(STALL_MS);
    socket.write('', () => {
      socket.setTimeout(0);
      if (!socket.destroyed) this.#finish('answered');
    });
  }

  #broken(): void {
    const line = this.#line;
    this.#finish('broken');
    line?.socket.destroy();
  }

  #cut(): void {
    const line = this.#line;
    this.#finish('over');
    line?.socket.destroy();
    this.#job.socket.destroy();
  }

  #finish(outcome: Outcome): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#line !== null) this.#line.taker = null;
    this.#line = null;
    this.#job.done(outcome, this.#head?.status ?? 200);
  }
}

function sizeOf(piece: Buffer): string {
  return `${piece.length.toString(16)}\r\n`;
}
