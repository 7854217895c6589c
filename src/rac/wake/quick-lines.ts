import type { Socket } from 'node:net';
import type { AnswerHead } from './quick-answer.js';

/** Whoever waits for an answer. */
export type Taker = {
  readonly take: (chunk: Buffer) => void;
  /** Nothing more comes. `whole`: the application has closed it in order. */
  readonly ended: (whole: boolean) => void;
};

/** A connection to an application, for one request after the other. */
export class QuickLine {
  readonly socket: Socket;
  /** It has carried a whole answer before. */
  used = false;
  taker: Taker | null = null;
  /** Of its last answer. */
  head: AnswerHead | null = null;
  #closed: (line: QuickLine) => void;

  constructor(socket: Socket, closed: (line: QuickLine) => void) {
    this.socket = socket;
    this.#closed = closed;
    socket.on('data', (chunk: Buffer) => {
      // What nobody has asked for belongs to no answer.
      if (this.taker === null) socket.destroy();
      else this.taker.take(chunk);
    });
    socket.on('end', () => this.#end(true));
    socket.on('close', () => this.#end(false));
    socket.on('error', ignore);
  }

  /** Sends a request, whose answer this one takes. */
  ask(taker: Taker, request: string): void {
    this.taker = taker;
    this.socket.write(request, 'latin1');
  }

  /** The answer is whole. */
  settle(): void {
    this.taker = null;
    this.used = true;
  }

  #end(whole: boolean): void {
    const { taker } = this;
    this.taker = null;
    this.#closed(this);
    this.socket.destroy();
    taker?.ended(whole);
  }
}

function ignore(): void {
  /* told by `close` */
}

type Made = (line: QuickLine | null, why: string) => void;

/** Connections to one application that `quick` requests use. */
export type QuickLines = {
  /** One at rest; null: `open` one. */
  readonly rested: () => QuickLine | null;
  /** There are as many as may be. */
  readonly full: () => boolean;
  /** Calls with a line that is connected, or with null where that cannot be, and the system's word for why. */
  readonly open: (made: Made) => void;
  /** It has given a whole answer, and waits for the next request. */
  readonly rest: (line: QuickLine) => void;
  /** Closes those at rest, and the others as soon as they are. */
  readonly retire: () => void;
};

const MOST = 1024;
const MOST_AT_REST = 128;

/** `connect` begins one, now or when it is its turn. */
export function openQuickLines(connect: (begun: (socket: Socket) => void) => void): QuickLines {
  const resting: QuickLine[] = [];
  let count = 0;
  let retired = false;
  const closed = (line: QuickLine): void => {
    const place = resting.indexOf(line);
    if (place >= 0) resting.splice(place, 1);
  };
  return {
    rested: () => resting.pop() ?? null,
    full: () => resting.length === 0 && count >= MOST,
    open: (made) => {
      count += 1;
      connect((socket) => {
        socket.once('close', () => {
          count -= 1;
        });
        connected(socket, made, closed);
      });
    },
    rest: (line) => {
      line.settle();
      if (retired || resting.length >= MOST_AT_REST || line.socket.destroyed) line.socket.destroy();
      else resting.push(line);
    },
    retire: () => {
      retired = true;
      for (const line of resting.splice(0)) line.socket.destroy();
    },
  };
}

function connected(socket: Socket, made: Made, closed: (line: QuickLine) => void): void {
  let line: QuickLine | null = null;
  let why = '';
  socket.on('error', ({ code }: NodeJS.ErrnoException) => {
    why = code ?? '';
  });
  socket.once('connect', () => {
    line = new QuickLine(socket, closed);
    made(line, why);
  });
  socket.once('close', () => {
    if (line === null) made(null, why);
  });
}
