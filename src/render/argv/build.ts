import { formatCsv } from '../../spec/csv.js';
import type { ArgToken } from '../token.js';
import { pairs } from './docker.js';
import { each, option, toggle } from './flags.js';
import { operands } from './operands.js';
import { head, type Way } from './way.js';

export type BuildRequest = {
  /** Key of the image in the profile: words of the line stand for `images/KEY/…`. */
  readonly key: string;
  /** Path of the build context. */
  readonly context: string;
  /** Path of the Dockerfile; null: the context's own. */
  readonly file: string | null;
  readonly target: string | null;
  /** null: the value stands in the program's environment under the same name. */
  readonly args: Readonly<Record<string, string | null>>;
  /** By id: a file that holds the secret, or the name of a variable that does. */
  readonly secrets: Readonly<Record<string, { readonly file: string } | { readonly env: string }>>;
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly tag: string;
  /** Several only where one call can build them all. */
  readonly platforms: readonly string[];
  /** Ask the registry for newer bases. */
  readonly pull: boolean;
  /** `rule`: podctl's own doing, and not the user's wish. */
  readonly noCache: boolean | 'rule';
};

/** `build`. Plain progress needs no flag: engines print lines when their output is no terminal, which it never is here. */
export function renderBuild(way: Way, request: BuildRequest): readonly ArgToken[] {
  const at = `images/${request.key}`;
  return [
    ...head(way),
    // Only this spelling takes several platforms; the other one may be the classic builder.
    ...toggle('buildx', way.engine === 'docker' && request.platforms.length > 1, 'rule/verb'),
    { text: 'build', at: 'rule/verb' },
    ...option('--tag', request.tag, `${at}/ref`),
    ...option('--file', request.file, `${at}/file`),
    ...option('--target', request.target, `${at}/target`),
    ...argFlags(request.args, `${at}/args`),
    ...Object.entries(request.secrets).flatMap(([id, secret]) =>
      option('--secret', formatSecret(id, secret), `${at}/secrets/${id}`),
    ),
    ...each('--cache-from', request.cacheFrom, `${at}/cache_from`),
    ...each('--cache-to', request.cacheTo, `${at}/cache_to`),
    ...pairs('--label', request.labels, { at: `${at}/labels`, between: '=' }),
    ...option('--platform', request.platforms.length === 0 ? null : request.platforms.join(','), `${at}/platforms`),
    ...toggle('--pull', request.pull, 'build/pull'),
    ...toggle(
      '--no-cache',
      request.noCache !== false,
      request.noCache === 'rule' ? 'rule/platform-cache' : 'build/noCache',
    ),
    ...operands([request.context], `${at}/context`),
  ];
}

function argFlags(args: BuildRequest['args'], at: string): readonly ArgToken[] {
  return Object.entries(args).flatMap(([name, value]) =>
    option('--build-arg', value === null ? name : `${name}=${value}`, `${at}/${name}`),
  );
}

// Both engines read it as CSV.
function formatSecret(id: string, secret: { readonly file: string } | { readonly env: string }): string {
  return formatCsv([`id=${id}`, 'file' in secret ? `src=${secret.file}` : `env=${secret.env}`]);
}

/** `manifest create`: one name for images of several platforms. */
export function renderManifest(
  way: Way,
  { key, list, images }: { readonly key: string; readonly list: string; readonly images: readonly string[] },
): readonly ArgToken[] {
  return [
    ...head(way),
    { text: 'manifest', at: 'rule/verb' },
    { text: 'create', at: 'rule/verb' },
    { text: list, at: `images/${key}/ref` },
    // Without the word podman looks for them on a server.
    ...images.map((image) => ({ text: `containers-storage:${image}`, at: `images/${key}/platforms` })),
  ];
}
