import { PodctlError, type Problem } from '../../core/errors.js';
import { formatKey } from '../../core/place.js';
import type { Variables } from '../../profile/resolved.js';
import type { Context } from '../context.js';
import { readEnvironment } from '../run/environment.js';
import { type Unfetched, unfetchedIn } from '../run/fetch.js';
import type { EnvSite } from './site.js';

/** What is wrong with the sources of values; `sourced`: the values of those that were asked. */
export type CheckedSources = { readonly problems: readonly Problem[]; readonly sourced: Variables };

/** Look whether the file or program behind each value is there; with `resolve` ask them, as a run would. */
export async function checkSources(site: EnvSite, resolve: boolean, context: Context): Promise<CheckedSources> {
  const { world, rooms } = context;
  const { declared } = await readEnvironment({ ...site, command: null }, world);
  const wanted = unfetchedIn(declared).filter(({ source }) => source.kind !== 'engine_secret');
  if (wanted.length === 0) return { problems: [], sourced: {} };
  const { makeSources } = await rooms.sources();
  const sources = makeSources({ host: world.host, files: world.files, project: site.chosen.project.root });
  const problems: Problem[] = [];
  const sourced: Record<string, Variables[string]> = {};
  for (const one of wanted) {
    const { name, source, origin } = one;
    if (source.kind === 'engine_secret') continue;
    // oxlint-disable-next-line no-await-in-loop -- two questions at once would share one terminal
    const missing = await sources.missing(source);
    if (missing !== null) problems.push(problemOf(one, `\`${name}\`: ${missing}`));
    if (missing !== null || !resolve) continue;
    try {
      // oxlint-disable-next-line no-await-in-loop -- one source is asked after the other
      sourced[name] = { value: await sources.read(name, source), ...(origin === null ? {} : { origin }) };
    } catch (error) {
      if (!(error instanceof PodctlError)) throw error;
      problems.push(problemOf(one, error.message));
    }
  }
  return { problems, sourced };
}

function problemOf({ name, origin }: Unfetched, message: string): Problem {
  const hint = `correct the source, or set ${name} yourself`;
  if (origin?.kind !== 'profile') return { message, hint };
  return { message, hint, at: { file: origin.file, key: formatKey(origin.path), path: origin.path } };
}
