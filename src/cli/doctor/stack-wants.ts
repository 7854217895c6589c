import { PodctlError } from '../../core/errors.js';
import { formatProject } from '../../core/project.js';
import type { FoundEngine, Observer } from '../../engine/engine.js';
import { judgeServerData } from '../../plan/doctor/data.js';
import { type Finding, note } from '../../plan/doctor/finding.js';
import type { LabelledBind } from '../../plan/doctor/selinux.js';
import { mergeSources } from '../../profile/compose/merge-files.js';
import type { ComposeModel, ComposeMount, ComposeService } from '../../profile/compose/model.js';
import { type PlainTable, tableIn, textsIn } from '../../profile/compose/plain.js';
import { type ComposeSource, readComposeFile } from '../../profile/compose/source.js';
import { type ServerFamily, seriesOfData, seriesOfImage, TELLING_FILES } from '../../spec/server-version.js';
import type { Context } from '../context.js';
import { shownPath } from '../profiles.js';
import { flavourOf } from '../project.js';
import type { StackChoice } from '../stack/options.js';
import type { StackPlace } from '../stack/place.js';
import { siteAt } from '../stack/site.js';
import { readStackVariables } from '../stack/variables.js';
import { NO_WANTS, type Wants } from './wants.js';

/** The compose files of a stack, as they are written. */
export async function readStackSources({ stack }: StackPlace, { world }: Context): Promise<readonly ComposeSource[]> {
  return Promise.all(
    stack.files.map(async (path) =>
      readComposeFile({ file: shownPath(path, world.host), text: (await world.files.readText(path)) ?? '' }),
    ),
  );
}

export type StackAsking = {
  readonly options: Pick<StackChoice, 'envFiles' | 'files' | 'profile' | 'provider' | 'mode'>;
  readonly found: FoundEngine | null;
  readonly observer: Observer | null;
};

/**
 * What the services of a stack want, by the files alone; what only a provider resolves, `include` and `extends`, it is asked for. Services
 * of compose profiles are left out.
 */
export async function stackWants(place: StackPlace, asking: StackAsking, context: Context): Promise<Wants> {
  const sources = await readStackSources(place, context);
  const { model, findings } = await modelOf(place, { asking, sources }, context);
  const services = Object.values(model.services).filter(({ profiles }) => profiles.length === 0);
  const looked = services.filter((service) => familyOf(service) !== null);
  const desk = { place, model, observer: asking.observer };
  const data = await Promise.all(looked.map((service) => serverFindings(service, desk, context)));
  return {
    ...NO_WANTS,
    ports: services.flatMap(portsOf),
    binds: services.flatMap((service) => bindsOf(service, sources)),
    images: services.flatMap(({ image }) => (image === null ? [] : [image])),
    checked: services.filter(({ healthcheck }) => healthcheck?.disabled === false).map(({ name }) => name),
    project: findings,
    data: data.flat(),
    looked: looked.map(({ name }) => name),
  };
}

type Reading = { readonly asking: StackAsking; readonly sources: readonly ComposeSource[] };

