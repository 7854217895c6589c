import type { SignalName, Signals } from '../../io/signals.js';
import type { Interruption } from '../../plan/test-verdict.js';

/** Signals of a whole run: none of them ends podctl between two steps, and podctl itself can send one to whatever runs now. */
export type SignalGate = {
  readonly signals: Signals;
  /** For cleaning up, which nothing interrupts. */
  readonly deaf: Signals;
  readonly inject: (name: Interruption) => void;
  readonly close: () => void;
};

/** Take over the signals; `onCaught` hears those that came from outside. */
export function openGate(outside: Signals, onCaught: (name: Interruption) => void): SignalGate {
  const listeners = new Set<{ readonly names: readonly SignalName[]; readonly hear: (name: SignalName) => void }>();
  const tell = (name: SignalName): void => {
    for (const { names, hear } of listeners) if (names.includes(name)) hear(name);
  };
  const close = outside.on(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGWINCH'], (name) => {
    if (name !== 'SIGWINCH') onCaught(name);
    tell(name);
  });
  return {
    signals: {
      on: (names, hear) => {
        const listener = { names, hear };
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    deaf: { on: () => () => undefined },
    inject: tell,
    close,
  };
}
