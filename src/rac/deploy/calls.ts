import { PodctlError } from '../../core/errors.js';
import { type Api, statusOf } from '../../engine/api.js';
import { framedText } from '../../engine/demux.js';
import { asList, asObject, asText, asTextRecord, asTexts, type Json } from '../../engine/json.js';
import type { Owned } from './box.js';
import { ownLabels, RAC_LABEL } from './box.js';
import { checkPull } from './pull-answer.js';
import { readSeen, type Seen } from './seen.js';

export type Listed = { readonly id: string; readonly labels: Readonly<Record<string, string>>; readonly state: string };
export type NetworkRequest = {
  readonly name: string;
  readonly bridge: string;
  readonly subnet: string;
  readonly gateway: string;
};

/** The calls of an engine's API that RAC makes, each of them one question. What is not there is no failure of a removal. */
export type Calls = ReturnType<typeof makeCalls>;

export function makeCalls(api: Api, owned: Owned) {
  const wire: Wire = {
    api,
    owned,
    post: async (path, body) =>
      asObject(await api.call({ method: 'POST', path, ...(body === undefined ? {} : { body }) })),
    drop: async (path) => {
      await unless(404, api.call({ method: 'DELETE', path }));
    },
    mine: encodeURIComponent(JSON.stringify({ label: [`${RAC_LABEL.instance}=${owned.instance}`] })),
  };
  return {
    api,
    owned,
    ...changesOfContainers(wire),
    ...questionsOfContainers(wire),
    ...networkCalls(wire),
    ...volumeCalls(wire),
    ...imageCalls(wire),
  };
}

type Wire = {
  readonly api: Api;
  readonly owned: Owned;
  readonly post: (path: string, body?: unknown) => Promise<Json>;
  readonly drop: (path: string) => Promise<void>;
  /** Filter for what is of this instance. */
  readonly mine: string;
};

function changesOfContainers({ api, owned, post, drop }: Wire) {
  return {
    create: async (name: string, body: object): Promise<string> =>
      asText((await post(`/containers/create?name=${name}`, body))['Id']),
    start: async (id: string): Promise<void> => {
      await unless(304, post(`/containers/${id}/start`));
    },
    stop: async (id: string, seconds: number): Promise<void> => {
      await unless(304, unless(404, post(`/containers/${id}/stop?t=${seconds}`)));
    },
    pause: async (id: string): Promise<void> => {
      await post(`/containers/${id}/pause`);
    },
    unpause: async (id: string): Promise<void> => {
      await post(`/containers/${id}/unpause`);
    },
    removeContainer: async (id: string): Promise<void> => {
      // Otherwise podman gives one that runs its 10 s to stop by itself; only its own API can be told not to.
      const own = owned.engine === 'podman';
      const path = own ? `/v4.0.0/libpod/containers/${id}?timeout=0&` : `/containers/${id}?`;
      await unless(409, drop(`${path}force=true&v=true`));
    },
    archive: async (id: string, path: string, tar: Buffer): Promise<void> => {
      await api.call({ method: 'PUT', path: `/containers/${id}/archive?path=${encodeURIComponent(path)}`, tar });
    },
  };
}

function questionsOfContainers({ api, mine }: Wire) {
  return {
    inspect: async (id: string, size = false): Promise<Seen | null> => {
      const found = await orNull(
        api.call({ method: 'GET', path: `/containers/${id}/json${size ? '?size=true' : ''}` }),
      );
      return found === null ? null : readSeen(asObject(found));
    },
    /** All of this instance, stopped ones too. */
    list: async (): Promise<readonly Listed[]> =>
      asList(await api.call({ method: 'GET', path: `/containers/json?all=true&filters=${mine}` })).map((one) => {
        const { Id, Labels, State } = asObject(one);
        return { id: asText(Id), labels: asTextRecord(Labels), state: asText(State) };
      }),
    /** The last lines of both outputs, in their order. */
    lastLines: async (id: string, count: number): Promise<readonly string[]> => lastLines(api, id, count),
    /** A file of a container as an archive; null: it has none, or it is long. */
    file: async (id: string, path: string): Promise<Buffer | null> => {
      try {
        const query = `path=${encodeURIComponent(path)}`;
        return await readAll(await api.stream({ method: 'GET', path: `/containers/${id}/archive?${query}` }));
      } catch (error) {
        if (statusOf(error) === 404) return null;
        throw error;
      }
    },
  };
}

