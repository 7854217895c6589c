import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PartReader } from '../../src/io/dump-parts.js';

const MARKER = '-- podctl 0123 ';
const READING = { markerOf: () => MARKER, cutOff: (why: string) => new Error(why) };

async function* pieces(data: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, index = 0; at < data.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    yield data.subarray(at, at + size);
    at += size;
  }
}

async function readAll(data: Buffer, sizes: readonly number[], skip = false): Promise<readonly string[]> {
  const reader = new PartReader(pieces(data, sizes), READING);
  const found = [await reader.first()];
  for (let line = await reader.next(); line !== null; line = await reader.next()) {
    found.push(line);
    if (skip) continue;
    const body: Buffer[] = [];
    for await (const chunk of reader.body()) body.push(chunk);
    found.push(Buffer.concat(body).toString('latin1'));
  }
  return found;
}

const stream = (...parts: readonly string[]): Buffer =>
  Buffer.from(`first\n${parts.map((body, index) => `${MARKER}${index}\n${body}`).join('')}`, 'latin1');

describe('a stream of parts', () => {
  it('gives each body as it is, in whatever pieces it comes', async () => {
    const body = fc
      .array(fc.constantFrom('a', '\n', '-', '-- podctl', ' 0123', MARKER.trimEnd(), ` ${MARKER}`, '\r', '\u00ff'))
      .map((words) => (words.length === 0 ? '' : `${words.join('')}\n`))
      .filter((text) => !text.startsWith(MARKER) && !text.includes(`\n${MARKER}`));
    const bodies = fc.array(body, { minLength: 1, maxLength: 4 });
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(bodies, sizes, async (texts, cuts) => {
        expect(await readAll(stream(...texts), cuts)).toEqual([
          'first',
          ...texts.flatMap((text, index) => [String(index), text]),
        ]);
      }),
    );
  });

  it('passes over what nobody reads', async () => {
    expect(await readAll(stream('one\n', 'two\n'), [3], true)).toEqual(['first', '0', '1']);
  });

  it('lets go of what it reads from', async () => {
    let closed = false;
    async function* source(): AsyncGenerator<Buffer> {
      try {
        yield* pieces(stream('one\n', 'two\n'), [4]);
      } finally {
        closed = true;
      }
    }
    const reader = new PartReader(source(), READING);
    await reader.first();
    await reader.next();
    await reader.close();
    expect(closed).toBe(true);
  });

  it('says where it was cut off', async () => {
    await expect(readAll(Buffer.from('fir'), [1])).rejects.toThrow('it ends within a line');
    await expect(readAll(Buffer.from(`first\n${MARKER}0`), [5])).rejects.toThrow('it ends within a line');
    await expect(readAll(Buffer.from('first\nelse\n'), [5])).rejects.toThrow('a part begins without its line');
  });
});
