import type { Processes } from '../../engine/process.js';
import type { Files } from '../../io/files.js';
import type { Calls } from './calls.js';
import type { DiskUse } from './releases.js';
import type { Standing } from './standings.js';

export type DiskDeps = {
  readonly calls: Calls;
  readonly files: Files;
  readonly processes: Processes;
  readonly now: () => number;
};

const TIMEOUT_MS = 120_000;

/** Measure what a container has written: its layer, its volumes, its log. What cannot be seen from here counts nothing. */
export async function measure(standing: Standing, { calls, files, processes, now }: DiskDeps): Promise<DiskUse> {
  const seen = await calls.inspect(standing.container, true);
  const log = seen === null || seen.logPath === '' ? null : await files.stat(seen.logPath);
  return {
    layer: seen?.writtenBytes ?? 0,
    volumes: await bytesIn(seen?.volumes ?? [], { files, processes }),
    logs: log?.size ?? 0,
    measuredAt: now(),
  };
}

/** Layer, volumes and logs together. */
export function totalOf({ layer, volumes, logs }: DiskUse): number {
  return layer + volumes + logs;
}

async function bytesIn(
  places: readonly string[],
  { files, processes }: Pick<DiskDeps, 'files' | 'processes'>,
): Promise<number> {
  const there: string[] = [];
  for (const place of places) if (place !== '' && (await files.stat(place)) !== null) there.push(place);
  if (there.length === 0) return 0;
  // Files may go while they are counted: its exit code says nothing then, its sums do.
  const { stdout } = await processes.run({ file: 'du', args: ['-s', '-x', '-k', '--', ...there], timeout: TIMEOUT_MS });
  return stdout.split('\n').reduce((sum, line) => sum + (Number.parseInt(line, 10) || 0) * 1024, 0);
}
