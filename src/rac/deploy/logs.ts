import { type Frame, takeFrames } from '../../engine/demux.js';
import type { Calls } from './calls.js';
import type { LogLine, LogsRequest } from './releases.js';

const STDERR = 2;
/** A line that never ends is cut there. */
const LONGEST_LINE = 64 * 1024;

/** The lines of a container, from its last ones on; they end with the container, or with the signal. */
export async function* followLogs(
  calls: Calls,
  container: string,
  { follow, tail, signal }: LogsRequest,
): AsyncIterable<LogLine> {
  const query = `stdout=true&stderr=true&follow=${follow}&tail=${tail}`;
  const source = await calls.api.stream({ method: 'GET', path: `/containers/${container}/logs?${query}`, signal });
  const lines = new Lines();
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of source) {
      const { frames, left } = takeFrames(Buffer.concat([rest, Buffer.from(chunk)]));
      rest = left;
      for (const frame of frames) yield* lines.add(frame);
    }
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  } finally {
    source.destroy();
  }
  yield* lines.end();
}

class Lines {
  readonly #open = { stdout: '', stderr: '' };

  add({ stream: number, data }: Frame): readonly LogLine[] {
    const stream = number === STDERR ? 'stderr' : 'stdout';
    const lines = `${this.#open[stream]}${data.toString('utf8')}`.split('\n');
    const last = lines.pop() ?? '';
    const cut = last.length > LONGEST_LINE;
    this.#open[stream] = cut ? '' : last;
    return [...lines, ...(cut ? [last] : [])].map((text) => ({ stream, text }));
  }

  end(): readonly LogLine[] {
    const streams = ['stdout', 'stderr'] as const;
    return streams.flatMap((stream) => (this.#open[stream] === '' ? [] : [{ stream, text: this.#open[stream] }]));
  }
}
