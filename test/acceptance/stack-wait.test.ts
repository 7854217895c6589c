import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { probe } from '../../src/engine/probe.js';
import { realProcesses } from '../../src/engine/process.js';
import { tendHealth } from '../../src/engine/stack/due-health.js';
import { type StackWait, waitForStack } from '../../src/engine/stack/wait.js';
import { realClock } from '../../src/io/clock.js';
import { realFiles } from '../../src/io/files.js';
import { type Desk, openDesk } from '../engine/real.js';
import { describeEngines, type TestEngine } from '../support/engines.js';
import { only } from '../support/soak.js';

const files = (image: string): string =>
  JSON.stringify({
    services: {
      healthy: service(image, ['sleep', '600'], { healthcheck: { ...check(['test', '-e', '/ready']), retries: 900 } }),
      after: service(image, ['sleep', '600'], { depends_on: { checked: { condition: 'service_healthy' } } }),
      checked: service(image, ['sleep', '600'], { healthcheck: check(['true']) }),
      ports: service(image, ['sh', '-c', 'sleep 1; exec httpd -f -p 8080'], { ports: ['127.0.0.1:0:8080'] }),
      silent: service(image, ['sh', '-c', 'echo I say nothing; exec sleep 600'], { ports: ['127.0.0.1:0:8080'] }),
      steady: service(image, ['sleep', '600']),
      job: service(image, ['true']),
      failing: service(image, ['sh', '-c', 'echo it is broken >&2; exit 3']),
      loop: service(image, ['sh', '-c', 'echo once more; exit 4'], { restart: 'always' }),
      unhealthy: service(image, ['sleep', '600'], {
        healthcheck: { ...check([]), test: ['CMD-SHELL', 'echo no answer; exit 1'] },
      }),
    },
  });

const service = (image: string, command: readonly string[], more: object = {}) => ({
  image,
  command,
  init: true,
  stop_grace_period: '0s',
  ...more,
});
const check = (test: readonly string[]) => ({ test: ['CMD', ...test], interval: '1s', timeout: '5s', retries: 2 });

describeEngines('waiting for a stack', (engine: TestEngine) => {
  const folder = mkdtempSync(join(tmpdir(), 'podctl-wait-'));
  const project = `podctl-test-wait-${randomBytes(4).toString('hex')}`;
  const program = engine.compose.v2?.path ?? 'docker-compose';
  const env = { ...process.env, ...engine.env, DOCKER_HOST: `unix://${engine.socket}` };
  let desk: Desk;

  const compose = (...args: readonly string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const all = ['--project-name', project, '--file', join(folder, 'compose.json'), ...args];
      execFile(program, all, { env }, (error, stdout, stderr) =>
        error === null ? resolve(stdout) : reject(new Error(stderr)),
      );
    });
  const deps = () => ({ found: desk.found, host: desk.host, files: realFiles(), clock: realClock });
  const wait = async (services: readonly string[], timeout = 300_000): Promise<StackWait> => {
    const wanted = services.map((one) => ({ service: one, containers: 1 }));
    return waitForStack({ project, wanted, timeout }, deps());
  };

  beforeAll(async () => {
    writeFileSync(join(folder, 'compose.json'), files(engine.busybox));
    desk = await openDesk(engine);
  });
  afterAll(async () => {
    await compose('down', '--volumes', '--timeout', '0');
    desk.clear();
    rmSync(folder, { recursive: true, force: true });
  });

  it('ends when health, ports, a steady run or the end of a job shows that all are up', async () => {
    await compose('up', '--detach', '--no-deps', 'healthy', 'ports', 'steady', 'job');
    expect(await wait(['ports', 'steady', 'job'])).toMatchObject({ outcome: 'up' });
    const late = await wait(['healthy', 'ports', 'steady', 'job'], 500);
    expect(late).toMatchObject({ outcome: 'late', troubles: [{ service: 'healthy', state: 'is not healthy yet' }] });
    const waiting = wait(['healthy', 'ports', 'steady', 'job']);
    await compose('exec', '-T', 'healthy', 'touch', '/ready');
    expect(await waiting).toMatchObject({
      outcome: 'up',
      troubles: [],
      verdicts: [{ by: 'health' }, { by: 'ports' }, { by: 'running' }, { by: 'ended' }],
    });
  });

  it.each(only(engine, 'docker'))('tells what failed, and what it said last', async () => {
    await compose('up', '--detach', 'failing', 'loop', 'unhealthy');
    const [failing, loop, unhealthy] = [await wait(['failing']), await wait(['loop']), await wait(['unhealthy'])];
    const trouble = { service: 'failing', container: `${project}-failing-1`, state: 'ended with code 3' };
    expect(failing).toMatchObject({ outcome: 'failed', troubles: [{ ...trouble, lines: ['it is broken'] }] });
    expect(loop).toMatchObject({ outcome: 'failed', troubles: [{ service: 'loop' }] });
    // While it runs for a moment, the engine does not tell how it ended before.
    expect(loop.troubles[0]?.state).toMatch(/^ends again and again(, the last time with code 4)?$/);
    expect(loop.troubles[0]?.lines).toContain('once more');
    const sick = { service: 'unhealthy', state: 'is unhealthy', lines: ['health check: no answer'] };
    expect(unhealthy).toMatchObject({ outcome: 'failed', troubles: [sick] });
    await compose('rm', '--force', '--stop', 'loop');
  });

  it.each(only(engine, 'docker'))('has a limit, and tells the port that does not answer', async () => {
    await compose('up', '--detach', 'silent');
    const { outcome, troubles, waited } = await wait(['silent'], 1_500);
    expect(outcome).toBe('late');
    expect(troubles).toMatchObject([{ service: 'silent', lines: ['I say nothing'] }]);
    expect(troubles[0]?.state).toMatch(/^does not answer on 127\.0\.0\.1:\d+$/);
    expect(waited).toBeGreaterThanOrEqual(1_500);
  });

  it.each(only(engine, 'podman'))(
    'what a provider itself waits for gets healthy, also where nobody runs the checks',
    async () => {
      const over = new AbortController();
      const tools = { probe, run: realProcesses(desk.host).run };
      const tending = tendHealth(project, { ...deps(), tools }, over.signal);
      await compose('up', '--detach', 'after');
      over.abort();
      await tending;
      expect(await wait(['after', 'checked'])).toMatchObject({ outcome: 'up' });
    },
  );
});
