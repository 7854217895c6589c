import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tryRun } from '../setup/command.mjs';
import { describeDocker, describePodman, type TestEngine } from '../support/engines.js';
import { projectFolder, until } from '../support/machine.js';
import { type OwnEngine, ownEngine } from '../support/own-engine.js';
import { done } from '../support/podctl.js';
import { startRac, type TestRac } from '../support/rac.js';

const LIMIT = 600_000;

describeDocker('an engine that is restarted under RAC', (shared) => {
  let own: OwnEngine;
  let rac: TestRac;
  beforeAll(async () => {
    own = await ownEngine(shared);
    const { env } = own;
    const run: TestEngine['run'] = (args, input) =>
      tryRun(['docker', ...args], { env, ...(input === undefined ? {} : { input }) });
    rac = await startRac({ ...shared, env, run, clear: async () => undefined });
  }, LIMIT);
  afterAll(async () => {
    await rac.clear();
    await own.stop();
  }, LIMIT);

  it(
    'serves the next request again, with the same data, and takes the next push',
    async () => {
      const [one, two] = [await imageOf(own, 'one'), await imageOf(own, 'two')];
      await done(rac.push(one, 'app:1'));
      await until(async () => (await starts(rac)).join() === 'one', 120_000);
      await own.restart();
      const back = performance.now();
      // It has ended with its engine, and so has what held its network.
      await until(async () => (await starts(rac)).join() === 'one,one', 120_000);
      // The system alone would wait for the old address for two minutes.
      expect(performance.now() - back).toBeLessThan(100_000);
      await done(rac.push(two, 'app:2'));
      await until(async () => (await starts(rac)).at(-1) === 'two', 120_000);
      expect((await starts(rac)).slice(0, 2)).toEqual(['one', 'one']);
    },
    LIMIT,
  );
});

describePodman('an API of podman’s that is killed under RAC', (engine) => {
  const folder = projectFolder('rac-away');
  const address = `unix://${join(folder.path, 'podman.sock')}`;
  let service: ChildProcess;
  let rac: TestRac;
  const begin = async (): Promise<void> => {
    const env = { ...process.env, ...engine.env };
    service = spawn('podman', ['system', 'service', '--time=0', address], { env, stdio: 'ignore' });
    await until(() => tryRun(['podman', '--remote', '--url', address, 'version']).then(({ code }) => code === 0));
  };
  const kill = async (): Promise<void> => {
    const ended = new Promise((resolve) => service.once('exit', resolve));
    service.kill('SIGKILL');
    await ended;
  };
  beforeAll(async () => {
    await begin();
    rac = await startRac(engine, { env: { CONTAINER_HOST: address } });
  }, LIMIT);
  afterAll(async () => {
    await rac.clear();
    await kill();
    folder.clear();
  }, LIMIT);

  it(
    'what runs goes on without it, and the next push is taken when it is back',
    async () => {
      const [one, two] = [await imageOf(engine, 'one'), await imageOf(engine, 'two')];
      await done(rac.push(one, 'app:1'));
      await until(async () => (await starts(rac)).join() === 'one', 120_000);
      await kill();
      expect(await starts(rac)).toEqual(['one']);
      await begin();
      await done(rac.push(two, 'app:2'));
      await until(async () => (await starts(rac)).at(-1) === 'two', 120_000);
    },
    LIMIT,
  );
});

/** Each start writes a line into its volume. On an engine of one's own it is made of the small image there. */
async function imageOf(engine: Pick<OwnEngine | TestEngine, 'run' | 'busybox'>, text: string): Promise<string> {
  const name = `localhost/podctl-test/rac-away:${text}`;
  const command = `["/bin/sh","-c","echo ${text} >> /data/starts; exec httpd -f -p 8080 -h /data"]`;
  const file = `FROM ${engine.busybox}\nEXPOSE 8080\nVOLUME /data\nSTOPSIGNAL KILL\nCMD ${command}\n`;
  await engine.run(['build', '--tag', name, '-'], file);
  return name;
}

async function starts(rac: TestRac): Promise<readonly string[]> {
  const answer = await rac.request('app', '/starts').catch(() => null);
  return answer?.status === 200 ? (await answer.text()).trim().split('\n') : [];
}
