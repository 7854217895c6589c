import { Readable } from 'node:stream';
import { Volume } from 'memfs';
import { afterEach, describe, expect, it } from 'vitest';
import { PodctlError } from '../../../src/core/errors.js';
import type { ApiRequest } from '../../../src/engine/api.js';
import { assumeEngine } from '../../../src/engine/assume.js';
import { realClock } from '../../../src/io/clock.js';
import { type FsPromises, makeFiles } from '../../../src/io/files.js';
import type { Deployment } from '../../../src/rac/deploy/deployment.js';
import { openDeployment } from '../../../src/rac/deploy/open-deployment.js';
import type { Push } from '../../../src/rac/deploy/push.js';
import type { RegistryClient, StoredImage } from '../../../src/rac/registry/client.js';
import { DEFAULT_LIMITS, type RacSettings } from '../../../src/rac/settings.js';
import { openAudit } from '../../../src/rac/store/audit.js';
import { openStore, type Store } from '../../../src/rac/store/store.js';
import { type FakeEngineApi, openFakeEngineApi } from '../../support/fake-engine-api.js';
import { until } from '../../support/machine.js';

const WHO = { kind: 'anonymous', address: '::1' } as const;
const HOST = {
  platform: 'linux',
  env: {},
  cwd: '/',
  home: '/root',
  tmp: '/tmp',
  uid: 0,
  gid: 0,
  arch: 'x64',
  pid: 1,
} as const;

const SETTINGS: RacSettings = {
  home: '/rac',
  engine: null,
  registry: null,
  domain: 'localhost',
  apiPort: 1,
  registryPort: 2,
  proxyPort: 3,
  proxyAddress: '127.0.0.1',
  tls: null,
  trustedProxies: [],
  publicUrl: null,
  registryHost: 'r',
  storage: { kind: 'volume' },
  anonymousTtl: 1000,
  trustPushers: false,
  limits: DEFAULT_LIMITS,
};

type Bed = {
  readonly engine: FakeEngineApi;
  readonly store: Store;
  readonly rac: Deployment;
  readonly push: (digest: string, more?: Partial<Push>, mayStill?: () => boolean) => Promise<void>;
  readonly configs: Map<string, Readonly<Record<string, unknown>>>;
  readonly removed: string[];
  /** Happens while an image is taken from the registry. */
  readonly meanwhile: (work: () => void) => void;
  /** What the registry says when it is asked for an image. */
  readonly image: (answer: (found: StoredImage) => Promise<StoredImage>) => void;
  readonly again: () => Promise<Deployment>;
  /** The machine's rules; what takes them away is not RAC. */
  readonly rules: { now: string };
  /** How often the engine was looked after. */
  readonly tended: readonly string[];
};

const open: Deployment[] = [];
afterEach(async () => {
  for (const rac of open.splice(0)) await rac.stop();
});

