import { parseDuration } from '../../core/duration.js';
import { PodctlError } from '../../core/errors.js';
import type { SpecFlags } from '../../spec/request.js';
import type { Context } from '../context.js';
import type { Flags } from '../parser.js';
import { type Printing, readPrinting } from '../printing.js';

/** What the command line of `test-image` says. */
export type TestOptions = Printing & {
  readonly profile: string | undefined;
  readonly engine: string | undefined;
  readonly via: 'cli' | 'api';
  readonly config: string | undefined;
  readonly mode: string | undefined;
  readonly envFiles: readonly string[];
  /** A key of the profile's images, or a reference; undefined: the profile's choice. */
  readonly image: string | undefined;
  readonly build: boolean;
  readonly mountSource: boolean;
  /** Milliseconds; null: the profile's. */
  readonly timeout: number | null;
  readonly watch: boolean;
  /** As typed; undefined: where the profile says. */
  readonly reportDir: string | undefined;
  readonly services: boolean;
  /** `image` stays null until it is known whether the word is a key. */
  readonly flags: SpecFlags;
};

/** Flags → options. Throws PodctlError('USAGE') for flags that contradict each other. */
export function readTestOptions(
  words: { readonly image: string | undefined; readonly args: readonly string[] },
  flags: Flags,
  purpose: Context['purpose'],
): TestOptions {
  const printing = readPrinting(flags, purpose);
  if (flags.watch === true) checkWatch(flags);
  return {
    ...printing,
    profile: flags.profile,
    engine: flags.engine,
    via: flags.via ?? 'cli',
    config: flags.config,
    mode: flags.mode,
    envFiles: flags.envFile ?? [],
    image: words.image,
    build: flags.build === true,
    mountSource: flags.mountSource === true,
    timeout: flags.timeout === undefined ? null : timeoutOf(flags.timeout),
    watch: flags.watch === true && !printing.dryRun && purpose === 'run',
    reportDir: flags.reportDir,
    services: flags.services !== false,
    flags: {
      args: words.args,
      ports: [],
      image: null,
      tag: flags.tag ?? null,
      mounts: flags.mount ?? [],
      env: flags.env ?? [],
      detach: false,
    },
  };
}

function checkWatch(flags: Flags): void {
  if (flags.json === true && flags.dryRun !== true) {
    throw new PodctlError('USAGE', '`--json` prints one document, and `--watch` runs many times', {
      hint: 'leave one of them out',
    });
  }
  if (flags.build === true || flags.mountSource === true) return;
  throw new PodctlError('USAGE', '`--watch` would run the same image again: no change of a file reaches it', {
    hint: 'add --build to build it each time, or --mount-source to test the sources of this machine',
  });
}

function timeoutOf(text: string): number {
  try {
    const time = parseDuration(text);
    if (time > 0) return time;
  } catch (error) {
    if (!(error instanceof PodctlError)) throw error;
  }
  throw new PodctlError('USAGE', `\`--timeout ${text}\` is no time`, { hint: 'write for instance 90s or 10m' });
}
