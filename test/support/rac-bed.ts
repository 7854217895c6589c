import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { openApi } from '../../src/engine/api.js';
import { detectEngine } from '../../src/engine/detect.js';
import { realProcesses } from '../../src/engine/process.js';
import { realClock } from '../../src/io/clock.js';
import { realFiles } from '../../src/io/files.js';
import { realHost } from '../../src/io/host.js';
import type { Deployment } from '../../src/rac/deploy/deployment.js';
import type { Upstream } from '../../src/rac/deploy/lifecycle.js';
import { openDeployment } from '../../src/rac/deploy/open-deployment.js';
import type { RegistryClient } from '../../src/rac/registry/client.js';
import { DEFAULT_ANONYMOUS_TTL, DEFAULT_LIMITS, type RacLimits, type RacSettings } from '../../src/rac/settings.js';
import { openAudit } from '../../src/rac/store/audit.js';
import { openStore, type Store } from '../../src/rac/store/store.js';
import type { TestEngine } from './engines.js';
import { projectFolder } from './machine.js';
import { openPusher, type PushedImage } from './push.js';
import { type Registry, startRegistry } from './registry.js';

/** The deployment room on a real engine with a real registry, without the rooms around it: pushes are told to it by the test. */
export type RacBed = {
  readonly instance: string;
  readonly home: string;
  readonly store: Store;
  readonly registry: Registry;
  readonly client: RegistryClient;
  readonly limits: RacLimits;
  /** The room that runs now; `restart` puts another one there. */
  readonly rac: () => Deployment;
  /** As a crash of RAC: what runs goes on running. */
  readonly restart: () => Promise<void>;
  /** Pushes an image on the small base to the registry, built by the engine where a line runs something, and waits until the release has ended. */
  readonly push: (name: string, image: BedImage) => Promise<string>;
  readonly logged: readonly string[];
  readonly close: () => Promise<void>;
};

export type BedImage = PushedImage & { readonly actor?: string };

export async function openRacBed(engine: TestEngine, limits: Partial<RacLimits> = {}): Promise<RacBed> {
  const folder = projectFolder('rac-bed');
  const registry = await startRegistry(folder.path);
  const instance = randomBytes(4).toString('hex');
  const host = realHost(process);
  const files = realFiles();
  const address = `unix://${engine.socket ?? ''}`;
  const env = { ...host.env, ...engine.env, ...(engine.name === 'docker' ? {} : { CONTAINER_HOST: address }) };
  const found = await detectEngine({ wanted: engine.name, remembered: null, host: { ...host, env }, files });
  const api = await openApi({ ...found.connection, address });
  const store = await openStore(':memory:');
  const all = { ...DEFAULT_LIMITS, startTimeout: 30_000, ...limits };
  const settings = settingsOf(folder.path, registry.address, all);
  const client = plainClient(registry.address);
  const logged: string[] = [];
  const open = (): Promise<Deployment> =>
    openDeployment({
      settings,
      store,
      audit: openAudit(store, Date.now),
      registry: client,
      engine: found,
      api,
      tend: () => Promise.resolve(),
      host,
      files,
      clock: realClock,
      processes: realProcesses(host),
      log: (event, facts) => void logged.push(`${event} ${JSON.stringify(facts)}`),
      instance,
    });
  let rac = await open();
  await rac.start();
  let events = 0;
  const pusher = await openPusher(engine, registry.address);
  return {
    instance,
    home: folder.path,
    store,
    registry,
    client,
    limits: all,
    rac: () => rac,
    restart: async () => {
      rac = await open();
      await rac.start();
    },
    push: async (name, { actor, ...image }) => {
      const runs = image.lines.some((line) => line.startsWith('RUN '));
      const digest = runs ? await buildAndPush(engine, { registry, name, image }) : await pusher(name, image);
      events += 1;
      const push = {
        id: `event-${events}`,
        name,
        tag: '1',
        digest,
        actor: actor ?? null,
        address: '127.0.0.1',
        at: Date.now(),
      };
      await rac.deploy(push);
      return digest;
    },
    logged,
    close: async () => {
      await rac.stop();
      // All at once, which `purge` does one by one.
      await engine.clear(`podctl.rac=${instance}`);
      await rac.purge();
      await engine.run(['rmi', '--force', `localhost/podctl-rac-hold:${instance}`]);
      registry.stop();
      store.close();
      folder.clear();
    },
  };
}

