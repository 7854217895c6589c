import { PodctlError } from '../../core/errors.js';
import type { Api } from '../../engine/api.js';
import { framedText } from '../../engine/demux.js';
import { asObject } from '../../engine/json.js';

/** What a container of the registry's is made of. */
export type ContainerWish = {
  readonly name: string;
  readonly image: string;
  readonly cmd: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly binds: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
};

/** The few calls to an engine that a registry in a container needs. */
export type ContainerCalls = {
  readonly start: (wish: ContainerWish) => Promise<void>;
  /** Makes a volume that carries these labels, so that a purge finds it; one that is there is left alone. */
  readonly ensureVolume: (name: string, labels: Readonly<Record<string, string>>) => Promise<void>;
  readonly look: (name: string) => Promise<{ readonly running: boolean; readonly labels: Labels } | null>;
  /** Stops it as it wants to be stopped, and removes it; one that is not there is fine. */
  readonly remove: (name: string) => Promise<void>;
  /** Runs one to its end, removes it, and gives what it wrote. */
  readonly runOnce: (wish: ContainerWish) => Promise<{ readonly exitCode: number; readonly said: string }>;
  readonly lines: (name: string, count: number) => Promise<string>;
};

type Labels = Readonly<Record<string, unknown>>;

const STOP_SECONDS = 20;

export function containerCalls(api: Api): ContainerCalls {
  const post = (path: string, body?: unknown) => api.call({ method: 'POST', path, body });
  const lines = async (name: string, count: number): Promise<string> =>
    framedText(await api.stream({ method: 'GET', path: `/containers/${name}/logs?stdout=1&stderr=1&tail=${count}` }));
  const remove = async (name: string): Promise<void> => {
    await unlessGone(() => post(`/containers/${name}/stop?t=${STOP_SECONDS}`));
    await unlessGone(() => api.call({ method: 'DELETE', path: `/containers/${name}?force=true` }));
  };
  const start = async (wish: ContainerWish): Promise<void> => {
    await post(`/containers/create?name=${wish.name}`, bodyOf(wish));
    await post(`/containers/${wish.name}/start`);
  };
  return {
    start,
    remove,
    lines,
    ensureVolume: async (name, labels) => {
      const there = await unlessGone(() => api.call({ method: 'GET', path: `/volumes/${name}` }));
      if (there === null) await post('/volumes/create', { Name: name, Labels: labels });
    },
    look: async (name) => {
      const seen = await unlessGone(() => api.call({ method: 'GET', path: `/containers/${name}/json` }));
      if (seen === null) return null;
      const { State: state, Config: config } = asObject(seen);
      return { running: asObject(state)['Running'] === true, labels: asObject(asObject(config)['Labels']) };
    },
    runOnce: async (wish) => {
      await remove(wish.name);
      await start(wish);
      const { StatusCode: code } = asObject(await post(`/containers/${wish.name}/wait`));
      const said = await lines(wish.name, 2000);
      await remove(wish.name);
      return { exitCode: typeof code === 'number' ? code : 1, said };
    },
  };
}

function bodyOf({ image, cmd, env, binds, labels }: ContainerWish): Readonly<Record<string, unknown>> {
  return {
    Image: image,
    Cmd: cmd,
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Labels: labels,
    HostConfig: {
      // Its port is on the machine's own loopback, where RAC and the engines find it, and its notifications find RAC.
      NetworkMode: 'host',
      Binds: binds,
      CapDrop: ['ALL'],
      // RAC's folder is another user's where RAC is not root.
      CapAdd: ['DAC_OVERRIDE'],
      SecurityOpt: ['no-new-privileges'],
    },
  };
}

async function unlessGone<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PodctlError && asObject(error.cause)['status'] === 404) return null;
    throw error;
  }
}
