import { PodctlError } from '../../core/errors.js';
import { asList, asObject, asText, type Json, parseJson } from '../../engine/json.js';
import { wordsOf } from '../log.js';
import type { RegistryClient, StoredImage } from './client.js';
import { ownParts } from './own-parts.js';
import { isRepository } from './repository.js';

/** What a token of RAC's own may do. */
export type OwnAccess = {
  readonly type: 'repository' | 'registry';
  readonly name: string;
  readonly actions: readonly string[];
};

export type RegistryClientDeps = {
  /** `127.0.0.1:5100`. */
  readonly host: string;
  /** A signed token for that and nothing else; null: the registry asks for none. */
  readonly mint: ((access: readonly OwnAccess[]) => Promise<string>) | null;
  readonly fetch?: typeof fetch;
  /** As images name it: `amd64`. */
  readonly architecture: string;
};

const LISTS = ['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json'];
const SINGLES = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json'];
const DIGEST = /^[a-z0-9]+:[0-9a-f]+$/;
const ACCEPT = [...LISTS, ...SINGLES].join(', ');
const TIMEOUT_MS = 15_000;
const PAGE = 1000;
/** Manifests and configurations are small; whatever is longer is none. */
const LONGEST = 4 * 1024 * 1024;

/** Ask the registry over HTTP by Distribution's rules. */
export function openRegistryClient(deps: RegistryClientDeps): RegistryClient {
  const wire = new Wire(deps);
  return {
    host: deps.host,
    names: async () => wire.pages('_catalog', 'repositories', { type: 'registry', name: 'catalog', actions: ['*'] }),
    tags: async (name) => (isRepository(name) ? wire.pages(`${name}/tags/list`, 'tags', read(name)) : []),
    digestOf: async (name, tag) => {
      const answer = await wire.send({ method: 'HEAD', path: `${name}/manifests/${tag}`, access: read(name) });
      return answer.status === 404 ? null : (checked(answer, name).headers.get('docker-content-digest') ?? null);
    },
    image: async (name, reference) => {
      const top = await manifest(wire, name, reference);
      return top === null ? null : imageOf(wire, name, { top, architecture: deps.architecture });
    },
    remove: async (name, digest, keeping = []) => {
      const tags = () => wire.pages(`${name}/tags/list`, 'tags', read(name));
      // Before the index itself: whoever is cut off here finds them again.
      const parts = await ownParts({ digest, keeping, tags, look: (reference) => look(wire, name, reference) });
      for (const one of [...parts, digest]) await wire.remove(name, one);
    },
    pullAuth: async (name) => {
      const registrytoken = await wire.token(read(name));
      return Buffer.from(JSON.stringify(registrytoken === null ? {} : { registrytoken })).toString('base64url');
    },
  };
}

function read(name: string): OwnAccess {
  return { type: 'repository', name, actions: ['pull'] };
}

type Manifest = { readonly digest: string; readonly mediaType: string; readonly json: Json };
type Sent = { readonly method: 'GET' | 'HEAD' | 'DELETE'; readonly path: string; readonly access: OwnAccess };

class Wire {
  readonly #deps: RegistryClientDeps;

  constructor(deps: RegistryClientDeps) {
    this.#deps = deps;
  }

  async token(access: OwnAccess): Promise<string | null> {
    return this.#deps.mint === null ? null : this.#deps.mint([access]);
  }

