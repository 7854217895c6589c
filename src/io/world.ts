import type { Clock } from './clock.js';
import type { Files } from './files.js';
import type { Host } from './host.js';
import type { Signals } from './signals.js';
import type { Streams } from './streams.js';

/** Everything outside podctl, as small interfaces; main() gets one and passes its parts down. */
export type World = {
  readonly host: Host;
  readonly streams: Streams;
  readonly files: Files;
  readonly clock: Clock;
  readonly signals: Signals;
  /** Folder of the installed package: package.json, profiles/ and templates/ stand in it. */
  readonly assets: string;
};
