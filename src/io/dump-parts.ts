/** What stands between the parts of a stream: a line that begins with a marker. */
type Reading = {
  /** Marker of the lines between parts, for instance `-- podctl 1a2b `, from the first line of the stream. */
  readonly markerOf: (firstLine: string) => string;
  readonly cutOff: (why: string) => Error;
};

const NEWLINE = 0x0a;
const LONGEST_LINE = 65_536;

/**
 * A stream that is read part by part, never as a whole: `first` line, then `next` gives each marker line (null at the end of the
 * stream) and `body` the bytes up to the next one. A body that was not read to its end is passed over.
 */
export class PartReader {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #reading: Reading;
  #rest: Buffer = Buffer.alloc(0);
  #marker: Buffer = Buffer.alloc(0);
  #ended = false;
  #inBody = false;

  constructor(source: AsyncIterable<Uint8Array>, reading: Reading) {
    this.#source = source[Symbol.asyncIterator]();
    this.#reading = reading;
  }

  /** The first line; read it before anything else. */
  async first(): Promise<string> {
    const line = await this.#line();
    this.#marker = Buffer.from(this.#reading.markerOf(line));
    return line;
  }

  /** What follows the marker on the next marker line; null when the stream is over. */
  async next(): Promise<string | null> {
    if (this.#inBody) for await (const _ of this.body());
    if (!(await this.#have(1))) return null;
    const line = await this.#line();
    if (!line.startsWith(this.#marker.toString())) throw this.#reading.cutOff('a part begins without its line');
    this.#inBody = true;
    return line.slice(this.#marker.length);
  }

  /** Let go of the stream, read to its end or not: files behind it are closed. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  /** The bytes of the part whose line was read last. */
  async *body(): AsyncGenerator<Buffer> {
    // The line break before a marker belongs to the part.
    let fresh = true;
    for (;;) {
      const at = fresh && this.#rest.indexOf(this.#marker) === 0 ? 0 : this.#find();
      if (at !== -1) {
        const last = this.#take(at);
        this.#inBody = false;
        if (last.length > 0) yield last;
        return;
      }
      // What could be the beginning of a marker waits for more.
      const safe = this.#ended ? this.#rest.length : Math.max(0, this.#rest.length - this.#marker.length);
      if (safe > 0) {
        fresh = false;
        yield this.#take(safe);
      }
      if (this.#ended) {
        this.#inBody = false;
        return;
      }
      await this.#more();
    }
  }

  #find(): number {
    const at = this.#rest.indexOf(Buffer.concat([Buffer.from([NEWLINE]), this.#marker]));
    return at === -1 ? -1 : at + 1;
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }

  async #line(): Promise<string> {
    for (;;) {
      const at = this.#rest.indexOf(NEWLINE);
      if (at !== -1)
        return this.#take(at + 1)
          .toString('utf8')
          .trimEnd();
      if (this.#ended || this.#rest.length > LONGEST_LINE) throw this.#reading.cutOff('it ends within a line');
      await this.#more();
    }
  }

  async #have(bytes: number): Promise<boolean> {
    while (this.#rest.length < bytes && !this.#ended) await this.#more();
    return this.#rest.length >= bytes;
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#source.next();
    if (done === true) this.#ended = true;
    else this.#rest = this.#rest.length === 0 ? Buffer.from(value) : Buffer.concat([this.#rest, value]);
  }
}
