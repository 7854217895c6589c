import { readdirSync, readFileSync } from 'node:fs';
import { PassThrough, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Volume } from 'memfs';
import { type FsPromises, makeFiles } from '../../src/io/files.js';
import type { Host } from '../../src/io/host.js';
import type { SignalName } from '../../src/io/signals.js';
import { openStreams } from '../../src/io/streams.js';
import type { World } from '../../src/io/world.js';
import { HOST } from './samples.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where the package stands in a memory world. */
const PACKAGE = '/opt/podctl';

export type MemoryOptions = {
  /** Files by absolute path; `null` is an empty folder. */
  readonly files?: Readonly<Record<string, string | null>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly host?: Partial<Host>;
  /** Shipped profiles that the package brings along; all of them when left out. */
  readonly shipped?: readonly string[];
  /** What a person types when this was written to stderr; undefined: nothing. */
  readonly type?: (shown: string) => string | undefined;
  /** All that comes by stdin. */
  readonly input?: string | undefined;
  /** stdin, stdout and stderr are a terminal. */
  readonly tty?: boolean;
};

export type MemoryWorld = {
  readonly world: World;
  readonly volume: InstanceType<typeof Volume>;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly send: (name: SignalName) => void;
};

/** A whole outside world in memory: files, buffers, a clock that does not wait, and signals that a test sends. */
export function memoryWorld(options: MemoryOptions = {}): MemoryWorld {
  const host = { ...HOST, ...options.host };
  const volume = Volume.fromJSON({
    ...packageFiles(options.shipped),
    [host.cwd]: null,
    [host.home]: null,
    ...options.files,
  });
  for (const [path, target] of Object.entries(options.links ?? {})) volume.symlinkSync(target, path);
  const out = buffer(options.tty === true);
  const stdin = Object.assign(new PassThrough(), { isTTY: options.tty === true, setRawMode: () => undefined });
  if (options.input !== undefined) stdin.end(options.input);
  const err = buffer(options.tty === true, (shown) => {
    const typed = options.type?.(shown);
    if (typed !== undefined) setTimeout(() => stdin.write(typed), 20);
  });
  const listeners = new Set<(name: SignalName) => void>();
  let now = Date.parse('2026-01-02T03:04:05Z');
  const world: World = {
    host,
    streams: openStreams({ stdin, stdout: out.stream, stderr: err.stream }),
    files: makeFiles(volume.promises as unknown as FsPromises),
    clock: {
      now: () => now,
      sleep: (milliseconds) => {
        now += milliseconds;
        return Promise.resolve();
      },
    },
    signals: {
      on: (_names, listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    assets: `${PACKAGE}/dist`,
  };
  const send = (name: SignalName): void => {
    for (const listener of listeners) listener(name);
  };
  return { world, volume, stdout: out.text, stderr: err.text, send };
}

function buffer(
  tty: boolean,
  shown: (text: string) => void = () => undefined,
): { stream: Writable & { isTTY: boolean; columns: number }; text: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      shown(String(chunk));
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY: tty, columns: 100 }), text: () => text };
}

// The shipped profiles and templates are the real ones: what a test sees is what a user gets.
function packageFiles(shipped?: readonly string[]): Record<string, string> {
  const files: Record<string, string> = { [`${PACKAGE}/package.json`]: readFileSync(`${ROOT}/package.json`, 'utf8') };
  for (const folder of ['profiles', 'templates']) {
    for (const name of readdirSync(`${ROOT}/${folder}`)) {
      // RAC's page, a folder of its own, is not for the command line.
      if (!name.includes('.')) continue;
      if (folder === 'profiles' && shipped?.includes(name.replace('.toml', '')) === false) continue;
      files[`${PACKAGE}/${folder}/${name}`] = readFileSync(`${ROOT}/${folder}/${name}`, 'utf8');
    }
  }
  return files;
}