type Built = { readonly registry: Registry; readonly name: string; readonly image: PushedImage };

async function buildAndPush(engine: TestEngine, { registry, name, image }: Built): Promise<string> {
  const built = await engine.build({
    name: 'rac-bed',
    containerfile: `FROM ${engine.busybox}\n${image.lines.join('\n')}\n`,
  });
  const ref = `${registry.address}/${name}:1`;
  await must(engine, ['tag', built, ref]);
  await must(engine, ['push', ...(engine.name === 'podman' ? ['--tls-verify=false'] : []), ref]);
  // What runs comes from the registry, as it does for everybody who pushes from elsewhere.
  await engine.run(['rmi', ref, built]);
  return (await registry.digest(name, '1')) ?? '';
}

async function must(engine: TestEngine, args: readonly string[]): Promise<void> {
  const ended = await engine.run(args);
  if (ended.code !== 0) throw new Error(`${engine.name} ${args.join(' ')}: ${ended.stderr}`);
}

function settingsOf(home: string, registryHost: string, limits: RacLimits): RacSettings {
  return {
    home,
    engine: null,
    registry: null,
    domain: 'localhost',
    apiPort: 0,
    registryPort: 0,
    proxyPort: 0,
    proxyAddress: '127.0.0.1',
    tls: null,
    trustedProxies: [],
    publicUrl: null,
    registryHost,
    storage: { kind: 'volume' },
    anonymousTtl: DEFAULT_ANONYMOUS_TTL,
    trustPushers: false,
    limits,
  };
}

// The registry of these tests asks for no tokens.
function plainClient(host: string): RegistryClient {
  const get = (path: string, accept: string) => fetch(`http://${host}/v2/${path}`, { headers: { accept } });
  const TYPES = [
    'application/vnd.docker.distribution.manifest.v2+json',
    'application/vnd.oci.image.manifest.v1+json',
  ].join(', ');
  return {
    host,
    names: () => Promise.resolve([]),
    tags: () => Promise.resolve([]),
    digestOf: () => Promise.resolve(null),
    pullAuth: () => Promise.resolve(Buffer.from('{}').toString('base64url')),
    remove: async (name, digest) => {
      await fetch(`http://${host}/v2/${name}/manifests/${digest}`, { method: 'DELETE' });
    },
    image: async (name, reference) => {
      const answer = await get(`${name}/manifests/${reference}`, TYPES);
      if (!answer.ok) return null;
      const manifest = (await answer.json()) as {
        mediaType: string;
        config: { digest: string };
        layers: readonly { size: number }[];
      };
      const config = (await (await get(`${name}/blobs/${manifest.config.digest}`, '*/*')).json()) as {
        os: string;
        architecture: string;
        config: Record<string, unknown>;
      };
      return {
        digest: reference,
        mediaType: manifest.mediaType,
        config: config.config,
        size: manifest.layers.reduce((sum, layer) => sum + layer.size, 0),
        platforms: [`${config.os}/${config.architecture}`],
      };
    },
  };
}

/** The answer of an application where it listens, or why there is none. */
export function ask({ address, port }: Pick<Upstream, 'address' | 'port'>, path = '/'): Promise<string> {
  return new Promise((resolve) => {
    const asked = request({ host: address, port, path, agent: false, timeout: 20_000 }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve(`${answer.statusCode} ${Buffer.concat(chunks).toString('utf8').trim()}`));
    });
    asked.on('timeout', () => asked.destroy(new Error('timeout')));
    asked.on('error', (error) => resolve(`failed: ${error.message}`));
    asked.end();
  });
}
