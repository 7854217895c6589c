import { takeFrames } from '../../engine/demux.js';
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
  const open = { stdout: '', stderr: '' };
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of source) {
      const { frames, left } = takeFrames(Buffer.concat([rest, Buffer.from(chunk)]));
      rest = left;
      for (const frame of frames) {
        const stream = frame.stream === STDERR ? 'stderr' : 'stdout';
        const lines = `${open[stream]}${frame.data.toString('utf8')}`.split('\n');
        open[stream] = lines.pop() ?? '';
        for (const text of lines) yield { stream, text };
        if (open[stream].length > LONGEST_LINE) yield { stream, text: take(open, stream) };
      }
    }
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  } finally {
    source.destroy();
  }
  for (const stream of ['stdout', 'stderr'] as const) if (open[stream] !== '') yield { stream, text: open[stream] };
}

function take(open: Record<'stdout' | 'stderr', string>, stream: 'stdout' | 'stderr'): string {
  const text = open[stream];
  // oxlint-disable-next-line no-param-reassign -- the caller's own buffer, emptied where it is read
  open[stream] = '';
  return text;
}
