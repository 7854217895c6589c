import { PodctlError } from '../../core/errors.js';
import { checkServer } from '../../core/image-ref.js';

/** A registry as it was named, and the repository behind it where one was given. */
export type NamedRegistry = { readonly registry: string; readonly repository: string | null };

/** `ghcr.io`, `ghcr.io/team/app`, `https://ghcr.io/`; docker's own when nothing was said. Throws PodctlError('USAGE'). */
export function readRegistry(word: string | undefined): NamedRegistry {
  const text = (word ?? 'docker.io').replace(/^https?:\/\//, '').replace(/\/+$/, '');
  const slash = text.indexOf('/');
  const host = slash === -1 ? text : text.slice(0, slash);
  if (text.includes('@') || host === '') {
    throw new PodctlError('USAGE', 'a registry is named without a user in it', {
      hint: 'write podctl login REGISTRY -u USER',
    });
  }
  checkServer(host);
  const registry = ['index.docker.io', 'registry-1.docker.io', 'hub.docker.com'].includes(host) ? 'docker.io' : host;
  const path = slash === -1 ? '' : text.slice(slash + 1);
  // The path of docker's own address, which its config file has.
  return { registry, repository: path === '' || /^v[12]$/.test(path) ? null : path };
}
