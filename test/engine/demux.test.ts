import { Readable, Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { copy } from '../../src/engine/demux.js';

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
