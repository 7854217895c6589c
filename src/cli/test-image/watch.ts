import type { Clock } from '../../io/clock.js';
import { type Interruption, SIGNAL_EXIT } from '../../plan/test-verdict.js';
import type { Context } from '../context.js';
import { openBed, type TestBed } from './bed.js';
import { buildFirst } from './build-first.js';
import type { TestOptions } from './options.js';
import { testOnce } from './test-once.js';
import { watchedTrees } from './watched-trees.js';

/** Editors write a file in several steps, and a checkout writes many files. */
const QUIET_MS = 300;

/** Test again whenever a file changes: a run that is under way is stopped for it. Ends with a signal, and its exit code. */
export async function watchTests(
  { bed, options }: { readonly bed: TestBed; readonly options: TestOptions },
  context: Context,
): Promise<number> {
  const { world, rooms, output, report } = context;
  const watched = await watchedTrees(bed, options, world);
  const turn = new Turn(world.clock);
  const stopListening = world.signals.on(['SIGINT', 'SIGTERM', 'SIGHUP'], (name) => {
    if (name !== 'SIGWINCH') turn.end(name);
  });
  const { watchFiles } = await rooms.watchFiles();
  const watch = await watchFiles(watched, () => turn.change());
  try {
    for (;;) {
      const changed = turn.begin();
      // oxlint-disable-next-line no-await-in-loop -- one run after the other
      await runOnce(options, changed, context).catch(report);
      if (turn.ended() === null && !changed.aborted) output.note('waiting for a change of a file; Ctrl-C ends');
      // oxlint-disable-next-line no-await-in-loop -- it is waited for
      const signal = await turn.next();
      if (signal !== null) return SIGNAL_EXIT[signal];
      output.note('');
    }
  } finally {
    await watch.close();
    stopListening();
  }
}

// The profile is read anew: it may be what changed.
async function runOnce(options: TestOptions, changed: AbortSignal, context: Context): Promise<void> {
  const bed = await openBed(options, context);
  if (options.build && (await buildFirst({ bed, options }, context)).exitCode !== 0) return;
  if (!changed.aborted) await testOnce({ bed, options, changed }, context);
}

/** Whose turn it is: a run's, or that of whoever waits for the next change. */
class Turn {
  readonly #clock: Clock;
  #run = new AbortController();
  #signal: Interruption | null = null;
  #lastChange = 0;
  #wake: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new run; the signal aborts with the first change. */
  begin(): AbortSignal {
    this.#run = new AbortController();
    return this.#run.signal;
  }

  change(): void {
    this.#lastChange = this.#clock.now();
    this.#run.abort();
    this.#wake?.();
  }

  end(signal: Interruption): void {
    this.#signal ??= signal;
    this.#wake?.();
  }

  ended(): Interruption | null {
    return this.#signal;
  }

  /** Resolves when files have changed and are quiet again (null), or with the signal that ends the watch. */
  async next(): Promise<Interruption | null> {
    while (this.#signal === null) {
      const rest = this.#lastChange + QUIET_MS - this.#clock.now();
      if (this.#run.signal.aborted && rest <= 0) return null;
      // oxlint-disable-next-line no-await-in-loop -- it is waited for
      await this.#sleep(this.#run.signal.aborted ? rest : null);
    }
    return this.#signal;
  }

  async #sleep(time: number | null): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    // A timer, however long, is what keeps podctl alive.
    await this.#clock.sleep(time ?? LONG_MS, woken.signal);
    this.#wake = null;
  }
}

const LONG_MS = 86_400_000;