  async send({ method, path, access }: Sent): Promise<Response> {
    const token = await this.token(access);
    const headers = { accept: ACCEPT, ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
    const ask = this.#deps.fetch ?? fetch;
    try {
      const url = `http://${this.#deps.host}/v2/${path}`;
      return await ask(url, { method, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (cause) {
      throw unavailable(`the registry does not answer: ${wordsOf(cause)}`, cause);
    }
  }

  /** One that is not there is fine. */
  async remove(name: string, digest: string): Promise<void> {
    const access = { type: 'repository', name, actions: ['delete'] } as const;
    const answer = await this.send({ method: 'DELETE', path: `${name}/manifests/${digest}`, access });
    if (answer.status !== 404) checked(answer, name);
  }

  /** A list that comes in pages, each of which names the next. A repository without a tag has none: 404. */
  async pages(path: string, key: string, access: OwnAccess): Promise<readonly string[]> {
    const found: string[] = [];
    for (let next: string | null = `${path}?n=${PAGE}`; next !== null; ) {
      const answer: Response = await this.send({ method: 'GET', path: next, access });
      if (answer.status === 404) return found;
      const body = asObject(parseJson(await bodyOf(checked(answer, path))));
      found.push(...asList(body[key]).map(asText));
      next = nextPage(answer.headers.get('link'));
    }
    return found;
  }
}

// `</v2/_catalog?last=b&n=1000>; rel="next"`: the address is the registry's own.
function nextPage(link: string | null): string | null {
  return /<(?:https?:\/\/[^/]+)?\/v2\/([^>]+)>;\s*rel="?next"?/.exec(link ?? '')?.[1] ?? null;
}

async function manifest(wire: Wire, name: string, reference: string): Promise<Manifest | null> {
  const access = { type: 'repository', name, actions: ['pull'] } as const;
  const answer = await wire.send({ method: 'GET', path: `${name}/manifests/${reference}`, access });
  if (answer.status === 404) return null;
  const json = asObject(parseJson(await bodyOf(checked(answer, name))));
  const stated = asText(json['mediaType']);
  return {
    digest: answer.headers.get('docker-content-digest') ?? reference,
    mediaType: stated === '' ? (answer.headers.get('content-type') ?? '') : stated,
    json,
  };
}

async function look(wire: Wire, name: string, reference: string) {
  const found = await manifest(wire, name, reference);
  if (found === null) return null;
  const entries = LISTS.includes(found.mediaType) ? asList(found.json['manifests']) : [];
  const parts = entries.map((entry) => asText(asObject(entry)['digest'])).filter((part) => DIGEST.test(part));
  return { digest: found.digest, parts };
}

type Chosen = { readonly top: Manifest; readonly architecture: string };

async function imageOf(wire: Wire, name: string, { top, architecture }: Chosen): Promise<StoredImage | null> {
  const entries = asList(top.json['manifests']).map(asObject);
  const platforms = entries.map(platformOf).filter((platform) => platform !== '' && !platform.includes('unknown'));
  const mine = LISTS.includes(top.mediaType)
    ? entries.find((entry) => platformOf(entry).startsWith(`linux/${architecture}`))
    : null;
  if (mine === undefined) return { ...head(top), config: {}, size: 0, platforms };
  const one = mine === null ? top : await manifest(wire, name, asText(mine['digest']));
  if (one === null) return null;
  const config = await configOf(wire, name, asText(asObject(one.json['config'])['digest']));
  const own = platformOf({ platform: { os: config['os'], architecture: config['architecture'] } });
  return {
    ...head(top),
    config: asObject(config['config']),
    size: asList(one.json['layers']).reduce<number>((sum, layer) => sum + numberIn(asObject(layer)['size']), 0),
    platforms: mine === null ? [own] : platforms,
  };
}

function head({ digest, mediaType }: Manifest): Pick<StoredImage, 'digest' | 'mediaType'> {
  return { digest, mediaType };
}

async function configOf(wire: Wire, name: string, digest: string): Promise<Json> {
  if (!DIGEST.test(digest)) return {};
  const access = { type: 'repository', name, actions: ['pull'] } as const;
  const answer = await wire.send({ method: 'GET', path: `${name}/blobs/${digest}`, access });
  return asObject(parseJson(await bodyOf(checked(answer, name))));
}

function platformOf(entry: Json): string {
  const platform = asObject(entry['platform']);
  const parts = ['os', 'architecture', 'variant'].map((key) => asText(platform[key])).filter((part) => part !== '');
  return parts.length < 2 ? '' : parts.join('/');
}

function numberIn(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

async function bodyOf(answer: Response): Promise<string> {
  const length = Number(answer.headers.get('content-length') ?? '0');
  if (length > LONGEST) throw unavailable(`the registry's answer has ${length} bytes`);
  return answer.text();
}

function checked(answer: Response, what: string): Response {
  if (answer.ok) return answer;
  throw unavailable(`the registry answered ${answer.status} for \`${what}\``);
}

function unavailable(message: string, cause?: unknown): PodctlError {
  return new PodctlError('UNAVAILABLE', message, { hint: 'podctl rac status says how the registry is', cause });
}
