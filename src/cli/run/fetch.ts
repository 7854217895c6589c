import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import type { ValueSource } from '../../engine/secret-sources.js';
import type { World } from '../../io/world.js';
import { sourceText } from '../../profile/contract-source.js';
import type { DeclaredValue, FilledSource, Variables } from '../../profile/resolved.js';
import type { Context } from '../context.js';
import { flavourOf, type Project } from '../project.js';

/** A variable whose value a real run fetches. */
export type Unfetched = Pick<DeclaredValue, 'name' | 'origin'> & { readonly source: FilledSource };

/** Fetches values. Throws PodctlError with the first that cannot be had. */
export type FetchValues = (unfetched: readonly Unfetched[]) => Promise<Variables>;

/** Variables of a contract whose values were not fetched; those that the engine keeps never pass through podctl. */
export function unfetchedIn(declared: readonly DeclaredValue[]): readonly Unfetched[] {
  return declared.flatMap(({ name, origin, source }) => (source === undefined ? [] : [{ name, origin, source }]));
}

/** The files among the sources: what a mode keeps hidden must not get out through them. */
export function sourceFiles(
  unfetched: readonly Unfetched[],
  { root }: Pick<Project, 'root'>,
  { host }: Pick<World, 'host'>,
): readonly { readonly path: string; readonly what: string }[] {
  return unfetched.flatMap(({ source }) =>
    source.kind === 'file' ? [{ path: resolvePath(root, source.path, flavourOf(host)), what: 'source file' }] : [],
  );
}

/** Fetch values one after the other: a program may ask its user something. */
export function makeFetch(project: Pick<Project, 'root'>, { rooms, world }: Context): FetchValues {
  return async (unfetched) => {
    const wanted = unfetched.flatMap(({ name, origin, source }) =>
      source.kind === 'engine_secret' ? [] : [{ name, origin, source: source satisfies ValueSource }],
    );
    if (wanted.length === 0) return {};
    const { makeSources } = await rooms.sources();
    const sources = makeSources({ host: world.host, files: world.files, project: project.root });
    const values: Record<string, Variables[string]> = {};
    for (const { name, origin, source } of wanted) {
      // oxlint-disable-next-line no-await-in-loop -- two questions at once would share one terminal
      values[name] = { value: await sources.read(name, source), ...(origin === null ? {} : { origin }) };
    }
    return values;
  };
}

/** Say of each value that was not fetched where a real run takes it from. */
export function tellUnfetched(unfetched: readonly Unfetched[], { output }: Pick<Context, 'output'>): void {
  for (const { name, source } of unfetched) {
    if (source.kind === 'engine_secret') continue;
    output.note(`note: \`${name}\` comes from ${sourceText(source)}; only a real run asks for it`);
  }
}

/** A container must never start with the empty values that stand in a printed plan. */
export function refuseUnfetched(unfetched: readonly Unfetched[]): void {
  const open = unfetched.find(({ source }) => source.kind !== 'engine_secret');
  if (open !== undefined) throw new PodctlError('BUG', `the value of \`${open.name}\` was not fetched`);
}