async function makeBed({
  settings = {},
  rootless = false,
}: {
  settings?: Partial<RacSettings>;
  rootless?: boolean;
} = {}): Promise<Bed> {
  const engine = await openFakeEngineApi();
  const store = await openStore(':memory:');
  const configs = new Map<string, Readonly<Record<string, unknown>>>();
  const removed: string[] = [];
  let meanwhile = (): void => undefined;
  let answer: Parameters<Bed['image']>[0] = (found) => Promise.resolve(found);
  const unexpected = () => Promise.reject(new Error('unexpected question to the registry'));
  const registry: RegistryClient = {
    host: 'r:5000',
    names: unexpected,
    tags: unexpected,
    digestOf: unexpected,
    pullAuth: () => Promise.resolve('e30'),
    remove: (_, digest) => {
      meanwhile();
      return Promise.resolve(void removed.push(digest));
    },
    image: (_, digest) => {
      const config = configs.get(digest) ?? { ExposedPorts: { [`${engine.port}/tcp`]: {} } };
      return answer({ digest, mediaType: '', config, size: 1, platforms: ['linux/amd64'] });
    },
  };
  const rules = { now: '' };
  const tended: string[] = [];
  const volume = Volume.fromJSON({ '/rac': null, '/empty': null, '/etc/resolv.conf': '' });
  const facts = { ...assumeEngine('docker', HOST).facts, rootless, vm: false, arch: 'amd64' };
  const again = async (): Promise<Deployment> => {
    const rac = await openDeployment({
      settings: { ...SETTINGS, ...settings },
      store,
      audit: openAudit(store, () => 1),
      registry,
      engine: { facts, connection: { program: 'docker', address: 'unix:///x', globals: [], foundBy: '' } },
      api: engine.api,
      tend: () => Promise.resolve(void tended.push('')),
      host: HOST,
      files: makeFiles(volume.promises as unknown as FsPromises),
      clock: realClock,
      processes: {
        run: ({ file, input }) => {
          if (file === 'iptables-restore') rules.now = input ?? '';
          else if (file !== 'iptables') throw new Error(`unexpected program ${file}`);
          return Promise.resolve({
            exitCode: 0,
            signal: null,
            timedOut: false,
            stdout: rules.now,
            stderr: '',
          });
        },
        stream: unexpected,
        attach: unexpected,
        pipe: unexpected,
      },
      log: () => undefined,
      instance: 'a5aba7ee',
    });
    await rac.start();
    open.push(rac);
    return rac;
  };
  const rac = await again();
  let events = 0;
  return {
    engine,
    store,
    rac,
    configs,
    removed,
    meanwhile: (work) => {
      meanwhile = work;
    },
    image: (told) => {
      answer = told;
    },
    again,
    rules,
    tended,
    push: (digest, more = {}, mayStill = () => true) => {
      events += 1;
      return rac.deploy(
        {
          id: `e${events}`,
          name: 'app',
          tag: '1',
          digest,
          actor: null,
          address: '::1',
          at: events,
          ...more,
        },
        mayStill,
      );
    },
  };
}

const states = ({ rac }: Bed) => rac.releases.list('app').map(({ state }) => state);
const image = (digest: string) => `localhost/rac-a5aba7ee/app:${digest}`;
/** What the engine was asked since the last time, by what stands and falls with a request. */
function asked({ engine }: Bed): readonly string[] {
  return engine.calls
    .splice(0)
    .filter((line) => /^POST \/containers\/\w+\/(start|stop|pause|unpause)|create\?name=rac-a5aba7ee-\d/.test(line));
}

describe('waking', () => {
  it('from the holder is one call of the engine, from a pause too, and nothing when it runs', async () => {
    const bed = await makeBed();
    await bed.push('d1');
    await bed.rac.lifecycle.stop('app');
    await until(() => bed.engine.networks.size === 3);
    bed.engine.calls.splice(0);
    expect(await bed.rac.lifecycle.wake('app')).toMatchObject({
      from: 'holder',
      address: '127.0.0.1',
      port: bed.engine.port,
    });
    expect(bed.engine.calls.splice(0)).toEqual([expect.stringMatching(/^POST \/containers\/\w+\/start$/)]);
    await bed.rac.lifecycle.pause('app');
    bed.engine.calls.splice(0);
    expect(await bed.rac.lifecycle.wake('app')).toMatchObject({ from: 'paused' });
    expect(bed.engine.calls.splice(0)).toEqual([expect.stringMatching(/unpause$/)]);
    expect(await bed.rac.lifecycle.wake('app')).toMatchObject({ from: 'running' });
    expect(bed.engine.calls).toEqual([]);
  });

  it.each(['pause', 'stop', 'remove'] as const)(
    '%s is left out when by its turn it is not wanted any more',
    async (sleep) => {
      const bed = await makeBed();
      await bed.push('d1');
      const running = bed.engine.running();
      await bed.rac.lifecycle[sleep]('app', () => false);
      expect([bed.rac.lifecycle.tierOf('app'), bed.engine.running()]).toEqual(['running', running]);
    },
  );

  it('from nothing makes a container in a place that is ready', async () => {
    const bed = await makeBed();
    await bed.push('d1');
    await bed.rac.lifecycle.remove('app');
    expect(bed.engine.running()).toEqual([]);
    await until(() => bed.engine.networks.size === 2);
    bed.engine.calls.splice(0);
    expect(await bed.rac.lifecycle.wake('app')).toMatchObject({ from: 'removed' });
    expect(asked(bed).slice(0, 2)).toEqual([
      expect.stringContaining('create?name=rac-a5aba7ee-1-'),
      expect.stringContaining('/start'),
    ]);
  });

  it('pulls an image again that somebody has removed', async () => {
    const bed = await makeBed();
    await bed.push('d1');
    await bed.rac.lifecycle.remove('app');
    bed.engine.images.clear();
    const create = bed.engine.api.call;
    let refused = false;
    Object.assign(bed.engine.api, {
      call: (request: Parameters<typeof create>[0]) => {
        const missing =
          request.path.startsWith('/containers/create?name=rac-a5aba7ee-1-') && !bed.engine.images.has(image('d1'));
        refused ||= missing;
        return create(missing ? { ...request, method: 'GET', path: '/images/gone/json' } : request);
      },
    });
    expect(await bed.rac.lifecycle.wake('app')).toMatchObject({ from: 'removed' });
    expect([refused, bed.engine.images.has(image('d1'))]).toEqual([true, true]);
  });

  it('is refused for names that nobody has, or that are stopped', async () => {
    const bed = await makeBed();
    await expect(bed.rac.lifecycle.wake('none')).rejects.toMatchObject({ code: 'MISSING_INPUT' });
    await bed.push('d1');
    await bed.rac.releases.stop('app', WHO);
    await expect(bed.rac.lifecycle.wake('app')).rejects.toMatchObject({ code: 'REFUSED' });
    expect(bed.rac.lifecycle.find('app.localhost')).toEqual({
      ok: false,
      name: 'app',
      reason: 'its owner has stopped it',
    });
    expect(bed.rac.lifecycle.find('APP.localhost.')).toMatchObject({ name: 'app' });
    expect(bed.rac.lifecycle.find('none.localhost')).toMatchObject({ ok: false, name: null });
    expect(bed.rac.lifecycle.find('app.localhost.evil.example')).toMatchObject({ ok: false, name: null });
  });
});

