import { takeFrames } from '../../engine/demux.js';

/**
 * Frames of `exec` over HTTP, both ways in docker's form: one byte of kind, three empty, four of length. To RAC: `input`, and `control`
 * with JSON (what to run, a new size, the end of input). From RAC: `stdout`, `stderr`, and one `end` with JSON.
 */
export const FRAME = { input: 0, stdout: 1, stderr: 2, end: 3, control: 4 } as const;

/** One whole frame. */
export type Frame = { readonly kind: number; readonly data: Buffer };

const HEADER = 8;
const LONGEST = 1024 * 1024;

export function frameOf(kind: number, data: Uint8Array | string): Buffer {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  const header = Buffer.alloc(HEADER);
  header.writeUInt8(kind, 0);
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

/** Frames as they come. Throws RangeError for one that is longer than anybody sends. */
export async function* framesIn(source: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    const { frames, left } = takeFrames(Buffer.concat([rest, chunk]));
    rest = left;
    for (const { stream, data } of frames) yield { kind: stream, data };
    if (rest.length >= HEADER && rest.readUInt32BE(4) > LONGEST) throw new RangeError('a frame is too long');
  }
}
