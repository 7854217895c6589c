import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEngines, type TestEngine } from '../support/engines.js';
import { type Folder, freePort, projectFolder, until } from '../support/machine.js';
import { done, type Finished, podctl } from '../support/podctl.js';
import { askProxy, type PushLogin, pushImage, removeImages } from '../support/rac.js';
import { registryImage, registryPrograms } from '../support/registry.js';

const LIMIT = 900_000;
const PASSWORD = 'four words make one';
/** As people pull it; RAC finds it by itself where no program is on the path. */
const IMAGE = 'docker.io/library/registry:2';

describeEngines('podctl rac up, down and down --purge', (engine) => {
  const folder: Folder = projectFolder('rac-up');
  const home = join(folder.path, 'home');
  let registry = '';
  let proxyPort = 0;
  // On one engine the registry is an image that is there, on the other a program on the path.
  const inContainer = engine.name === 'docker';
  const rac = (...args: string[]): Promise<Finished> => racWith('', args);
  const racWith = async (input: string, args: readonly string[]): Promise<Finished> => {
    const own = process.env['PATH'] ?? '';
    const path = inContainer ? own : `${await registryPrograms()}:${own}`;
    const env = { ...engine.env, PODCTL_RAC_HOME: home, PATH: path, XDG_STATE_HOME: join(folder.path, 'state') };
    return podctl(['rac', ...args], { cwd: folder.path, env, within: 300_000, input });
  };
  /** Tells one life of the registry from another. */
  const registryLife = async (): Promise<string> => {
    if (!inContainer) return String(pidIn(join(home, 'registry', 'run.json')));
    return (await engine.run(['inspect', '--format', '{{.Id}} {{.State.StartedAt}}', `${nameOf(home)}-registry`]))
      .stdout;
  };
  const push = (image: string, name: string, login?: PushLogin): Promise<Finished> =>
    pushImage(engine, { image, target: `${registry}/${name}`, login, folder: folder.path });
  beforeAll(async () => {
    if (inContainer) await engine.run(['tag', await registryImage(engine), IMAGE]);
  }, LIMIT);
  afterAll(async () => {
    if (existsSync(home)) await rac('down', '--purge', '--no-snapshot', '--confirm', nameOf(home));
    if (registry !== '') await removeImages(engine, registry);
    if (inContainer) await engine.run(['rmi', IMAGE]);
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
      proxyPort = Number(proxy);
      expect(up).toMatchObject({
        docker: `docker push ${registry}/NAME:TAG`,
        podman: `podman push --tls-verify=false ${registry}/NAME:TAG`,
        open: `http://NAME.localhost:${proxy}/`,
      });
      for (const file of ['settings.json', 'instance.json', 'run.json', 'registry/config.yml']) {
        expect([file, statSync(join(home, file)).mode & 0o777]).toEqual([file, 0o600]);
      }
      const image = await imageOf(engine, 'one');
      await done(push(image, 'kept:1'));
      const starts = async (): Promise<number> => (await untilServed(proxyPort)).starts;
      const first = await starts();

      // Again, with nothing said: the same ports.
      await done(rac('down'));
      expect((await rac('status')).code).toBe(3);
      expect(JSON.parse((await done(rac('up', '--json'))).stdout)).toMatchObject({ docker: up['docker'] });
      // The first request of that life starts it.
      const second = await untilServed(proxyPort);
      expect(second.starts).toBeGreaterThan(first);
      expect(second.cold).toMatch(/^removed;dur=\d+$/);

      // A killed service leaves the registry running, and the next one takes it over.
      const life = await registryLife();
      process.kill(pidIn(join(home, 'run.json')), 'SIGKILL');
      await done(rac('up'));
      expect(await registryLife()).toBe(life);
      await done(rac('keys', 'rotate'));
      await done(push(image, 'kept:2'));
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

  it(
    'a claim keeps strangers out and the owner goes on, also back, while what nobody asks for falls asleep',
    async () => {
      const login = { account: 'ann', secret: PASSWORD };
      const [one, two] = [await imageOf(engine, 'one'), await imageOf(engine, 'two')];
      // Asked for once more, and then left alone: it sleeps.
      await untilServed(proxyPort);
      await done(push(one, 'team:1'));
      const first = await untilSays(proxyPort, 'team', 'one');
      await done(racWith(`${PASSWORD}\n`, ['signup', 'ann', '--password-stdin']));
      const claimed = await done(rac('claim', 'team', '--adopt', '--json'));
      expect(JSON.parse(claimed.stdout)).toMatchObject({
        name: 'team',
        owner: 'ann',
        image: 'adopted',
        pushedBy: null,
      });

      const refused = await push(two, 'team:2');
      expect(refused.code).not.toBe(0);
      expect(`${refused.stdout}${refused.stderr}`).toContain(
        `denied: team is claimed by ann: log in as one who may push there (docker login ${registry}), or push to another name`,
      );
      await done(push(two, 'team:2', login));
      // Another release, the same data.
      const second = await untilSays(proxyPort, 'team', 'two');
      expect(second.slice(0, first.length)).toEqual(first);
      await done(rac('rollback', 'team'));
      const third = await untilSays(proxyPort, 'team', 'one');
      expect(third.slice(0, second.length)).toEqual(second);

      await until(async () => (await tierOf(rac)) !== 'running', 120_000);
      expect((await untilServed(proxyPort)).cold).toMatch(/^(paused|holder);dur=\d+$/);
    },
    LIMIT,
  );
});

// Only a port and a volume. Each start writes a line into its data, which are what it serves.
function imageOf(engine: TestEngine, text: string): Promise<string> {
  const command = `["/bin/sh","-c","echo ${text} >> /data/starts; exec httpd -f -p 8080 -h /data"]`;
  return engine.build({
    name: 'rac-up',
    containerfile: `FROM ${engine.busybox}\nEXPOSE 8080\nVOLUME /data\nLABEL rac.pause-after=3s\nCMD ${command}\n`,
  });
}

type Served = { readonly starts: number; readonly lines: readonly string[]; readonly cold: string };

/** How often it was started, and from which sleep this request woke it. */
async function untilServed(proxyPort: number, label = 'kept'): Promise<Served> {
  let served: Served | null = null;
  await until(async () => {
    const answer = await askProxy({ proxyPort, label, path: '/starts' }, {}).catch(() => null);
    const lines = answer?.status === 200 ? (await answer.text()).trim().split('\n') : [];
    served = { starts: lines.length, lines, cold: answer?.headers.get('x-rac-cold-start') ?? '' };
    return lines.length > 0;
  }, 180_000);
  return served ?? { starts: 0, lines: [], cold: '' };
}

/** Its lines, once the last start was that image's. */
async function untilSays(proxyPort: number, label: string, last: string): Promise<readonly string[]> {
  let lines: readonly string[] = [];
  await until(async () => {
    ({ lines } = await untilServed(proxyPort, label));
    return lines.at(-1) === last;
  }, 180_000);
  return lines;
}

async function tierOf(rac: (...args: string[]) => Promise<Finished>): Promise<string> {
  const { names } = JSON.parse((await done(rac('names', '--json'))).stdout) as {
    names: { name: string; tier: string }[];
  };
  return names.find(({ name }) => name === 'kept')?.tier ?? '';
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
