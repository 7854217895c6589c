import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { firewallChains, firewallChains6, removal } from '../../src/rac/deploy/firewall-rules.js';
import { run, tryRun } from '../setup/command.mjs';
import type { TestEngine } from './engines.js';
import { freePort, projectFolder, until } from './machine.js';
import { type Finished, podctl, type Running, startPodctl } from './podctl.js';
import { registryPrograms } from './registry.js';

export type RacOptions = {
  /** Further words for `podctl rac up`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

/** A login of an engine's program at the registry. */
export type PushLogin = { readonly account: string; readonly secret: string };

/** A whole platform of one test, in a folder of its own and on ports of its own. */
export type TestRac = {
  readonly home: string;
  /** `http://127.0.0.1:PORT` of token endpoint, events, API and web page. */
  readonly url: string;
  /** `127.0.0.1:PORT`. */
  readonly registry: string;
  readonly proxyPort: number;
  /** What podctl needs in its environment to speak with this one. */
  readonly env: Readonly<Record<string, string>>;
  /** The service that runs now. */
  readonly service: () => Running;
  /** `podctl rac ARGS` against this platform. */
  readonly rac: (args: readonly string[], input?: string) => Promise<Finished>;
  /** Give an image of the engine the name `REGISTRY/NAME:TAG` and push it with the engine's own program, as nobody or with a login. */
  readonly push: (image: string, target: string, login?: PushLogin) => Promise<Finished>;
  /** Ask the proxy as a browser would: `request('app', '/')` with Host `app.localhost`. */
  readonly request: (label: string, path: string, init?: RequestInit) => Promise<Response>;
  /** Kill the service with this signal; `start` begins it again with the same home. */
  readonly kill: (signal: NodeJS.Signals) => Promise<Finished>;
  readonly start: () => Promise<void>;
  /** Ends service and registry, and removes containers, volumes, networks and images of this platform, and its folder. */
  readonly clear: () => Promise<void>;
};

const KILLED_BY_TERM = 143;

/** Start `podctl rac up --foreground` for a test; needs a build of podctl. The registry is Debian's, unpacked once per machine. */
export async function startRac(engine: TestEngine, options: RacOptions = {}): Promise<TestRac> {
  const folder = projectFolder('rac');
  const home = join(folder.path, 'home');
  const ports = [await freePort(), await freePort(), await freePort()] as const;
  const [apiPort, registryPort, proxyPort] = ports;
  const programs = await registryPrograms();
  const env = {
    ...engine.env,
    PODCTL_RAC_HOME: home,
    PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}`,
    XDG_STATE_HOME: join(folder.path, 'state'),
    ...options.env,
  };
  const where = { cwd: folder.path, env };
  const url = `http://127.0.0.1:${apiPort}`;
  const registry = `127.0.0.1:${registryPort}`;
  const words = ['--api-port', apiPort, '--registry-port', registryPort, '--proxy-port', proxyPort].map(String);
  const up = ['rac', 'up', '--foreground', '--engine', engine.name, ...words, ...(options.args ?? [])];
  let service: Running | null = null;
  const start = async (): Promise<void> => {
    const started = await startPodctl(up, where);
    service = started;
    let ended = false;
    const watch = async (): Promise<void> => {
      await started.finished;
      ended = true;
    };
    void watch();
    await until(async () => {
      if (ended) throw new Error(`RAC ended:\n${started.stdout()}${started.stderr()}`);
      return started.stdout().includes('docker') && (await isHealthy(url));
    }, 180_000);
  };
  const running = (): Running => {
    if (service === null) throw new Error('RAC was not started');
    return service;
  };
  await start();
  return {
    home,
    url,
    registry,
    proxyPort,
    env,
    service: running,
    rac: (args, input) => podctl(['rac', ...args], { ...where, ...(input === undefined ? {} : { input }) }),
    push: (image, target, login) =>
      pushImage(engine, { image, target: `${registry}/${target}`, login, folder: folder.path }),
    request: (label, path, init = {}) => askProxy({ proxyPort, label, path }, init),
    kill: (signal) => running().end(signal),
    start,
    clear: async () => {
      const { code, stderr } = await running().end('SIGTERM');
      // What ends RAC at once leaves its registry running.
      if (code === KILLED_BY_TERM) throw new Error(`RAC did not go down in order:\n${stderr}`);
      const id = instanceOf(home);
      if (id !== null) {
        await engine.clear(`podctl.rac=${id}`);
        await removeChains(id);
      }
      await removeImages(engine, registry);
      folder.clear();
    },
  };
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`, { headers: { connection: 'close' } })).ok;
  } catch {
    return false;
  }
}

type Target = { readonly proxyPort: number; readonly label: string; readonly path: string };

/** One request to the proxy, whose name stands in the Host header: Node does not resolve NAME.localhost everywhere, and fetch lets nobody set Host. */
export async function askProxy({ proxyPort, label, path }: Target, init: RequestInit): Promise<Response> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const headers = { ...Object.fromEntries(new Headers(init.headers)), host: `${label}.localhost:${proxyPort}` };
    const method = init.method ?? 'GET';
    // What is never answered fails a test by name, and not by the limit of all of it.
    const options = { host: '127.0.0.1', port: proxyPort, path, method, headers, agent: false, timeout: 240_000 };
    const call = request(options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const body = Buffer.concat(chunks);
        const pairs = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]);
        const status = answer.statusCode ?? 0;
        resolve(new Response([204, 304].includes(status) ? null : body, { status, headers: pairs }));
      });
    });
    call.on('timeout', () => call.destroy(new Error(`${label}${path} is not answered`)));
    call.on('error', reject);
    call.end(typeof init.body === 'string' ? init.body : undefined);
  });
}

type Push = {
  readonly image: string;
  readonly target: string;
  readonly login: PushLogin | undefined;
  readonly folder: string;
};

/** Name an image and push it with the engine's own program. Each login has files of its own, so that no test sees another's. */
export async function pushImage(engine: TestEngine, { image, target, login, folder }: Push): Promise<Finished> {
  const config = join(folder, `login-${login?.account ?? 'nobody'}`);
  mkdirSync(config, { recursive: true });
  const authFile = join(config, 'config.json');
  if (!existsSync(authFile)) writeFileSync(authFile, '{"auths":{}}');
  const env = { ...engine.env, DOCKER_CONFIG: config, REGISTRY_AUTH_FILE: authFile };
  await run([engine.name, 'tag', image, target], { env });
  const plain = engine.name === 'podman' ? ['--tls-verify=false'] : [];
  if (login !== undefined) {
    const host = target.split('/')[0] ?? '';
    const words = [engine.name, 'login', ...plain, '--username', login.account, '--password-stdin', host];
    await run(words, { env, input: login.secret });
  }
  return tryRun([engine.name, 'push', ...plain, target], { env, timeout: 120_000 });
}

/** Remove what the engine has under names of that registry. */
export async function removeImages(engine: TestEngine, registry: string): Promise<void> {
  const { stdout } = await engine.run(['images', '--format', '{{.Repository}}:{{.Tag}}']);
  const names = stdout.split('\n').filter((line) => line.startsWith(`${registry}/`));
  if (names.length > 0) await engine.run(['rmi', '--force', ...names]);
}

/** Remove the firewall chains of that instance, which a RAC leaves that is killed or only goes down, and nobody else's. */
async function removeChains(instance: string): Promise<void> {
  const families = { iptables: firewallChains(instance, []), ip6tables: firewallChains6(instance) };
  for (const [program, chains] of Object.entries(families)) {
    const text = removal((await tryRun([program, '-w', '10', '-S'])).stdout, chains);
    if (text !== null) await run([`${program}-restore`, '-w', '10', '--noflush'], { input: text });
  }
}

function instanceOf(home: string): string | null {
  try {
    return (JSON.parse(readFileSync(join(home, 'instance.json'), 'utf8')) as { id: string }).id;
  } catch {
    return null;
  }
}
