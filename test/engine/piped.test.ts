import { describe, expect, it } from 'vitest';
import { Tail } from '../../src/engine/piped.js';
import { realProcesses } from '../../src/engine/process.js';
import { realHost } from '../../src/io/host.js';

const processes = realProcesses(realHost(process));
const node = (script: string) => ({ file: process.execPath, args: ['-e', script] });

async function* many(count: number): AsyncGenerator<Buffer> {
  for (let index = 0; index < count; index += 1) yield Buffer.alloc(65_536, index % 251);
}

describe('pipe', () => {
  it('passes everything through, no faster than it is taken', async () => {
    let bytes = 0;
    let most = 0;
    let waiting = 0;
    const ended = await processes.pipe(node('process.stdin.pipe(process.stdout)'), {
      input: many(200),
      onOutput: async (chunk) => {
        waiting += 1;
        most = Math.max(most, waiting);
        await new Promise((resolve) => setImmediate(resolve));
        bytes += chunk.length;
        waiting -= 1;
      },
    });
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(bytes).toBe(200 * 65_536);
    expect(most).toBe(1);
  });

  it('tells the exit code and the last words', async () => {
    const ended = await processes.pipe(
      node('console.error("x".repeat(20000)); console.error("the end"); process.exit(3)'),
      {
        input: null,
        onOutput: () => undefined,
      },
    );
    expect(ended.exitCode).toBe(3);
    expect(ended.stderr.length).toBeLessThanOrEqual(8_192);
    expect(ended.stderr.endsWith('the end\n')).toBe(true);
  });

  it('a program that reads nothing is no failure of the pipe', async () => {
    const ended = await processes.pipe(node('process.exit(5)'), { input: many(500), onOutput: () => undefined });
    expect(ended.exitCode).toBe(5);
  });

  it('an input or a taker that fails ends the program', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('a');
      throw new Error('the source broke');
    }
    const stay = node('process.stdin.resume(); process.stdout.write("x"); setInterval(() => {}, 1000)');
    await expect(processes.pipe(stay, { input: broken(), onOutput: () => undefined })).rejects.toThrow(
      'the source broke',
    );
    const full = () => Promise.reject(new Error('the disk is full'));
    await expect(processes.pipe(stay, { input: null, onOutput: full })).rejects.toThrow('the disk is full');
  });

  it('a program that is not there', async () => {
    const command = { file: 'no-such-engine', args: [] };
    await expect(processes.pipe(command, { input: null, onOutput: () => undefined })).rejects.toMatchObject({
      message: '`no-such-engine` was not found',
    });
  });
});

describe('the tail of a stream', () => {
  it.each([
    [['abc', 'def'], 4, 'cdef'],
    [['abcdef'], 3, 'def'],
    [['a', 'b'], 9, 'ab'],
    [['abc', ''], 2, 'bc'],
  ] as const)('%j in %i bytes', (chunks, most, text) => {
    const tail = new Tail(most);
    for (const chunk of chunks) tail.add(Buffer.from(chunk));
    expect(tail.text()).toBe(text);
  });
});
