import { PodctlError } from './errors.js';

/** An image reference taken apart by Distribution's grammar. `domain` null: the engine's own default applies. */
export type ImageRef = {
  readonly domain: string | null;
  readonly path: string;
  readonly tag: string | null;
  readonly digest: string | null;
};

const DOMAIN = /^([A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*|\[[0-9a-fA-F:]+\])(:\d+)?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;

/** Parse `name`, `name:tag`, `host:5000/a/b:tag@sha256:…`. */
export function parseImageRef(text: string): ImageRef {
  const at = text.indexOf('@');
  const beforeDigest = at === -1 ? text : text.slice(0, at);
  const colon = beforeDigest.lastIndexOf(':');
  const tagged = colon > beforeDigest.lastIndexOf('/');
  const name = tagged ? beforeDigest.slice(0, colon) : beforeDigest;
  const slash = name.indexOf('/');
  const domain = slash !== -1 && isDomain(name.slice(0, slash)) ? name.slice(0, slash) : null;
  const ref = {
    domain,
    path: domain === null ? name : name.slice(slash + 1),
    tag: tagged ? beforeDigest.slice(colon + 1) : null,
    digest: at === -1 ? null : text.slice(at + 1),
  };
  if (isSound(ref)) return ref;
  throw new PodctlError('BAD_DATA', `\`${text}\` is not an image name`, {
    hint: 'write [host[:port]/]name[:tag], the name in lower case, for instance ghcr.io/team/app:dev',
  });
}

// The first part names a registry when it could not be a part of a path.
function isDomain(first: string): boolean {
  return /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
}

function isSound({ domain, path, tag, digest }: ImageRef): boolean {
  if (domain !== null && !DOMAIN.test(domain)) return false;
  if (tag !== null && !TAG.test(tag)) return false;
  if (digest !== null && !DIGEST.test(digest)) return false;
  return path.split('/').every((part) => COMPONENT.test(part));
}

/** Format back; the inverse of `parseImageRef`. */
export function formatImageRef(ref: ImageRef): string {
  const domain = ref.domain === null ? '' : `${ref.domain}/`;
  const tag = ref.tag === null ? '' : `:${ref.tag}`;
  const digest = ref.digest === null ? '' : `@${ref.digest}`;
  return `${domain}${ref.path}${tag}${digest}`;
}

/** A name taken apart at its slashes: `gcr.io`, `team/area`, `app`. Empty: the name has no such part. */
export type ImageParts = { readonly server: string; readonly project: string; readonly name: string };

/** A name composed of its parts; the ones that are empty are left out. */
export function composeImageName({ server, project, name }: ImageParts): string {
  return [server, project, name].filter((part) => part !== '').join('/');
}

/** A name, with or without tag and digest, in which some parts are exchanged. Throws PodctlError('BAD_DATA') when it is none any more. */
export function withImageParts(text: string, parts: Partial<ImageParts>): string {
  const { domain, path, tag, digest } = parseImageRef(text);
  const slash = path.lastIndexOf('/');
  const own = { server: domain ?? '', project: path.slice(0, Math.max(0, slash)), name: path.slice(slash + 1) };
  const composed = { ...own, ...parts };
  checkServer(composed.server);
  return formatImageRef({ ...composeImageRef(composed), tag, digest });
}

/** The reference that parts make up. Throws PodctlError('BAD_DATA') when engines would read it in another way. */
export function composeImageRef(parts: ImageParts): ImageRef {
  const ref = parseImageRef(composeImageName(parts));
  if ((ref.domain ?? '') === parts.server) return ref;
  throw new PodctlError('BAD_DATA', `\`${parts.project || parts.name}\` would be taken for a server of images`, {
    hint: 'write it in lower case, without dots and colons in its first part, or name a server, too',
  });
}

/** A server of images: `gcr.io`, `localhost`, `127.0.0.1:5000`; empty stands for none. Throws PodctlError('BAD_DATA'). */
export function checkServer(text: string): void {
  if (text === '' || (isDomain(text) && DOMAIN.test(text))) return;
  // Without a dot or a port engines would take it for a folder of their own registry.
  throw new PodctlError('BAD_DATA', `\`${text}\` is not a server of images`, {
    hint: 'write a host name with a dot or a port, for instance ghcr.io or localhost:5000',
  });
}

/** A tag made of any text: what a tag cannot hold becomes a dash. */
export function tagFrom(text: string): string | undefined {
  const tag = text
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 128);
  return tag === '' ? undefined : tag;
}
