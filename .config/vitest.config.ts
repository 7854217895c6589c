import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './longest-first.js';

const root = fileURLToPath(new URL('..', import.meta.url));

// Of all projects: only then do the tests that wait for engines and those that compute share one queue. vitest would leave one
// processor to itself, which on two is one file at a time.
const maxWorkers = availableParallelism();

export default defineConfig({
  root,
  test: {
    maxWorkers,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        // Each imports much the same files: what a worker has loaded serves its next file too.
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{acceptance,architecture}/**'],
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'sources', include: ['test/architecture/**/*.test.ts'] },
      },
      {
        extends: true,
        // Limits are for what hangs, not for what is slow: engines of a busy machine take several times longer.
        test: {
          name: 'acceptance',
          include: ['test/acceptance/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
    mockReset: true,
    restoreMocks: true,
    unstubEnvs: true,
    env: { NO_COLOR: '1', TZ: 'UTC' },
    expect: { requireAssertions: true },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
