import { PassThrough } from 'node:stream';
import { PodctlError } from '../../core/errors.js';
import { asObject, asText, parseJson } from '../../engine/json.js';
import type { Context } from '../context.js';
import { terminalOf } from '../terminal.js';
import type { RacWork } from './action.js';
import { openClient } from './client.js';
import { namePath } from './name-path.js';

/** `podctl rac exec NAME -- PROGRAM`: with podctl's own input and output, and a terminal where podctl has one. Gives the program's exit code. */
export const racExec: RacWork = async ({ words: [name = '', ...argv], flags }, context) => {
  const { FRAME, frameOf, framesIn } = await import('../../rac/web/exec-frames.js');
  const { stdin, stdout } = terminalOf(context.world);
  const tty = flags.tty !== false && stdin && stdout;
  const client = await openClient(flags, context);
  const ended = new AbortController();
  const input = new PassThrough();
  input.write(frameOf(FRAME.control, JSON.stringify({ argv, tty, ...sizeOf(context) })));
  const question = { method: 'POST', path: namePath(name, '/exec'), input, signal: ended.signal } as const;
  const headers = { 'content-type': 'application/vnd.podctl.frames' };
  const wired = wire(input, { tty, context, frame: (kind, data) => frameOf(FRAME[kind], data) });
  try {
    const output = await client.stream({ ...question, headers });
    for await (const { kind, data } of framesIn(output)) {
      if (kind === FRAME.end) return verdict(asObject(parseJson(data.toString())));
      await write(context.world.streams[kind === FRAME.stderr ? 'stderr' : 'stdout'], data);
    }
  } finally {
    wired.end();
    ended.abort();
  }
  throw new PodctlError('UNAVAILABLE', 'the connection to the program broke off', { hint: 'see podctl rac status' });
};

function verdict({ code, problem }: Readonly<Record<string, unknown>>): number {
  if (typeof code === 'number') return code;
  throw new PodctlError('UNAVAILABLE', asText(problem) || 'the program could not be followed to its end');
}

type Wire = {
  readonly tty: boolean;
  readonly context: Context;
  readonly frame: (kind: 'input' | 'control', data: Uint8Array | string) => Buffer;
};

// Input, raw mode and window size; `end` gives the terminal back as it was.
function wire(input: PassThrough, { tty, context, frame }: Wire): { readonly end: () => void } {
  const { streams, signals } = context.world;
  const { stdin } = streams;
  const control = (value: object): void => void input.write(frame('control', JSON.stringify(value)));
  const onData = (chunk: Uint8Array | string): void => {
    if (input.write(frame('input', chunk))) return;
    stdin.pause();
    input.once('drain', () => stdin.resume());
  };
  const onEnd = (): void => control({ end: true });
  if (tty) stdin.setRawMode?.(true);
  stdin.on('data', onData);
  stdin.once('end', onEnd);
  const stopResizing = tty ? signals.on(['SIGWINCH'], () => control(sizeOf(context))) : () => undefined;
  return {
    end: () => {
      stopResizing();
      stdin.off('data', onData);
      stdin.off('end', onEnd);
      if (tty) stdin.setRawMode?.(false);
      // A stdin that is still read would keep podctl alive.
      stdin.pause();
      input.destroy();
    },
  };
}

function sizeOf({ world }: Context): { readonly columns?: number; readonly rows?: number } {
  const { columns, rows } = world.streams.stdout;
  return columns === undefined || rows === undefined ? {} : { columns, rows };
}

function write(to: NodeJS.WritableStream, data: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (to.write(data)) resolve();
    else to.once('drain', resolve);
  });
}
