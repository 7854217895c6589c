import { PodctlError } from './errors.js';

/** An image reference taken apart by Distribution's grammar. `domain` null: the engine's own default applies. */
export type ImageRef = {
  readonly domain: string | null;
  readonly path: string;
  readonly tag: string | null;
  readonly digest: string | null;
};

const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;

/** Parse `name`, `name:tag`, `host:5000/a/b:tag@sha256:…`. */
export function parseImageRef(text: string): ImageRef {
  const [beforeDigest = '', digest, ...more] = text.split('@');
  const colon = beforeDigest.lastIndexOf(':');
  const tagged = colon > beforeDigest.lastIndexOf('/');
  const name = tagged ? beforeDigest.slice(0, colon) : beforeDigest;
  const tag = tagged ? beforeDigest.slice(colon + 1) : null;
  const [first = '', ...rest] = name.split('/');
  const hasDomain = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  const path = hasDomain ? rest.join('/') : name;
  const sound =
    more.length === 0 &&
    path.split('/').every((part) => COMPONENT.test(part)) &&
    (tag === null || TAG.test(tag)) &&
    (digest === undefined || DIGEST.test(digest)) &&
    (!hasDomain || /^[A-Za-z0-9.-]+(:\d+)?$|^\[[0-9a-fA-F:]+\](:\d+)?$/.test(first));
  if (!sound) {
    throw new PodctlError('BAD_DATA', `\`${text}\` is not an image name`, {
      hint: 'write [host[:port]/]name[:tag], the name in lower case, for instance ghcr.io/team/app:dev',
    });
  }
  return { domain: hasDomain ? first : null, path, tag, digest: digest ?? null };
}

/** Format back; the inverse of `parseImageRef`. */
export function formatImageRef(ref: ImageRef): string {
  const domain = ref.domain === null ? '' : `${ref.domain}/`;
  const tag = ref.tag === null ? '' : `:${ref.tag}`;
  const digest = ref.digest === null ? '' : `@${ref.digest}`;
  return `${domain}${ref.path}${tag}${digest}`;
}
