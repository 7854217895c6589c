import type { Readable, Writable } from 'node:stream';

export type Sinks = { readonly stdout: Writable; readonly stderr: Writable };

const HEADER_BYTES = 8;
const STDERR = 2;
const EVENTS = ['drain', 'close', 'error'] as const;

/** Split the stream of a container without a terminal into its two outputs, no faster than they are read. */
export async function demux(source: Readable, sinks: Sinks): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    const { frames, left } = takeFrames(Buffer.concat([rest, chunk]));
    rest = left;
    for (const { stream, data } of frames) await write(stream === STDERR ? sinks.stderr : sinks.stdout, data);
  }
}

/** Copy the one stream of a container with a terminal. */
export async function copy(source: Readable, sink: Writable): Promise<void> {
  for await (const chunk of source) await write(sink, chunk);
}

export type Frame = { readonly stream: number; readonly data: Buffer };

/** Whole frames at the start of a buffer, and what is left. Header: one byte of stream, three empty, four of length. */
export function takeFrames(buffer: Buffer): { readonly frames: readonly Frame[]; readonly left: Buffer } {
  const frames: Frame[] = [];
  let at = 0;
  while (buffer.length - at >= HEADER_BYTES) {
    const end = at + HEADER_BYTES + buffer.readUInt32BE(at + 4);
    if (buffer.length < end) break;
    frames.push({ stream: buffer.readUInt8(at), data: buffer.subarray(at + HEADER_BYTES, end) });
    at = end;
  }
  return { frames, left: buffer.subarray(at) };
}

const LONGEST = 1024 * 1024;

/** What a container without a terminal wrote, both outputs in the order of their frames; of more than `most` bytes the first ones. */
export async function framedText(source: Readable, most = LONGEST): Promise<string> {
  const texts: Buffer[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let bytes = 0;
  for await (const chunk of source) {
    const { frames, left } = takeFrames(Buffer.concat([rest, chunk]));
    rest = left;
    for (const { data } of frames) texts.push(data);
    bytes += chunk.length;
    if (bytes > most) break;
  }
  return Buffer.concat(texts).toString('utf8');
}

async function write(sink: Writable, data: Buffer): Promise<void> {
  // Who reads podctl's output may stop reading; the container's output then goes nowhere, as with any pipe.
  if (sink.destroyed || sink.writableEnded) return;
  if (!sink.write(data)) await writable(sink);
}

// Whichever comes first takes the listeners of the others away: a long output would else gather thousands.
function writable(sink: Writable): Promise<void> {
  return new Promise((resolve) => {
    const ready = (): void => {
      for (const event of EVENTS) sink.off(event, ready);
      resolve();
    };
    for (const event of EVENTS) sink.on(event, ready);
  });
}
