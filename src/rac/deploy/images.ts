import { PodctlError } from '../../core/errors.js';
import type { RegistryClient } from '../registry/client.js';
import type { Calls } from './calls.js';
import { openPullRelay } from './pull-relay.js';

export type ImagesDeps = { readonly calls: Calls; readonly registry: RegistryClient };

// As podman names what came through the door of a pull.
const RELAYED = /^127\.0\.0\.1:\d+\/[0-9a-f]{32}\//;

/** The images of names on the engine, each under a name of RAC's own: `localhost/rac-INSTANCE/NAME:DIGEST`. */
export class Images {
  readonly #deps: ImagesDeps;
  /** What is known to be on the engine, and not to be: both save a question each time. */
  readonly #there = new Set<string>();
  readonly #gone = new Set<string>();
  /** Unpacked sizes of those that were just pulled, until somebody asks for them. */
  readonly #sizes = new Map<string, number>();

  constructor(deps: ImagesDeps) {
    this.#deps = deps;
  }

  refOf(name: string, digest: string): string {
    return `${this.#repo(name)}:${tagOf(digest)}`;
  }

  /** Unpacked size of an image that is there; null: it is not. */
  async sizeOf(name: string, digest: string): Promise<number | null> {
    const ref = this.refOf(name, digest);
    const known = this.#sizes.get(ref);
    this.#sizes.delete(ref);
    return known ?? (await this.#deps.calls.image(ref))?.size ?? null;
  }

  /**
   * Have the image of a digest on the engine; gives its name there. `afresh`: look again, also where it was there before. Throws
   * PodctlError('UNAVAILABLE') when that cannot be now.
   */
  async pull(name: string, digest: string, afresh = false): Promise<string> {
    const { calls } = this.#deps;
    const ref = this.refOf(name, digest);
    if (this.#there.has(ref) && !afresh) return ref;
    if ((await calls.image(ref)) === null) await this.#pull(name, digest);
    this.#there.add(ref);
    this.#gone.delete(ref);
    return ref;
  }

  async #pull(name: string, digest: string): Promise<void> {
    const { calls } = this.#deps;
    if (calls.owned.engine === 'docker') await this.#pullByDocker(name, digest);
    else await this.#pullByPodman(name, digest);
  }

  /** Take RAC's name away, and the image with it where nothing else names it. False: a container still needs it. */
  async remove(name: string, digest: string): Promise<boolean> {
    const { calls } = this.#deps;
    const ref = this.refOf(name, digest);
    if (this.#gone.has(ref)) return true;
    this.#there.delete(ref);
    const there = await calls.image(ref);
    const others = there?.tags.filter((tag) => tag !== ref && !RELAYED.test(tag)) ?? [];
    const done = there === null || (await calls.removeImage(others.length > 0 ? ref : there.id, others.length === 0));
    if (done) this.#gone.add(ref);
    return done;
  }

  #repo(name: string): string {
    return `localhost/rac-${this.#deps.calls.owned.instance}/${name}`;
  }

  async #name(
    name: string,
    digest: string,
    { id, size }: { readonly id: string; readonly size: number },
  ): Promise<void> {
    await this.#deps.calls.tag(id, { repo: this.#repo(name), tag: tagOf(digest) });
    this.#sizes.set(this.refOf(name, digest), size);
  }

  // Docker takes a token for just this name; the digest makes sure that it is what was pushed.
  async #pullByDocker(name: string, digest: string): Promise<void> {
    const { calls, registry } = this.#deps;
    const source = `${registry.host}/${name}`;
    const pulled = `${source}@${digest}`;
    // An engine that has pushed it knows it by its digest already; that name is the pusher's own, and stays.
    const pushed = await calls.image(pulled);
    if (pushed !== null) return this.#name(name, digest, pushed);
    const query = `fromImage=${encodeURIComponent(source)}&tag=${encodeURIComponent(digest)}`;
    await calls.pull(`/images/create?${query}`, await registry.pullAuth(name));
    const image = await calls.image(pulled);
    if (image === null) throw gone(name);
    await this.#name(name, digest, image);
    await calls.removeImage(pulled, false);
  }

  // Podman takes no token: it pulls from a door that adds it, which is open on loopback for this one pull.
  async #pullByPodman(name: string, digest: string): Promise<void> {
    const { calls, registry } = this.#deps;
    const relay = await openPullRelay({ registry, name });
    try {
      const pulled = `${relay.host}/${relay.path}/${name}@${digest}`;
      await calls.pull(`/v4.0.0/libpod/images/pull?reference=${encodeURIComponent(pulled)}&tlsVerify=false`, null);
      const image = await calls.image(pulled);
      if (image === null) throw gone(name);
      await this.#name(name, digest, image);
    } finally {
      relay.close();
    }
  }
}

function tagOf(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 40);
}

function gone(name: string): PodctlError {
  return new PodctlError('UNAVAILABLE', `the image of \`${name}\` is gone right after it was pulled`, {
    hint: 'push it again',
  });
}
