import { createServer, type Server } from 'node:net';
import { Readable } from 'node:stream';
import { PodctlError } from '../../src/core/errors.js';
import type { Api, ApiRequest } from '../../src/engine/api.js';

export type FakeContainer = {
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
  state: 'created' | 'running' | 'paused' | 'exited';
};

export type FakeEngineApi = {
  readonly api: Api;
  readonly containers: Map<string, FakeContainer>;
  /** `POST /containers/c3/start` and so on, in their order; emptied by `splice`. */
  readonly calls: string[];
  /** Images that end at once when they are started; others listen on `port`. */
  readonly broken: Set<string>;
  readonly volumes: Set<string>;
  readonly networks: Set<string>;
  readonly images: Set<string>;
  readonly port: number;
  /** Containers of applications that run now. */
  readonly running: () => readonly string[];
  /** The most that ran at one time. */
  readonly most: () => number;
  readonly close: () => Promise<void>;
};

type Route = { readonly pattern: RegExp; readonly answer: (match: readonly string[], request: ApiRequest) => unknown };

/** An engine in memory with docker's API, as far as RAC's deployment asks it; any other call throws. All containers answer on 127.0.0.1. */
export async function openFakeEngineApi(): Promise<FakeEngineApi> {
  const containers = new Map<string, FakeContainer>();
  const [calls, broken, volumes, networks, images]: [string[], Set<string>, Set<string>, Set<string>, Set<string>] = [
    [],
    new Set(),
    new Set(),
    new Set(),
    new Set(),
  ];
  const listener: Server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const bound = listener.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  let counter = 0;
  let most = 0;
  const isApp = ({ body }: FakeContainer): boolean => labels(body)['podctl.rac.role'] === 'app';
  const running = (): readonly string[] =>
    [...containers.values()].filter((one) => isApp(one) && one.state === 'running').map(({ id }) => id);
  const find = (id: string): FakeContainer => containers.get(id) ?? missing(id);
  const start = (id: string): null => {
    const one = find(id);
    one.state = broken.has(String(one.body['Image'])) ? 'exited' : 'running';
    most = Math.max(most, running().length);
    // What is broken never listens: its port is another one than that of the test.
    return null;
  };
  const routes: readonly Route[] = [
    { pattern: /^GET \/info$/, answer: () => ({ MemoryLimit: true, PidsLimit: true, CpuCfsQuota: true }) },
    {
      pattern: /^GET \/containers\/json/,
      answer: () => [...containers.values()].map((one) => ({ Id: one.id, Labels: labels(one.body), State: one.state })),
    },
    {
      pattern: /^POST \/containers\/create\?name=(.*)$/,
      answer: (_, { body }) => {
        counter += 1;
        const id = `c${counter}`;
        containers.set(id, { id, body: body as Record<string, unknown>, state: 'created' });
        return { Id: id };
      },
    },
    { pattern: /^POST \/containers\/(\w+)\/start$/, answer: ([id = '']) => start(id) },
    { pattern: /^POST \/containers\/(\w+)\/stop\?t=\d+$/, answer: ([id = '']) => void (find(id).state = 'exited') },
    { pattern: /^POST \/containers\/(\w+)\/pause$/, answer: ([id = '']) => void (find(id).state = 'paused') },
    { pattern: /^POST \/containers\/(\w+)\/unpause$/, answer: ([id = '']) => void (find(id).state = 'running') },
    { pattern: /^DELETE \/containers\/([\w-]+)\?/, answer: ([id = '']) => void (containers.delete(id) || missing(id)) },
    { pattern: /^GET \/containers\/(\w+)\/json/, answer: ([id = '']) => inspect(find(id)) },
    { pattern: /^GET \/containers\/(\w+)\/logs/, answer: () => Readable.from([frame('the last line\n')]) },
    { pattern: /^GET \/networks\?/, answer: () => [...networks].map((Name) => ({ Name })) },
    {
      pattern: /^POST \/networks\/create$/,
      answer: (_, { body }) => void networks.add((body as { Name: string }).Name),
    },
    { pattern: /^DELETE \/networks\/(.*)$/, answer: ([name = '']) => void networks.delete(name) },
    { pattern: /^GET \/volumes\?/, answer: () => ({ Volumes: [...volumes].map((Name) => ({ Name })) }) },
    {
      pattern: /^POST \/volumes\/create$/,
      answer: (_, { body }) => (volumes.add((body as { Name: string }).Name), { Mountpoint: '' }),
    },
    { pattern: /^DELETE \/volumes\/(.*)$/, answer: ([name = '']) => void volumes.delete(name) },
    {
      pattern: /^GET \/images\/(.*)\/json$/,
      answer: ([ref = '']) => (images.has(ref) ? { Id: ref, RepoTags: [ref], Size: 1 } : missing(ref)),
    },
    { pattern: /^POST \/images\/load/, answer: () => null },
    {
      pattern: /^POST \/images\/create\?fromImage=([^&]*)&tag=(.*)$/,
      answer: ([image = '', tag = '']) => (
        images.add(`${decodeURIComponent(image)}@${decodeURIComponent(tag)}`), Readable.from([])
      ),
    },
    {
      pattern: /^POST \/images\/(.*)\/tag\?repo=(.*)&tag=(.*)$/,
      answer: ([, repo = '', tag = '']) => void images.add(`${decodeURIComponent(repo)}:${tag}`),
    },
    { pattern: /^DELETE \/images\/([^?]*)/, answer: ([ref = '']) => void images.delete(ref) },
    { pattern: /^GET \/events\?/, answer: (_, { signal }) => pending(signal) },
  ];
  const ask = async (request: ApiRequest): Promise<unknown> => {
    const line = `${request.method} ${request.path}`;
    calls.push(line);
    for (const { pattern, answer } of routes) {
      const match = pattern.exec(line);
      if (match !== null) return (await answer(match.slice(1), request)) ?? null;
    }
    throw new Error(`unexpected call of the engine: ${line}`);
  };
  const api: Api = {
    call: ask,
    stream: async (request) => (await ask(request)) as Readable,
    hijack: (request) => Promise.reject(new Error(`unexpected: ${request.path}`)),
  };
  return {
    api,
    containers,
    calls,
    broken,
    volumes,
    networks,
    images,
    port,
    running,
    most: () => most,
    close: () => new Promise((resolve) => listener.close(() => resolve())),
  };
}

function labels(body: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return body['Labels'] as Record<string, string>;
}

function inspect({ id, body, state }: FakeContainer): object {
  return {
    Id: id,
    Config: { Labels: labels(body) },
    State: { Running: state === 'running' || state === 'paused', Paused: state === 'paused', ExitCode: 3 },
    NetworkSettings: { Networks: { n: { IPAddress: '127.0.0.1' } } },
    HostConfig: body['HostConfig'],
    LogPath: '',
  };
}

function frame(text: string): Buffer {
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, text.length]);
  return Buffer.concat([head, Buffer.from(text)]);
}

function pending(signal: AbortSignal | undefined): Readable {
  const stream = new Readable({ read: () => undefined });
  signal?.addEventListener('abort', () => stream.destroy());
  return stream;
}

function missing(what: string): never {
  throw new PodctlError('UNAVAILABLE', `no such thing: ${what}`, { hint: '', cause: { status: 404 } });
}
