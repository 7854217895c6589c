export type SignalName = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGWINCH';

/** Signals sent to podctl itself. `on` returns the function that stops listening. */
export type Signals = {
  readonly on: (names: readonly SignalName[], listener: (name: SignalName) => void) => () => void;
};