function networkCalls({ api, owned, post, drop, mine }: Wire) {
  return {
    makeNetwork: async (request: NetworkRequest): Promise<void> => {
      await post(...networkRequest(owned, request));
    },
    removeNetwork: async (name: string): Promise<void> => drop(`/networks/${name}`),
    networks: async (): Promise<readonly string[]> =>
      asList(await api.call({ method: 'GET', path: `/networks?filters=${mine}` })).map((one) =>
        asText(asObject(one)['Name']),
      ),
  };
}

function volumeCalls({ api, owned, post, drop, mine }: Wire) {
  return {
    makeVolume: async (name: string): Promise<{ readonly mountpoint: string }> => {
      const made = await post('/volumes/create', { Name: name, Labels: ownLabels(owned) });
      return { mountpoint: asText(made['Mountpoint']) };
    },
    removeVolume: async (name: string): Promise<void> => drop(`/volumes/${name}`),
    volumes: async (): Promise<readonly string[]> =>
      asList(asObject(await api.call({ method: 'GET', path: `/volumes?filters=${mine}` }))['Volumes']).map((one) =>
        asText(asObject(one)['Name']),
      ),
  };
}

function imageCalls({ api, post, drop }: Wire) {
  return {
    /** An image's id and its tags; null: not there. */
    image: async (
      ref: string,
    ): Promise<{ readonly id: string; readonly tags: readonly string[]; readonly size: number } | null> => {
      const found = await orNull(api.call({ method: 'GET', path: `/images/${ref}/json` }));
      if (found === null) return null;
      const { Id, RepoTags, Size } = asObject(found);
      return { id: asText(Id), tags: asTexts(RepoTags) ?? [], size: Number(Size ?? 0) };
    },
    tag: async (id: string, { repo, tag }: { readonly repo: string; readonly tag: string }): Promise<void> => {
      await post(`/images/${id}/tag?repo=${encodeURIComponent(repo)}&tag=${tag}`);
    },
    /** A name of an image, or with `force` the image with all its names. False: a container of it is there. */
    removeImage: async (ref: string, force: boolean): Promise<boolean> => {
      try {
        await drop(`/images/${ref}${force ? '?force=true' : ''}`);
        return true;
      } catch (error) {
        if (statusOf(error) === 409) return false;
        // Docker fails over what somebody else takes away at the same time, when the image itself is gone.
        if ((await orNull(api.call({ method: 'GET', path: `/images/${ref}/json` }))) === null) return true;
        throw error;
      }
    },
    /** Pull to its end. */
    pull: async (path: string, auth: string | null): Promise<void> => {
      const headers = auth === null ? {} : { headers: { 'X-Registry-Auth': auth } };
      const answer = await readAll(await api.stream({ method: 'POST', path, ...headers }), Number.POSITIVE_INFINITY);
      checkPull(answer.toString('utf8'));
    },
    load: async (tar: Buffer): Promise<void> => {
      await api.call({ method: 'POST', path: '/images/load?quiet=1', tar });
    },
  };
}

async function orNull(asked: Promise<unknown>): Promise<unknown> {
  return unless(404, asked);
}

async function unless(status: number, asked: Promise<unknown>): Promise<unknown> {
  try {
    return await asked;
  } catch (error) {
    if (statusOf(error) === status) return null;
    throw error;
  }
}

// Only podman's own API takes the name of a bridge, and leaves its name server out.
function networkRequest(owned: Owned, { name, bridge, subnet, gateway }: NetworkRequest): [string, object] {
  if (owned.engine === 'docker') {
    const body = {
      Name: name,
      Driver: 'bridge',
      CheckDuplicate: true,
      IPAM: { Config: [{ Subnet: subnet, Gateway: gateway }] },
      Options: { 'com.docker.network.bridge.name': bridge },
      Labels: ownLabels(owned),
    };
    return ['/networks/create', body];
  }
  const body = {
    name,
    driver: 'bridge',
    network_interface: bridge,
    subnets: [{ subnet, gateway }],
    dns_enabled: false,
    ipv6_enabled: false,
    labels: ownLabels(owned),
  };
  return ['/v4.0.0/libpod/networks/create', body];
}

const LONGEST = 1024 * 1024;

async function readAll(source: AsyncIterable<Uint8Array>, most = LONGEST): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    chunks.push(Buffer.from(chunk));
    bytes += chunk.length;
    if (bytes > most) break;
  }
  return Buffer.concat(chunks);
}

async function lastLines(api: Api, id: string, count: number): Promise<readonly string[]> {
  try {
    const source = await api.stream({
      method: 'GET',
      path: `/containers/${id}/logs?stdout=true&stderr=true&tail=${count}`,
    });
    return (await framedText(source))
      .split('\n')
      .filter((line) => line !== '')
      .slice(-count);
  } catch (error) {
    if (error instanceof PodctlError) return [];
    throw error;
  }
}
