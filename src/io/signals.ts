export type SignalName = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGWINCH';

/** Signals sent to podctl itself. `on` returns the function that stops listening. */
export type Signals = {
  readonly on: (names: readonly SignalName[], listener: (name: SignalName) => void) => () => void;
};

type Emitter = {
  on(name: SignalName, listener: () => void): unknown;
  off(name: SignalName, listener: () => void): unknown;
};

/** Signals of the running process. While a listener is on, the signal no longer ends podctl. */
export function realSignals(process: Emitter): Signals {
  return {
    on: (names, listener) => {
      const registered = names.map((name) => ({ name, handle: () => listener(name) }));
      for (const { name, handle } of registered) process.on(name, handle);
      return () => {
        for (const { name, handle } of registered) process.off(name, handle);
      };
    },
  };
}
