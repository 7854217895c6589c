import { parseImageRef } from '../core/image-ref.js';

/** The API's path of a pull, which wants name and tag apart. */
export function pullPath(image: string, platform: string | null): string {
  const { name, tag } = apart(image);
  const wanted = platform === null ? '' : `&platform=${encodeURIComponent(platform)}`;
  return `/images/create?fromImage=${encodeURIComponent(name)}&tag=${encodeURIComponent(tag)}${wanted}`;
}

/** The API's path of one more name for an image. */
export function tagPath(image: string, other: string): string {
  const { name, tag } = apart(other);
  const from = image.split('/').map(encodeURIComponent).join('/');
  return `/images/${from}/tag?repo=${encodeURIComponent(name)}&tag=${encodeURIComponent(tag)}`;
}

function apart(image: string): { readonly name: string; readonly tag: string } {
  const ref = parseImageRef(image);
  return {
    name: ref.domain === null ? ref.path : `${ref.domain}/${ref.path}`,
    tag: ref.digest ?? ref.tag ?? 'latest',
  };
}
