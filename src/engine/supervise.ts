import type { Clock } from '../io/clock.js';
import type { SignalName, Signals } from '../io/signals.js';

/** What signal rules can do to a container. Both may be called before it exists. */
export type StopControls = {
  readonly forward: (signal: StopSignal) => Promise<void>;
  readonly kill: () => Promise<void>;
};
export type StopSignal = Exclude<SignalName, 'SIGWINCH'>;

export type Supervision = {
  /** Stop listening, and wait for what is under way. */
  readonly end: () => Promise<void>;
  /** The first signal that came; null: none. */
  readonly interruptedBy: () => StopSignal | null;
  readonly killed: () => boolean;
};

const ENGINES_STOP_TIMEOUT_MS = 10_000;

export type SuperviseOptions = {
  readonly signals: Signals;
  readonly clock: Clock;
  /** Milliseconds; null: the engine's own default. */
  readonly stopTimeout: number | null;
  readonly controls: StopControls;
  /** A second SIGINT is passed on as well, and a third one kills: what runs has its own answer to a second one. */
  readonly insists?: boolean | undefined;
};

/**
 * The rules for signals while a container runs attached: each is passed on; a container that has not ended within its stop timeout
 * after the first one is killed; a second SIGINT kills at once.
 */
export function supervise({ signals, clock, stopTimeout, controls, insists }: SuperviseOptions): Supervision {
  const over = new AbortController();
  const work: Promise<void>[] = [];
  let interrupts = 0;
  let first: StopSignal | null = null;
  let killed = false;
  const kill = async (): Promise<void> => {
    if (killed || over.signal.aborted) return;
    killed = true;
    await controls.kill();
  };
  const killLater = async (): Promise<void> => {
    await clock.sleep(stopTimeout ?? ENGINES_STOP_TIMEOUT_MS, over.signal);
    await kill();
  };
  const stopListening = signals.on(['SIGINT', 'SIGTERM', 'SIGHUP'], (name) => {
    if (name === 'SIGWINCH') return;
    if (name === 'SIGINT') interrupts += 1;
    if (interrupts > (insists === true ? 2 : 1)) {
      work.push(kill());
      return;
    }
    work.push(controls.forward(name));
    if (first === null) work.push(killLater());
    first ??= name;
  });
  return {
    end: async () => {
      stopListening();
      over.abort();
      await Promise.all(work);
    },
    interruptedBy: () => first,
    killed: () => killed,
  };
}
