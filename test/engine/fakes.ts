import { PassThrough, Writable } from 'node:stream';
import { Volume } from 'memfs';
import { PodctlError } from '../../src/core/errors.js';
import type { Tools } from '../../src/engine/ask.js';
import type { Connection, FoundEngine } from '../../src/engine/engine.js';
import type { Reply } from '../../src/engine/probe.js';
import type { AttachedProcess, Captured, Command, Ended, Processes } from '../../src/engine/process.js';
import type { Clock } from '../../src/io/clock.js';
import { type Files, type FsPromises, makeFiles } from '../../src/io/files.js';
import type { SignalName, Signals } from '../../src/io/signals.js';
import { openStreams, type Streams } from '../../src/io/streams.js';
import { DOCKER as DOCKER_FACTS } from '../support/samples.js';

export { HOST } from '../support/samples.js';
export { DOCKER_FACTS };

export const DOCKER: Connection = {
  program: 'docker',
  address: 'unix:///var/run/docker.sock',
  globals: [],
  foundBy: 'socket /var/run/docker.sock',
};

export const PODMAN: Connection = { program: 'podman', address: null, globals: [], foundBy: 'program podman' };

export const FOUND: FoundEngine = { facts: DOCKER_FACTS, connection: DOCKER };

/** A memory disk; `null` is an empty folder. */
export function disk(
  content: Readonly<Record<string, string | null>> = {},
  links: Readonly<Record<string, string>> = {},
): Files {
  const volume = Volume.fromJSON({ ...content });
  for (const [path, target] of Object.entries(links)) volume.symlinkSync(target, path);
  return makeFiles(volume.promises as unknown as FsPromises);
}

/** An API answer. */
export function reply(json: unknown, more: Partial<Reply> = {}): Reply {
  return { status: 200, headers: {}, text: typeof json === 'string' ? json : JSON.stringify(json), json, ...more };
}

/** A program that did its work. */
export function done(stdout = '', more: Partial<Captured> = {}): Captured {
  return { exitCode: 0, signal: null, timedOut: false, stdout, stderr: '', ...more };
}

/** The error of an address or program that is not there. */
export function silent(message: string): PodctlError {
  return new PodctlError('UNAVAILABLE', message, { hint: 'start it' });
}

export type ApiAnswers = Readonly<Record<string, Reply | Error>>;
export type ProgramAnswers = Readonly<Record<string, Captured | Error>>;
export type Answers = {
  /** By `ADDRESS PATH`; an Error is thrown. */
  readonly api?: ApiAnswers;
  /** By the whole command line; an Error is thrown. */
  readonly programs?: ProgramAnswers;
};

/** Tools that know their answers and fail the test for any other question. `asked` lists what was asked, in order. */
export function strictTools(answers: Answers): Tools & { readonly asked: string[] } {
  const asked: string[] = [];
  const take = <T>(table: Readonly<Record<string, T | Error>>, key: string): Promise<T> => {
    asked.push(key);
    const answer = table[key];
    if (answer === undefined) throw new Error(`unexpected question: ${key}`);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return {
    asked,
    probe: (address, { path }) => take(answers.api ?? {}, `${address} ${path}`),
    run: (command) => take(answers.programs ?? {}, lineOf(command)),
  };
}

/** A command as one line, for tables of answers. */
export function lineOf({ file, args }: Command): string {
  return [file, ...args].join(' ');
}

export type FakeChild = AttachedProcess & {
  readonly received: string[];
  readonly finish: (ended: Partial<Ended>) => void;
};

/** A child process that ends when the test says so. */
export function fakeChild(): FakeChild {
  const received: string[] = [];
  const settle: ((ended: Ended) => void)[] = [];
  const ended = new Promise<Ended>((resolve) => void settle.push(resolve));
  return {
    received,
    signal: (name) => void received.push(name),
    ended,
    finish: (result) => settle[0]?.({ exitCode: 0, signal: null, timedOut: false, ...result }),
  };
}

/** Processes with known answers only; `attach` gives the child, `stream` the lines. */
export function strictProcesses(
  answers: Readonly<Record<string, Captured | Error>>,
  more: { readonly child?: FakeChild; readonly lines?: readonly string[]; readonly streamed?: Partial<Ended> } = {},
): Processes & { readonly commands: Command[] } {
  const commands: Command[] = [];
  return {
    commands,
    run: (command) => {
      commands.push(command);
      const answer = answers[lineOf(command)];
      if (answer === undefined) throw new Error(`unexpected command: ${lineOf(command)}`);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    stream: (command, onLine) => {
      commands.push(command);
      if (more.lines === undefined) throw new Error(`unexpected command: ${lineOf(command)}`);
      for (const line of more.lines) onLine(line);
      return Promise.resolve({ exitCode: 0, signal: null, timedOut: false, ...more.streamed });
    },
    attach: (command) => {
      commands.push(command);
      if (more.child === undefined) throw new Error(`unexpected attached command: ${lineOf(command)}`);
      return Promise.resolve(more.child);
    },
    pipe: (command) => Promise.reject(new Error(`unexpected piped command: ${lineOf(command)}`)),
  };
}

/** Signals that the test sends. */
export function fakeSignals(): Signals & {
  readonly send: (name: SignalName) => void;
  readonly listeners: () => number;
} {
  const listeners = new Set<{ names: readonly SignalName[]; listener: (name: SignalName) => void }>();
  return {
    on: (names, listener) => {
      const entry = { names, listener };
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    send: (name) => {
      for (const { names, listener } of listeners) if (names.includes(name)) listener(name);
    },
    listeners: () => listeners.size,
  };
}

/** A clock whose sleepers wake when the test moves it on. */
export function fakeClock(): Clock & { readonly pass: (milliseconds: number) => Promise<void> } {
  let now = 1_000_000;
  const sleepers = new Set<{ until: number; wake: () => void }>();
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        const sleeper = { until: now + milliseconds, wake: resolve };
        sleepers.add(sleeper);
        if (signal?.aborted === true) resolve();
        signal?.addEventListener('abort', () => resolve(), { once: true });
      }),
    pass: async (milliseconds) => {
      now += milliseconds;
      for (const sleeper of sleepers) if (sleeper.until <= now) sleeper.wake();
      await settled();
    },
  };
}

/** Let everything run that waits for nothing but its turn. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export type Buffers = {
  readonly streams: Streams;
  readonly stdin: PassThrough;
  readonly out: () => string;
  readonly err: () => string;
};

/** Streams into memory. `raw` records what raw mode was set to. */
export function buffers(stdin: { readonly isTTY?: boolean; readonly raw?: boolean[] } = {}): Buffers {
  const input = Object.assign(new PassThrough(), {
    isTTY: stdin.isTTY === true,
    setRawMode: (raw: boolean) => stdin.raw?.push(raw),
  });
  const out = sink();
  const err = sink();
  const size = stdin.isTTY === true ? { isTTY: true, columns: 97, rows: 31 } : {};
  const streams = openStreams({ stdin: input, stdout: Object.assign(out.stream, size), stderr: err.stream });
  return { streams, stdin: input, out: out.text, err: err.text };
}

function sink(): { readonly stream: Writable; readonly text: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, next) {
      text += String(chunk);
      next();
    },
  });
  return { stream, text: () => text };
}
