import { realClock } from '../io/clock.js';
import { realFiles } from '../io/files.js';
import { realHost } from '../io/host.js';
import { realSignals } from '../io/signals.js';
import { realStreams } from '../io/streams.js';
import type { World } from '../io/world.js';

/** The machine that podctl runs on. */
export function realWorld(process: NodeJS.Process): World {
  return {
    host: realHost(process),
    streams: realStreams(process),
    files: realFiles(),
    clock: realClock,
    signals: realSignals(process),
    assets: import.meta.dirname,
  };
}
