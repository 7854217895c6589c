import { PodctlError } from '../core/errors.js';
import { type ImageRef, parseImageRef } from '../core/image-ref.js';
import type { HttpAnswer, HttpAsk } from '../io/net-registry.js';
import { asList, asObject, asText, type Json, parseJson } from './json.js';
import { basic, isLoopback, isSafe } from './registry-auth.js';
import type { Logins } from './registry-login.js';

/** An image as its registry has it. */
export type RegistryImage = {
  /** Of the list where it has several platforms. */
  readonly digest: string;
  /** For instance `linux/arm64/v8`. */
  readonly platforms: readonly string[];
};

/** How a registry is asked. */
export type RegistryTools = { readonly ask: HttpAsk; readonly logins: Logins };

const LISTS = ['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json'];
const SINGLES = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json'];
const ACCEPT = [...LISTS, ...SINGLES].join(', ');

/** Ask a registry for an image by Distribution's rules. Throws PodctlError('UNAVAILABLE') when it is not there or nobody answers. */
export async function askRegistry(ref: string, tools: RegistryTools): Promise<RegistryImage> {
  const image = parseImageRef(ref);
  const site = siteOf(image);
  const registry = new Registry(site, tools);
  const version = image.digest ?? image.tag ?? 'latest';
  const answer = await registry.get(`manifests/${version}`, ACCEPT);
  if (answer.status !== 200) throw refused(ref, site.host, answer);
  const digest = image.digest ?? answer.headers['docker-content-digest'] ?? (await digestOf(answer.text));
  return { digest, platforms: await platformsOf(asObject(parseJson(answer.text)), registry) };
}

type Site = { readonly host: string; readonly path: string };

// Docker's own registry answers elsewhere, and keeps its official images in a folder.
function siteOf({ domain, path }: ImageRef): Site {
  if (domain === null || domain === 'docker.io') {
    return { host: 'registry-1.docker.io', path: path.includes('/') ? path : `library/${path}` };
  }
  return { host: domain, path };
}

async function platformsOf(manifest: Json, registry: Registry): Promise<readonly string[]> {
  const listed = asList(manifest['manifests']).map((entry) => asObject(asObject(entry)['platform']));
  // Attestations stand in lists too, for no platform.
  if (listed.length > 0) return listed.map(platformOf).filter((name) => name !== '' && !name.includes('unknown'));
  const config = asText(asObject(manifest['config'])['digest']);
  if (config === '') return [];
  const answer = await registry.get(`blobs/${config}`, '*/*');
  const name = answer.status === 200 ? platformOf(asObject(parseJson(answer.text))) : '';
  return name === '' ? [] : [name];
}

function platformOf(platform: Json): string {
  const parts = ['os', 'architecture', 'variant'].map((key) => asText(platform[key])).filter((part) => part !== '');
  return parts.length < 2 ? '' : parts.join('/');
}

class Registry {
  readonly #site: Site;
  readonly #tools: RegistryTools;
  #authorization: string | null = null;

  constructor(site: Site, tools: RegistryTools) {
    this.#site = site;
    this.#tools = tools;
  }

  /** One question below the repository; asks for leave where that is wanted, and once. */
  async get(path: string, accept: string): Promise<HttpAnswer> {
    const first = await this.#send(path, accept);
    if (first.status !== 401 || this.#authorization !== null) return first;
    this.#authorization = await this.#authorize(first.headers['www-authenticate'] ?? '');
    return this.#authorization === null ? first : this.#send(path, accept);
  }

  async #send(path: string, accept: string): Promise<HttpAnswer> {
    const { host, path: repository } = this.#site;
    const leave = this.#authorization === null ? {} : { authorization: this.#authorization };
    const ask = (scheme: string) =>
      this.#tools.ask(`${scheme}://${host}/v2/${repository}/${path}`, { accept, ...leave });
    try {
      return await ask('https');
    } catch (error) {
      // What engines do too: a registry of this very machine may speak without TLS.
      if (!isLoopback(host)) throw silent(host, error);
      return ask('http').catch((second: unknown) => {
        throw silent(host, second);
      });
    }
  }

  async #authorize(challenge: string): Promise<string | null> {
    const { host, path } = this.#site;
    const login = await this.#tools.logins(host);
    if (/^basic/i.test(challenge)) return login === null ? null : basic(login);
    const [realm, service] = ['realm', 'service'].map((name) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1]);
    if (realm === undefined || !isSafe(realm)) return null;
    const query = new URLSearchParams({ service: service ?? '', scope: `repository:${path}:pull` });
    const headers = login === null ? {} : { authorization: basic(login) };
    const answer = await this.#tools.ask(`${realm}?${query.toString()}`, headers).catch((error: unknown) => {
      throw silent(host, error);
    });
    const reply = asObject(parseJson(answer.text));
    const token = asText(reply['token']) || asText(reply['access_token']);
    return token === '' ? null : `Bearer ${token}`;
  }
}

async function digestOf(text: string): Promise<string> {
  const { createHash } = await import('node:crypto');
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

function silent(host: string, cause: unknown): PodctlError {
  return new PodctlError('UNAVAILABLE', `the registry \`${host}\` does not answer`, {
    hint: 'check its name, the network and, for a registry with a certificate of its own, NODE_EXTRA_CA_CERTS',
    cause,
  });
}

function refused(ref: string, host: string, { status }: HttpAnswer): PodctlError {
  if (status === 401 || status === 403) {
    return new PodctlError('UNAVAILABLE', `the registry \`${host}\` does not show \`${ref}\` without a login`, {
      hint: `log in with your engine: docker login ${host}, or podman login ${host}`,
    });
  }
  if (status === 404) {
    return new PodctlError('UNAVAILABLE', `the registry \`${host}\` has no \`${ref}\``, {
      hint: 'check name and tag in the profile, or push it first',
    });
  }
  return new PodctlError('UNAVAILABLE', `the registry \`${host}\` answers ${status} for \`${ref}\``, {
    hint: 'try again later',
  });
}