describe('a push', () => {
  it('of the same digest is no new release; of an earlier one it is', async () => {
    const bed = await makeBed();
    await bed.push('d1');
    await bed.push('d1');
    await bed.push('d1', { tag: '2' });
    expect(states(bed)).toEqual(['ready']);
    await bed.push('d2');
    await bed.push('d1', { id: 'reconcile:app:1:d1' });
    expect(states(bed)).toEqual(['ready', 'superseded']);
    await bed.push('d1');
    expect(states(bed)).toEqual(['ready', 'superseded', 'superseded']);
  });

  it('from the engine that runs it is not pulled, and keeps the name it has there', async () => {
    const bed = await makeBed();
    bed.engine.images.add('r:5000/app@d1');
    await bed.push('d1');
    expect(bed.engine.calls.filter((line) => line.startsWith('POST /images/create'))).toEqual([]);
    expect([...bed.engine.images]).toEqual(expect.arrayContaining(['r:5000/app@d1', image('d1')]));
    await bed.push('d2');
    expect(bed.engine.calls.filter((line) => line.startsWith('POST /images/create'))).toHaveLength(1);
    expect(bed.engine.images).not.toContain('r:5000/app@d2');
  });

  it('goes on where a crash of RAC cut it off', async () => {
    const bed = await makeBed();
    await bed.push('d1');
    bed.store.run("UPDATE release SET state = 'starting'");
    bed.store.run('UPDATE name SET current_release = NULL');
    expect(bed.rac.lifecycle.find('app.localhost')).toMatchObject({ ok: false, coming: true });
    await bed.push('d1', { id: 'reconcile:app:1:d1' });
    expect(states(bed)).toEqual(['ready']);
  });

  it('that fails is not tried again by a comparison of tags, but by another push', async () => {
    const bed = await makeBed();
    bed.engine.broken.add(image('d1'));
    bed.configs.set('d1', { ExposedPorts: { '1/tcp': {} } });
    await bed.push('d1');
    await bed.push('d1', { id: 'reconcile:app:1:d1' });
    expect(states(bed)).toEqual(['failed']);
    expect(bed.rac.releases.list('app')[0]?.problem).toBe(
      'it ended with exit code 3 before it answered\nthe last line',
    );
    await bed.push('d1');
    expect(states(bed)).toEqual(['failed', 'failed']);
  });

  it('is tried again later when the registry is away', async () => {
    const bed = await makeBed();
    bed.configs.set(
      'd1',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('x');
          },
        },
      ),
    );
    await expect(bed.push('d1')).rejects.toThrow('x');
    bed.configs.delete('d1');
    await bed.push('d1');
    expect(states(bed)).toEqual(['ready']);
  });

  it('that cannot be pulled fails in the end, so that the next one of its name is not held up', async () => {
    const bed = await makeBed();
    const { stream } = bed.engine.api;
    Object.assign(bed.engine.api, {
      stream: (request: ApiRequest) =>
        request.path.includes('fromImage')
          ? Promise.resolve(Readable.from([Buffer.from('{"error":"failed to register layer: unexpected EOF"}\n')]))
          : stream(request),
    });
    const id = 'e0';
    for (let tries = 1; tries < 8; tries++) {
      await expect(bed.push('d1', { id })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }
    await bed.push('d1', { id });
    expect(bed.rac.releases.list('app')).toMatchObject([
      { state: 'failed', problem: expect.stringContaining('unexpected EOF') },
    ]);
    Object.assign(bed.engine.api, { stream });
    await bed.push('d2');
    expect(states(bed)).toEqual(['ready', 'failed']);
  });

  it('that cannot be pulled because the registry went away is tried for as long as that lasts', async () => {
    const bed = await makeBed();
    const { stream } = bed.engine.api;
    let away = false;
    Object.assign(bed.engine.api, {
      stream: (request: ApiRequest) => {
        away = request.path.includes('fromImage');
        const said = '{"error":"dial tcp 127.0.0.1:5100: connect: connection refused"}\n';
        return away ? Promise.resolve(Readable.from([Buffer.from(said)])) : stream(request);
      },
    });
    bed.image((found) => {
      if (!away) return Promise.resolve(found);
      away = false;
      return Promise.reject(new PodctlError('UNAVAILABLE', 'the registry does not answer'));
    });
    for (let tries = 1; tries < 12; tries++) {
      await expect(bed.push('d1', { id: 'e0' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }
    Object.assign(bed.engine.api, { stream });
    await bed.push('d1', { id: 'e0' });
    expect(states(bed)).toEqual(['ready']);
  });

  it('leaves no container behind that could not be made ready', async () => {
    const bed = await makeBed();
    bed.configs.set('d1', { ExposedPorts: { [`${bed.engine.port}/tcp`]: {} }, Volumes: { '/data': {} }, User: '7:7' });
    await bed.push('d1');
    expect(states(bed)).toEqual(['ready']);
    const { call } = bed.engine.api;
    Object.assign(bed.engine.api, {
      call: async (request: ApiRequest) => {
        const answer = await call(request);
        if (request.path.startsWith('/volumes/create')) return { Mountpoint: '/empty' };
        return answer;
      },
    });
    bed.configs.set('d2', { Volumes: { '/data': {} }, User: '7:7' });
    // It asks for the image's users, and this engine throws at that.
    await expect(bed.push('d2')).rejects.toThrow('unexpected');
    const all = [...bed.engine.containers.values()].map(({ body }) => JSON.stringify(body['Labels']));
    expect(all.filter((labels) => labels.includes('"podctl.rac.name":"app"'))).toHaveLength(1);
  });

  it('leaves the engine alone for the first requests: the old one and the next place come a moment later', async () => {
    const bed = await makeBed();
    await bed.push('d1');
    await until(() => bed.engine.networks.size === 3);
    await bed.push('d2');
    bed.engine.calls.splice(0);
    bed.rac.lifecycle.drained('app', []);
    await new Promise<void>((resolve) => setTimeout(resolve, 50));
    expect(bed.engine.calls.filter((line) => /stop|DELETE|networks/.test(line))).toEqual([]);
    for (const call of [/stop/, /DELETE .*networks/, /POST .*networks/]) {
      await until(() => bed.engine.calls.some((line) => call.test(line)), 10_000);
    }
  });

  it('starts beside the old one without volumes, after it with volumes', async () => {
    const bed = await makeBed();
    await bed.push('d1');
    await bed.push('d2');
    expect(bed.engine.most()).toBe(2);
    const other = await makeBed();
    const config = { ExposedPorts: { [`${other.engine.port}/tcp`]: {} }, Volumes: { '/data': {} } };
    for (const digest of ['d1', 'd2']) other.configs.set(digest, config);
    await other.push('d1');
    await other.push('d2');
    expect(other.engine.most()).toBe(1);
    expect(states(other)).toEqual(['ready', 'superseded']);
    expect([...other.engine.volumes]).toEqual([expect.stringMatching(/^rac-a5aba7ee-app\.[0-9a-f]{12}$/)]);
  });

  it('is refused for another platform, and for what is too large', async () => {
    const bed = await makeBed({ settings: { limits: { ...DEFAULT_LIMITS, disk: 0 } } });
    await bed.push('d1');
    expect(bed.rac.releases.list('app')[0]).toMatchObject({
      state: 'refused',
      problem: expect.stringContaining('more than the 0 B'),
    });
    expect(bed.engine.running()).toEqual([]);
  });

  it('is refused where limits cannot be enforced, unless pushers are trusted', async () => {
    const bed = await makeBed({ rootless: true });
    await bed.push('d1');
    expect(bed.rac.enforcement).toEqual({ enforced: false, lacks: ['a rootless engine: no firewall'] });
    expect(bed.rac.releases.list('app')[0]).toMatchObject({
      state: 'refused',
      problem: expect.stringContaining('--trust-pushers'),
    });
    expect(bed.engine.containers.size).toBe(0);
  });

  it('of an unclaimed name asks in vain for what owners may have', async () => {
    const bed = await makeBed();
    const labels = { 'rac.always-on': 'true', 'rac.host': 'a.example', 'rac.visibility': 'private' };
    const config = { ExposedPorts: { [`${bed.engine.port}/tcp`]: {} }, Labels: labels };
    for (const digest of ['d1', 'd2']) bed.configs.set(digest, config);
    await bed.push('d1');
    expect(bed.rac.releases.state('app')?.warnings).toEqual([
      'label rac.always-on: only followed once the name is claimed',
      'label rac.host: only followed once the name is claimed',
      'label rac.visibility: only followed once the name is claimed',
    ]);
    expect(bed.rac.lifecycle.find('a.example')).toMatchObject({ ok: false });
    bed.store.run("INSERT INTO account (name, password_hash, created_at) VALUES ('ann', '', 0)");
    bed.store.run("UPDATE name SET owner = 'ann'");
    await bed.push('d2', { actor: 'ann' });
    await until(() => bed.rac.lifecycle.find('a.example').ok);
    expect(bed.rac.lifecycle.find('a.example')).toMatchObject({ name: 'app', app: { alwaysOn: true } });
    await bed.rac.lifecycle.stop('app');
    await until(() => bed.rac.lifecycle.tierOf('app') === 'running');
  });

  it('by a stranger does not take over when the name is claimed while it starts', async () => {
    const bed = await makeBed();
    await bed.push('d1');
    let questions = 0;
    const claimed = () => {
      questions += 1;
      return questions === 1;
    };
    await bed.push('d2', {}, claimed);
    expect([questions, states(bed)]).toEqual([2, ['failed', 'ready']]);
    expect(bed.rac.releases.state('app')).toMatchObject({
      current: { digest: 'd1' },
      problem: expect.stringContaining('claimed'),
    });
    await bed.push('d3', {}, () => false);
    expect(states(bed)).toEqual(['failed', 'failed', 'ready']);
  });

  it('by its owner brings a name back that a claim has held', async () => {
    const bed = await makeBed();
    await bed.push('d1');
    bed.store.run("UPDATE name SET wanted = 'held'");
    await bed.rac.releases.settle('app');
    expect([bed.rac.lifecycle.tierOf('app'), bed.engine.running()]).toEqual(['removed', []]);
    await bed.push('d2', { actor: 'ann' });
    expect(bed.rac.lifecycle.find('app.localhost')).toMatchObject({ ok: true, release: 2 });
  });
});

describe('what its owner does', () => {
  it('rolls back to the one before, and on; a pin moves along', async () => {
    const bed = await makeBed();
    await bed.push('d1');
    await bed.push('d2');
    expect(await bed.rac.releases.rollback('app', null, WHO)).toMatchObject({ id: 1, current: true });
    await expect(bed.rac.releases.rollback('app', null, WHO)).rejects.toMatchObject({ code: 'MISSING_INPUT' });
    await expect(bed.rac.releases.rollback('app', 1, WHO)).rejects.toMatchObject({ code: 'REFUSED' });
    await expect(bed.rac.releases.rollback('app', 77, WHO)).rejects.toMatchObject({ code: 'MISSING_INPUT' });
    expect(await bed.rac.releases.pin('app', null, WHO)).toMatchObject({ id: 1, pinned: true });
    expect(await bed.rac.releases.rollback('app', 2, WHO)).toMatchObject({ id: 2, pinned: true, current: true });
    await bed.push('d3');
    expect(bed.rac.releases.state('app')).toMatchObject({ current: { id: 2 }, pinned: 2 });
    expect(await bed.rac.releases.unpin('app', WHO)).toMatchObject({ id: 3, current: true, pinned: false });
  });

  it('a release of a name that is stopped is tried, and does not run', async () => {
    const bed = await makeBed();
    await bed.push('d1');
    await bed.rac.releases.stop('app', WHO);
    await bed.push('d2');
    expect(bed.rac.releases.state('app')).toMatchObject({
      tier: 'holder',
      wanted: 'off',
      current: { id: 2, state: 'ready' },
    });
    await bed.rac.releases.rollback('app', 1, WHO);
    expect(bed.rac.releases.state('app')).toMatchObject({ tier: 'holder', current: { id: 1 } });
    await bed.rac.releases.start('app', WHO);
    expect(await bed.rac.lifecycle.wake('app')).toMatchObject({ release: 1 });
  });

  it('removes all of a name, but the name itself', async () => {
    const bed = await makeBed();
    const config = { ExposedPorts: { [`${bed.engine.port}/tcp`]: {} }, Volumes: { '/data': {} } };
    bed.configs.set('d1', config);
    await bed.push('d1');
    await bed.push('d1', { name: 'app2' });
    await bed.rac.releases.remove('app', WHO);
    expect(bed.rac.releases.list('app')).toEqual([]);
    expect(bed.removed).toEqual(['d1']);
    expect([...bed.engine.volumes]).toEqual([expect.stringMatching(/^rac-a5aba7ee-app2\./)]);
    expect([...bed.engine.images]).toEqual(['localhost/rac-a5aba7ee/app2:d1']);
    expect(bed.rac.lifecycle.find('app.localhost')).toEqual({
      ok: false,
      name: 'app',
      reason: 'nothing was pushed yet',
      coming: false,
    });
    expect(bed.rac.lifecycle.find('app2.localhost')).toMatchObject({ ok: true });
  });

  it('unclaimed names go when their time is over, claimed ones never', async () => {
    const bed = await makeBed();
    await bed.push('d1');
    await bed.push('d2', { name: 'mine' });
    bed.store.run("INSERT INTO account (name, password_hash, created_at) VALUES ('ann', '', 0)");
    bed.store.run("UPDATE name SET owner = 'ann' WHERE name = 'mine'");
    expect(await bed.rac.expire()).toEqual(['app']);
    expect(bed.rac.releases.state('app')).toBeNull();
    expect(bed.rac.releases.state('mine')).toMatchObject({ tier: 'running' });
    expect(bed.removed).toEqual(['d1']);
  });

  it('a request while a name goes does not bring it back', async () => {
    const bed = await makeBed();
    await bed.push('d1');
    let woken: Promise<unknown> = Promise.resolve();
    bed.meanwhile(() => {
      woken = bed.rac.lifecycle.wake('app');
      woken.catch(() => undefined);
    });
    await bed.rac.releases.remove('app', WHO);
    await expect(woken).rejects.toMatchObject({ code: 'REFUSED' });
    expect(bed.engine.running()).toEqual([]);
    bed.meanwhile(() => undefined);
    await bed.push('d2');
    expect(await bed.rac.lifecycle.wake('app')).toMatchObject({ from: 'running' });
  });

  it.each(['claimed', 'pushed again'])('a name that is %s while it goes stays', async (what) => {
    const bed = await makeBed();
    await bed.push('d1');
    bed.store.run("INSERT INTO account (name, password_hash, created_at) VALUES ('ann', '', 0)");
    bed.meanwhile(() => {
      if (what === 'claimed') bed.store.run("UPDATE name SET owner = 'ann', expires_at = NULL");
      else
        bed.store.run(
          "INSERT INTO event (id, name, tag, digest, pushed_at, received_at) VALUES ('x', 'app', '1', 'd1', 1, 1)",
        );
    });
    expect(await bed.rac.expire()).toEqual([]);
    expect(bed.store.all('SELECT name FROM name')).toEqual([{ name: 'app' }]);
  });

  it('one that was pushed again a moment ago is not touched', async () => {
    const bed = await makeBed();
    await bed.push('d1');
    bed.store.run(
      "INSERT INTO event (id, name, tag, digest, pushed_at, received_at) VALUES ('x', 'app', '1', 'd1', 1, 1)",
    );
    expect([await bed.rac.expire(), bed.removed]).toEqual([[], []]);
  });

  it('takes what was heard of its tags along, so that the same one is news again', async () => {
    const bed = await makeBed();
    await bed.push('d1');
    bed.store.run(
      "INSERT INTO event (id, name, tag, digest, pushed_at, received_at, done_at) VALUES ('x', 'app', '1', 'd1', 1, 1, 1)",
    );
    expect(await bed.rac.expire()).toEqual(['app']);
    expect(bed.store.all('SELECT * FROM event')).toEqual([]);
  });

  it('older releases than three back are collected', async () => {
    const bed = await makeBed();
    await bed.push('d1');
    for (const digest of ['d2', 'd3', 'd4', 'd5']) await bed.push(digest);
    bed.rac.lifecycle.drained('app', []);
    await until(() => states(bed)[4] === 'collected');
    expect([states(bed), bed.removed]).toEqual([
      ['ready', 'superseded', 'superseded', 'superseded', 'collected'],
      ['d1'],
    ]);
    expect(bed.engine.images.has(image('d2'))).toBe(true);
    expect(bed.engine.images.has(image('d1'))).toBe(false);
  });
});

describe('what holds the box', () => {
  it('is set again soon after a container has started, where somebody has taken it away', async () => {
    const bed = await makeBed();
    expect(bed.rules.now).toContain('RAC-OUT-a5aba7');
    // As `iptables --flush` does.
    bed.rules.now = '';
    await bed.push('d1');
    await until(() => bed.rules.now.includes('RAC-OUT-a5aba7'), 5_000);
  });
});

describe('an engine that does not answer', () => {
  it('is looked after, until it is back', async () => {
    const bed = await makeBed();
    const { stream } = bed.engine.api;
    let away = true;
    Object.assign(bed.engine.api, {
      stream: (request: ApiRequest) =>
        away && request.path.startsWith('/events') ? Promise.reject(new Error('refused')) : stream(request),
    });
    const rac = await bed.again();
    await until(() => bed.tended.length > 1);
    away = false;
    await rac.stop();
    const { length } = bed.tended;
    expect(length).toBeGreaterThan(1);
  });
});

describe('after a restart of RAC', () => {
  it("one container per name is found again; doubles, leftovers and others' are told apart", async () => {
    const bed = await makeBed();
    await bed.push('d1');
    const [kept] = bed.engine.running();
    const body = bed.engine.containers.get(kept ?? '')?.body ?? {};
    bed.engine.containers.set('double', { id: 'double', body, state: 'created' });
    const labels = body['Labels'] as Record<string, string>;
    bed.engine.containers.set('old', {
      id: 'old',
      body: { ...body, Labels: { ...labels, 'podctl.rac.release': '99' } },
      state: 'running',
    });
    bed.engine.calls.splice(0);
    const next = await bed.again();
    expect(next.lifecycle.tierOf('app')).toBe('running');
    expect(bed.engine.running()).toEqual([kept]);
    expect(bed.engine.containers.has('double')).toBe(false);
    expect(asked(bed).filter((line) => line.includes('create'))).toEqual([]);
    expect(await next.lifecycle.wake('app')).toMatchObject({ from: 'running' });
  });

  it('one whose holder is gone, as after a restart of the engine, is made anew when somebody asks', async () => {
    const bed = await makeBed();
    await bed.push('d1');
    for (const one of bed.engine.containers.values()) one.state = 'exited';
    const next = await bed.again();
    expect(next.lifecycle.tierOf('app')).toBe('removed');
    expect(await next.lifecycle.wake('app')).toMatchObject({ from: 'removed' });
  });
});
