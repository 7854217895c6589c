import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './longest-first.js';

const root = fileURLToPath(new URL('..', import.meta.url));

// Of all projects: only then do the tests that wait for engines and those that compute share one queue.
const maxWorkers = availableParallelism() + 1;

export default defineConfig({
  root,
  test: {
    // Engines are waited for more than computed with; one file more than there are processors uses what the others leave.
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
        test: { name: 'acceptance', include: ['test/acceptance/**/*.test.ts'] },
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
