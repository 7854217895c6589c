import { PodctlError, type Problem } from '../../src/core/errors.js';
import { composeProfile, type LoadedProfile } from '../../src/profile/merge.js';
import { parseProfile } from '../../src/profile/parse.js';
import { placeError } from '../../src/profile/placement.js';
import { resolveProfile } from '../../src/profile/resolve.js';
import type { ResolvedProfile, ResolveRequest } from '../../src/profile/resolved.js';

/** One image, one command and a name: what a profile needs before the part under test. Three lines. */
export const LEAST = 'name = "t"\nimages.app.name = "app"\ncommands.go.about = "go"\n';

/** Layers of a profile, base first, called base.toml and podctl.toml (one layer: podctl.toml). */
export async function load(...texts: readonly string[]): Promise<LoadedProfile> {
  const layers = await Promise.all(
    texts.map((text, index) => {
      const last = index === texts.length - 1;
      return parseProfile({ file: last ? 'podctl.toml' : index === 0 ? 'base.toml' : `layer${index}.toml`, text });
    }),
  );
  return composeProfile(layers);
}

/** Resolve with plain values: variables as a record of texts. */
export function resolve(
  loaded: LoadedProfile,
  request: Partial<Omit<ResolveRequest, 'variables'>> & { readonly variables?: Readonly<Record<string, string>> } = {},
): ResolvedProfile {
  const variables = Object.fromEntries(
    Object.entries(request.variables ?? {}).map(([name, value]) => [name, { value }] as const),
  );
  return resolveProfile(loaded, { mode: null, command: 'go', names: { project: '/project' }, ...request, variables });
}

/** The error that a piece of work throws, with places filled in from the texts. */
export async function failure(work: () => unknown, texts: Readonly<Record<string, string>> = {}): Promise<PodctlError> {
  try {
    await work();
  } catch (error) {
    const placed = await placeError(error, (file) => texts[file] ?? null);
    if (placed instanceof PodctlError) return placed;
    throw placed;
  }
  throw new Error('nothing was thrown');
}

/** Problems of layers, one line each: `file:line:column key: message (hint)`; the file is left out for podctl.toml. */
export async function problems(...texts: readonly string[]): Promise<readonly string[]> {
  const names = texts.length === 1 ? ['podctl.toml'] : ['base.toml', 'podctl.toml'];
  const files = Object.fromEntries(texts.map((text, index) => [names[index] ?? '', text] as const));
  return (await failure(() => load(...texts), files)).problems.map(line);
}

/** One problem as one line. */
export function line({ at, message, hint }: Problem): string {
  const file = at === undefined || at.file === 'podctl.toml' ? '' : `${at.file}:`;
  const place = at?.line === undefined ? '-' : `${at.line}:${at.column ?? '-'}`;
  const key = at?.key === undefined || at.key === '' ? '' : ` ${at.key}`;
  return `${file}${place}${key}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
}
