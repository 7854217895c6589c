import { PodctlError } from '../../core/errors.js';
import { formatProject } from '../../core/project.js';
import { revealed } from '../../core/secret.js';
import { HEADER_BYTES, readHeader } from '../../core/sqlite-header.js';
import type { World } from '../../io/world.js';
import { type DataRule, dataQuestions, judgeData, withDataFolders } from '../../plan/data-mounts.js';
import { type FolderAnswer, type FolderAnswers, judgeVersions, serverFolders } from '../../plan/data-version.js';
import type { PreflightProblem } from '../../plan/preflight.js';
import { dataCommand, type ResolvedData, resolveData } from '../../profile/resolve-data.js';
import { folderOwner, namedUser } from '../../spec/folder-owner.js';
import type { Sidecar } from '../../spec/litestream.js';
import type { Note } from '../../spec/request.js';
import { TELLING_FILES } from '../../spec/server-version.js';
import type { ContainerSpec, Mount } from '../../spec/spec.js';
import type { Context } from '../context.js';
import { flavourOf } from '../project.js';
import { answerAllowedPaths } from './answers.js';
import { hostFacts } from './identity.js';
import { sidecarsOf } from './sidecars.js';
import { hostNames } from './variables.js';
import type { RunSite, Wanted } from './wanted.js';

