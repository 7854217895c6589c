import { Readable, Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { copy, framedText } from '../../src/engine/demux.js';

it('a reader slower than the container gathers no listeners', async () => {
  const most = { listeners: 0 };
  let bytes = 0;
  const sink = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, next) {
      bytes += chunk.length;
      most.listeners = Math.max(most.listeners, ...['drain', 'close', 'error'].map((name) => sink.listenerCount(name)));
      setImmediate(next);
    },
  });
  await copy(Readable.from(Array.from({ length: 50 }, () => Buffer.from('line\n'))), sink);
  expect(bytes).toBe(250);
  expect(most.listeners).toBeLessThanOrEqual(1);
  expect(sink.listenerCount('close')).toBe(0);
});

it('a reader that goes away does not hold the copy', async () => {
  const sink = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, next) => setImmediate(() => next(new Error('EPIPE'))),
  });
  const errors: string[] = [];
  sink.on('error', (error) => errors.push(error.message));
  await copy(Readable.from([Buffer.from('a'), Buffer.from('b')]), sink);
  expect(errors).toEqual(['EPIPE']);
});

function frame(stream: number, text: string): Buffer {
  const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

it.each([1, 7, 1000])(
  'the text of both outputs is in their order and without their headers, in pieces of %i bytes',
  async (size) => {
    const whole = Buffer.concat([frame(1, 'one ü\n'), frame(2, 'two\n'), frame(1, 'three\n')]);
    const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, at) =>
      whole.subarray(at * size, (at + 1) * size),
    );
    expect(await framedText(Readable.from(pieces))).toBe('one ü\ntwo\nthree\n');
  },
);

it('of a text without end only the first bytes are kept', async () => {
  function* endless(): Generator<Buffer> {
    for (;;) yield frame(1, 'x'.repeat(100));
  }
  expect(await framedText(Readable.from(endless()), 1000)).toHaveLength(1000);
});
