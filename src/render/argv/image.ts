import type { ArgToken } from '../token.js';
import { option, toggle } from './flags.js';
import { operands } from './operands.js';
import { head, type Way } from './way.js';

/** `pull`. */
export function renderPull(
  way: Way,
  request: { readonly image: string; readonly platform: string | null; readonly at?: string },
): readonly ArgToken[] {
  const { image, platform, at } = request;
  return [
    ...head(way),
    { text: 'pull', at: 'rule/verb' },
    ...option('--platform', platform, at === undefined ? 'platform' : `${at}/platform`),
    ...operands([image], at === undefined ? 'image' : `${at}/ref`),
  ];
}

/** `tag`: one more name for an image. */
export function renderTag(
  way: Way,
  { image, name }: { readonly image: string; readonly name: string },
): readonly ArgToken[] {
  return [
    ...head(way),
    { text: 'tag', at: 'rule/verb' },
    ...operands([image], 'tag/image'),
    ...operands([name], 'tag/name'),
  ];
}

/** `untag`, which only podman has: the name goes, the image stays. */
export function renderUntag(way: Way, name: string, at: string): readonly ArgToken[] {
  return [...head(way), { text: 'untag', at: 'rule/verb' }, ...operands([name], at)];
}

/** `manifest rm`: the list goes, the images that it names stay. */
export function renderManifestRemove(way: Way, list: string, at: string): readonly ArgToken[] {
  return [
    ...head(way),
    { text: 'manifest', at: 'rule/verb' },
    { text: 'rm', at: 'rule/verb' },
    ...operands([list], at),
  ];
}

export type PushRequest = {
  readonly image: string;
  /** The image is a list of images of several platforms. */
  readonly list: boolean;
  /** The registry speaks plain HTTP. */
  readonly plainHttp: boolean;
  /** File in which podman writes the digest; docker prints it. */
  readonly digestFile: string | null;
};

/** `push`. Docker itself takes plain HTTP on loopback, and knows of no list. */
export function renderPush(way: Way, request: PushRequest): readonly ArgToken[] {
  const { image, list, plainHttp, digestFile } = request;
  const podman = way.engine === 'podman' || way.engine === 'podman-hpc';
  const nerdctl = way.engine === 'nerdctl';
  return [
    ...head(way),
    ...toggle('manifest', podman && list, 'rule/verb'),
    { text: 'push', at: 'rule/verb' },
    ...toggle('--all', podman && list, 'push/list'),
    ...toggle('--all-platforms', nerdctl && list, 'push/list'),
    ...toggle('--tls-verify=false', podman && plainHttp, 'push/plainHttp'),
    ...toggle('--insecure-registry', nerdctl && plainHttp, 'push/plainHttp'),
    ...option('--digestfile', podman ? digestFile : null, 'push/digest'),
    ...operands([image], 'push/image'),
    ...(podman && list ? [{ text: `docker://${image}`, at: 'push/image' }] : []),
  ];
}
