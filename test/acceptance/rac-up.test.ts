import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { describeEngines, type TestEngine } from '../support/engines.js';
import { type Folder, freePort, projectFolder, until } from '../support/machine.js';
import { done, type Finished, podctl } from '../support/podctl.js';
import { askProxy, pushImage, removeImages } from '../support/rac.js';
import { registryPrograms } from '../support/registry.js';

const LIMIT = 900_000;

describeEngines('podctl rac up, down and down --purge', (engine) => {
  const folder: Folder = projectFolder('rac-up');
  const home = join(folder.path, 'home');
  let registry = '';
  const rac = async (...args: string[]): Promise<Finished> => {
    const path = `${await registryPrograms()}:${process.env['PATH'] ?? ''}`;
    const env = { ...engine.env, PODCTL_RAC_HOME: home, PATH: path, XDG_STATE_HOME: join(folder.path, 'state') };
    return podctl(['rac', ...args], { cwd: folder.path, env, within: 300_000 });
  };
  afterAll(async () => {
    if (existsSync(home)) await rac('down', '--purge', '--no-snapshot', '--confirm', nameOf(home));
    if (registry !== '') await removeImages(engine, registry);
    folder.clear();
  }, LIMIT);

  it(
    'keeps ports, names, images and data over down, a kill, and a purge that is undone',
    async () => {
      const ports = [await freePort(), await freePort(), await freePort()].map(String);
      const [api = '', reg = '', proxy = ''] = ports;
      const flags = ['--api-port', api, '--registry-port', reg, '--proxy-port', proxy, '--engine', engine.name];
      const up = JSON.parse((await done(rac('up', ...flags, '--json'))).stdout) as Record<string, unknown>;
      registry = `127.0.0.1:${reg}`;
      expect(up).toMatchObject({
        docker: `docker push ${registry}/NAME:TAG`,
        podman: `podman push --tls-verify=false ${registry}/NAME:TAG`,
        open: `http://NAME.localhost:${proxy}/`,
      });
      for (const file of ['settings.json', 'instance.json', 'run.json', 'registry/config.yml']) {
        expect([file, statSync(join(home, file)).mode & 0o777]).toEqual([file, 0o600]);
      }
      const image = await imageOf(engine);
      await done(pushImage(engine, { image, target: `${registry}/kept:1`, login: undefined, folder: folder.path }));
      const starts = async (): Promise<number> => lines(await untilServed(Number(proxy)));
      const first = await starts();

      // Again, with nothing said: the same ports.
      await done(rac('down'));
      expect((await rac('status')).code).toBe(3);
      expect(JSON.parse((await done(rac('up', '--json'))).stdout)).toMatchObject({ docker: up['docker'] });
      const second = await starts();
      expect(second).toBeGreaterThan(first);

      // A killed service leaves the registry running, and the next one takes it over.
      const registryPid = pidIn(join(home, 'registry', 'run.json'));
      process.kill(pidIn(join(home, 'run.json')), 'SIGKILL');
      await done(rac('up'));
      expect(pidIn(join(home, 'registry', 'run.json'))).toBe(registryPid);
      await done(rac('keys', 'rotate'));
      await done(pushImage(engine, { image, target: `${registry}/kept:2`, login: undefined, folder: folder.path }));
      expect(await ask(Number(api), `kept.localhost`)).toBe(200);
      expect(await ask(Number(api), `unknown.localhost`)).toBe(404);

      // Nothing goes without its name, and everything comes back.
      const third = await starts();
      expect((await rac('down', '--purge')).stderr).toContain(`--confirm ${nameOf(home)}`);
      await done(rac('down', '--purge', '--confirm', nameOf(home)));
      expect([existsSync(home), await leftOf(engine, join(folder.path, 'home'))]).toEqual([false, '']);
      await done(rac('undo'));
      await done(rac('up'));
      expect(await starts()).toBeGreaterThanOrEqual(third);
    },
    LIMIT,
  );
});

// Each start writes a line into its volume.
function imageOf(engine: TestEngine): Promise<string> {
  const command = '["/bin/sh","-c","echo start >> /data/starts; exec httpd -f -p 8080 -h /data"]';
  return engine.build({
    name: 'rac-up',
    containerfile: `FROM ${engine.busybox}\nEXPOSE 8080\nVOLUME /data\nCMD ${command}\n`,
  });
}

async function untilServed(proxyPort: number): Promise<string> {
  let text = '';
  await until(async () => {
    const answer = await askProxy({ proxyPort, label: 'kept', path: '/starts' }, {}).catch(() => null);
    text = answer?.status === 200 ? await answer.text() : '';
    return text !== '';
  }, 180_000);
  return text;
}

function lines(text: string): number {
  return text.trim().split('\n').length;
}

async function ask(api: number, host: string): Promise<number> {
  return (await fetch(`http://127.0.0.1:${api}/ask?domain=${host}`)).status;
}

function pidIn(path: string): number {
  return (JSON.parse(readFileSync(path, 'utf8')) as { pid: number }).pid;
}

const names = new Map<string, string>();
function nameOf(home: string): string {
  const path = join(home, 'instance.json');
  if (existsSync(path)) names.set(home, `rac-${(JSON.parse(readFileSync(path, 'utf8')) as { id: string }).id}`);
  return names.get(home) ?? '';
}

/** Containers and volumes that still carry its name. */
async function leftOf(engine: TestEngine, home: string): Promise<string> {
  const id = nameOf(home).slice('rac-'.length);
  const containers = await engine.run(['ps', '--all', '--quiet', '--filter', `label=podctl.rac=${id}`]);
  const volumes = await engine.run(['volume', 'ls', '--quiet', '--filter', `name=rac-${id}-`]);
  return `${containers.stdout}${volumes.stdout}`.trim();
}
