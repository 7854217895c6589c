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
  /** Folder of podctl's own code; findAssets looks upward from it. */
  readonly assets: string;
};
