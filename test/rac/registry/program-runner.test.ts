import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { realClock } from '../../../src/io/clock.js';
import { realFiles } from '../../../src/io/files.js';
import { realHost } from '../../../src/io/host.js';
import { programRunner } from '../../../src/rac/registry/program-runner.js';

it('collects with the environment that the registry itself gets, not with what would change its config', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'podctl-rac-runner-'));
  try {
    const seen: unknown[] = [];
    const machine = { PATH: '/bin', REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: '/elsewhere', AWS_CA_BUNDLE: '/x' };
    const runner = programRunner(
      { file: '/usr/bin/docker-registry', version: '2.8.2', folder },
      {
        host: { ...realHost(process), env: machine },
        files: realFiles(),
        clock: realClock,
        env: { REGISTRY_STORAGE_S3_ACCESSKEY: 'key' },
        processes: ({ env }) => ({
          run: ({ args, env: more }) => {
            seen.push(args, { ...env, ...more });
            return Promise.resolve({ exitCode: 0, signal: null, timedOut: false, stdout: 'done', stderr: '' });
          },
        }),
      },
    );
    expect(await runner.collect()).toBe('done');
    expect(seen).toEqual([
      ['garbage-collect', join(folder, 'config.yml')],
      { PATH: '/bin', OTEL_TRACES_EXPORTER: 'none', REGISTRY_STORAGE_S3_ACCESSKEY: 'key' },
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
