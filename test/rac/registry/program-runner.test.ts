import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { realProcesses } from '../../../src/engine/process.js';
import { realClock } from '../../../src/io/clock.js';
import { realFiles } from '../../../src/io/files.js';
import { programRunner } from '../../../src/rac/registry/program-runner.js';
import type { RegistryRunner } from '../../../src/rac/registry/runner.js';
import { HOST } from '../../support/samples.js';

// Stands where Distribution would: says how it was started, and runs until it is told to end.
const PROGRAM = `#!/bin/sh
if [ "$1" = garbage-collect ]; then
  echo "collected with $(cat "$2") storage=$REGISTRY_STORAGE key=$AWS_ACCESS_KEY_ID"
  if [ "$(cat "$2")" = broken ]; then echo "no space left" >&2; exit 1; fi
  exit 0
fi
echo "$1 $(cat "$2") storage=$REGISTRY_STORAGE key=$AWS_ACCESS_KEY_ID traces=$OTEL_TRACES_EXPORTER"
exec sleep 600
`;

let folder: string;
let runner: RegistryRunner;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rac-program-'));
  runner = made();
});
afterEach(async () => {
  await runner.stop();
  rmSync(folder, { recursive: true });
});

function made(): RegistryRunner {
  const file = join(folder, 'docker-registry');
  writeFileSync(file, PROGRAM, { mode: 0o755 });
  const env = { PATH: process.env['PATH'] ?? '', REGISTRY_STORAGE: 'elsewhere' };
  const host = { ...HOST, platform: process.platform, env };
  return programRunner(
    { file, version: '2.8.2', folder },
    { host, files: realFiles(), clock: realClock, processes: realProcesses, env: { AWS_ACCESS_KEY_ID: 'key' } },
  );
}

const pid = (): number => JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')).pid as number;

async function said(): Promise<string> {
  for (;;) {
    const lines = await runner.lastLines();
    if (lines.length > 0) return lines.join('\n');
    await realClock.sleep(10);
  }
}

describe.skipIf(process.platform === 'win32')("the registry's program", () => {
  it('is told where its config is, and the machine does not change it', async () => {
    expect(runner.about()).toBe(`Distribution 2.8.2 (${join(folder, 'docker-registry')})`);
    await runner.start('one');
    expect(await said()).toBe('serve one storage= key=key traces=none');
    for (const name of ['config.yml', 'run.json']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(await runner.runs()).toBe(true);
  });

  it('is left alone with the same config, also by another RAC, and started anew with another', async () => {
    await runner.start('one');
    const first = pid();
    runner = made();
    await runner.start('one');
    expect(pid()).toBe(first);
    await runner.start('two');
    expect(pid()).not.toBe(first);
    expect(() => process.kill(first, 0)).toThrow('ESRCH');
  });

  it('ends, and a process that only has its number is not it', async () => {
    await runner.start('one');
    const kept = readFileSync(join(folder, 'run.json'), 'utf8');
    await runner.stop();
    expect([await runner.runs(), existsSync(join(folder, 'run.json'))]).toEqual([false, false]);
    // Had it been ended, this test would have been.
    const own = JSON.stringify({ ...JSON.parse(kept), pid: process.pid });
    writeFileSync(join(folder, 'run.json'), own);
    expect(await runner.runs()).toBe(process.platform !== 'linux');
    if (process.platform === 'linux') await runner.stop();
    else rmSync(join(folder, 'run.json'));
  });

  it('collects with the config that it had, in the environment that it had', async () => {
    await runner.start('one');
    await runner.stop();
    expect(await runner.collect()).toBe('collected with one storage= key=key');
    writeFileSync(join(folder, 'config.yml'), 'broken');
    await expect(runner.collect()).rejects.toMatchObject({ code: 'IO', problems: [{ message: 'no space left' }] });
  });

  it('one that cannot be started is said by name', async () => {
    rmSync(join(folder, 'docker-registry'));
    await expect(runner.start('one')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
