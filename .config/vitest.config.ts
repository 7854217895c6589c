import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Acceptance tests talk to real engines; two at a time is what two cores carry.
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    mockReset: true,
    restoreMocks: true,
    unstubEnvs: true,
    env: { NO_COLOR: '1', TZ: 'UTC' },
    expect: { requireAssertions: true },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
