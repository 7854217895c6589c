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
      let stopped = false;
      const registered = names.map((name) => ({ name, handle: () => void (stopped || listener(name)) }));
      for (const { name, handle } of registered) process.on(name, handle);
      return () => {
        stopped = true;
        // Not while a signal is being handed round: what watches over subprocesses (signal-exit) counts the listeners, and where it finds
        // none but its own it ends this process at once.
        queueMicrotask(() => {
          for (const { name, handle } of registered) process.off(name, handle);
        });
      };
    },
  };
}