/** What the declared data mean for a start. */
export type RunData = {
  readonly spec: ContainerSpec;
  readonly problems: readonly PreflightProblem[];
  readonly notes: readonly Note[];
  /** Who gets folders that are made. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  readonly sidecars: readonly Sidecar[];
};

/** Look at the data that this command's container holds: where they stand, what would become of them, who wrote them. */
export async function lookAtData(wanted: Wanted, site: RunSite, context: Context): Promise<RunData> {
  const { world } = context;
  const entries = entriesOf(wanted, site, world);
  const rules = entries.map((entry) => ruleOf(entry, wanted.spec, site));
  const spec = withDataFolders(wanted.spec, rules);
  const versions = await compareVersions({ wanted, spec, rules }, site, context);
  const beside = await sidecarsOf({ entries, spec, wanted }, site, context);
  const engine = site.found.facts;
  const files = dataQuestions(spec, rules);
  const answers = {
    paths: await answerAllowedPaths([...files, ...sourcesOf(spec)], world),
    journals: engine.vm ? await journalsOf(files, world) : {},
  };
  const { iKnow } = site;
  const problems = judgeData({ spec, rules }, answers, { engine, iKnow, remove: wanted.built.shape.remove });
  const folder = {
    engine,
    host: hostFacts(world.host),
    user: spec.user,
    imageUser: wanted.image?.user ?? null,
  };
  const stranger = namedUser(folder);
  const made = spec.mounts.some(({ create, source }) => create && answers.paths[source]?.kind === null);
  const notes = stranger !== null && made ? [strangerNote(stranger)] : [];
  return {
    spec,
    problems: [...problems, ...versions.problems, ...beside.problems],
    notes: [...versions.notes.map((message) => ({ at: 'mounts', message })), ...notes],
    owner: folderOwner(folder),
    sidecars: beside.sidecars,
  };
}

function entriesOf({ spec }: Wanted, { draft, project, loaded }: RunSite, world: World): readonly ResolvedData[] {
  const { resolved } = draft;
  const mode = resolved.mode?.name ?? null;
  const mounted = new Set(spec.mounts.map(({ key }) => key));
  const keys = Object.entries(loaded.profile.data)
    .filter(([key, { mount }]) => mounted.has(mount ?? '') || dataCommand(loaded, mode, key) === resolved.command.name)
    .map(([key]) => key);
  const own = Object.fromEntries(spec.env.map(({ name, value }) => [name, { value: revealed(value) }]));
  const request = {
    mode,
    variables: { ...draft.variables, ...own },
    names: hostNames(world.host, project.root),
    flavour: flavourOf(world.host),
  };
  return resolveData(loaded, request, keys).data;
}

function ruleOf(entry: ResolvedData, spec: ContainerSpec, { loaded }: RunSite): DataRule {
  const { key, holds, mount, file, protected: kept } = entry;
  // What `--env` says of a variable counts for the program, so it counts here.
  const [, name] = /^\$\{(\w+)\}$/.exec(loaded.profile.data[key]?.file ?? '') ?? [];
  const given = spec.env.findLast((variable) => variable.name === name);
  const path = given === undefined ? (file?.inside ?? null) : revealed(given.value);
  return { key, holds, mount: mount.key, file: path, protected: kept };
}

function sourcesOf({ mounts }: ContainerSpec): readonly string[] {
  return mounts.filter(({ type }) => type === 'bind').map(({ source }) => source);
}

function strangerNote(user: string): Note {
  return {
    at: 'user',
    message: `podctl makes folders as root; the image's user \`${user}\` may not be able to write there`,
  };
}

async function journalsOf(paths: readonly string[], { files }: World) {
  const found = paths.map(async (path) => {
    const isFile = (await files.stat(path))?.kind === 'file';
    const head = isFile ? await files.readHead(path, HEADER_BYTES) : null;
    return [path, head === null ? null : (readHeader(head)?.journal ?? null)] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

type Comparing = { readonly wanted: Wanted; readonly spec: ContainerSpec; readonly rules: readonly DataRule[] };

async function compareVersions({ wanted, spec, rules }: Comparing, site: RunSite, context: Context) {
  const answers: FolderAnswers = Object.fromEntries(
    await Promise.all(
      serverFolders(spec, rules).map(async ({ rule, family, mount }) => {
        const reading = { paths: TELLING_FILES[family], mount, wanted };
        return [rule.key, await readFolder(reading, site, context)] as const;
      }),
    ),
  );
  return judgeVersions({ spec, rules, image: wanted.image, iKnow: site.iKnow }, answers);
}

type Reading = { readonly paths: readonly string[]; readonly mount: Mount; readonly wanted: Wanted };

async function readFolder(reading: Reading, site: RunSite, context: Context): Promise<FolderAnswer | undefined> {
  const { mount, paths } = reading;
  if (mount.type === 'bind') return readHere(mount.source, paths, context.world);
  if (mount.type !== 'volume' || mount.source === '' || site.found.facts.assumed) return undefined;
  const volume = await site.observer.volume(mount.source);
  if (volume === null) return undefined;
  const here = volume.mountpoint === undefined ? undefined : await readHere(volume.mountpoint, paths, context.world);
  if (here !== undefined && !('unread' in here)) return here;
  return readInside(reading, site, context);
}

async function readHere(folder: string, paths: readonly string[], { files }: World): Promise<FolderAnswer | undefined> {
  try {
    const names = await files.list(folder);
    if (names === null) return undefined;
    const texts = paths.map(async (path) => [path, await files.readText(`${folder}/${path}`)] as const);
    return { names, texts: Object.fromEntries(await Promise.all(texts)) };
  } catch (error) {
    if (error instanceof PodctlError) return { unread: error.message };
    throw error;
  }
}

// A printed plan makes no container, however short-lived.
async function readInside(
  { mount, paths, wanted }: Reading,
  site: RunSite,
  { rooms, world }: Context,
): Promise<FolderAnswer> {
  if (!site.acts) return { unread: `this user cannot look into volume \`${mount.source}\`; a start asks the engine` };
  if (wanted.image === null) return { unread: `this user cannot look into volume \`${mount.source}\`` };
  const { readVolumeFiles } = await rooms.volumeFiles();
  const project = formatProject(site.project.id);
  const question = { volume: mount.source, image: wanted.spec.image, project, paths };
  const read = await readVolumeFiles(question, site.found, { host: world.host });
  return 'unread' in read ? read : { names: null, texts: read.texts };
}