async function modelOf(
  place: StackPlace,
  { asking, sources }: Reading,
  context: Context,
): Promise<{ readonly model: ComposeModel; readonly findings: readonly Finding[] }> {
  const { host } = context.world;
  const { directory } = place.stack;
  const { variables } = await readStackVariables({ envFiles: asking.options.envFiles, directory }, context.world);
  const places = { folder: directory, home: host.home, flavour: flavourOf(host) };
  const own = (): ComposeModel => mergeSources(sources, variables, places);
  const keys = BROUGHT_IN.filter((key) => sources.some(({ data }) => bringsIn(key, data)));
  if (keys.length === 0) return { model: own(), findings: [] };
  const seen = `what ${keys.map((key) => `\`${key}\``).join(' and ')} bring in was not looked at`;
  if (asking.found === null) return { model: own(), findings: [note(`${seen}: no engine answers`)] };
  try {
    const choice = { ...asking.options, engine: undefined, profiles: [], projectName: undefined };
    const site = await siteAt(place, { ...choice, found: asking.found, purpose: 'look' }, context);
    return { model: await site.model(), findings: [] };
  } catch (error) {
    if (!(error instanceof PodctlError)) throw error;
    const mend = error.hint ?? 'see `podctl config`';
    return { model: own(), findings: [note(`${seen}: ${error.message}`, { mend })] };
  }
}

const BROUGHT_IN = ['include', 'extends'] as const;

function bringsIn(key: (typeof BROUGHT_IN)[number], data: PlainTable): boolean {
  if (key === 'include') return data['include'] !== undefined;
  return Object.values(tableIn(data['services'])).some((service) => tableIn(service)[key] !== undefined);
}

function portsOf({ name, ports }: ComposeService): Wants['ports'] {
  return ports.flatMap(({ address, published, protocol }) => {
    const port = Number(published);
    // Of a range the engine takes what is free.
    if (published === null || !Number.isInteger(port) || port <= 0 || protocol !== 'tcp') return [];
    return [{ key: `${name}/${published}`, address: address ?? '0.0.0.0', port, by: name }];
  });
}

function bindsOf({ name, mounts }: ComposeService, sources: readonly ComposeSource[]): readonly LabelledBind[] {
  return mounts.flatMap(({ type, source, target }) =>
    type === 'bind' && source !== null
      ? [{ source, by: name, label: isLabelled(name, target, sources) ? 'shared' : null }]
      : [],
  );
}

// `./data:/var/lib/mysql:z`, or `bind: { selinux: z }`. What is written elsewhere is taken for labelled.
function isLabelled(service: string, target: string, sources: readonly ComposeSource[]): boolean {
  const here = sources.some(({ data }) => tableIn(tableIn(data['services'])[service])['volumes'] !== undefined);
  if (!here) return true;
  return sources.some(({ data }) => {
    const written = tableIn(tableIn(data['services'])[service])['volumes'];
    const long = Array.isArray(written) ? written.map((one) => tableIn(one)) : [];
    const short = textsIn(written).some((text) => text.includes(`:${target}:`) && /:[^:/]*z[^:/]*$/i.test(text));
    return short || long.some((one) => one['target'] === target && tableIn(one['bind'])['selinux'] !== undefined);
  });
}

const TARGETS: Readonly<Record<string, ServerFamily>> = {
  '/var/lib/mysql': 'mysql',
  '/var/lib/postgresql/data': 'postgres',
  '/var/lib/postgresql': 'postgres',
};

function familyOf({ mounts }: ComposeService): ServerFamily | null {
  return mounts.map(({ target }) => TARGETS[target]).find((family) => family !== undefined) ?? null;
}

type Desk = { readonly place: StackPlace; readonly model: ComposeModel; readonly observer: Observer | null };

async function serverFindings(service: ComposeService, desk: Desk, context: Context): Promise<readonly Finding[]> {
  const { name, image: ref, mounts } = service;
  const mount = mounts.find(({ target }) => TARGETS[target] !== undefined);
  const family = TARGETS[mount?.target ?? ''];
  if (mount === undefined || family === undefined || ref === null) return [];
  const env = (await desk.observer?.image(ref))?.env ?? {};
  const image = seriesOfImage(family, { ref, env });
  const source = await folderOf(mount, desk);
  if (image === null || source === null) return [];
  const data = await readSeries(source, image.family, context);
  return data === null ? [] : judgeServerData({ service: name, source, data, image });
}

async function folderOf({ type, source }: ComposeMount, { place, model, observer }: Desk): Promise<string | null> {
  if (type === 'bind') return source;
  if (type !== 'volume' || source === null || observer === null) return null;
  const name = model.volumes[source]?.name ?? `${formatProject(place.project.id)}_${source}`;
  return (await observer.volume(name))?.mountpoint ?? null;
}

// A folder that this user may not look into keeps what it knows.
async function readSeries(folder: string, family: ServerFamily, { world }: Context) {
  const { files } = world;
  try {
    const names = await files.list(folder);
    const texts = TELLING_FILES[family].map(async (path) => [path, await files.readText(`${folder}/${path}`)] as const);
    return seriesOfData(family, { names, texts: Object.fromEntries(await Promise.all(texts)) });
  } catch (error) {
    if (error instanceof PodctlError) return null;
    throw error;
  }
}
