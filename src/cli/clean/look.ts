import { stateDir } from '../../io/state-dir.js';
import type { World } from '../../io/world.js';
import type { ChosenThing } from '../../plan/clean/choose-data.js';
import type { ResetFolder, ResetThing, ResetVolume } from '../../plan/clean/decide-reset.js';
import type { PlaceOwner } from '../../plan/clean/kept.js';
import { belowReal, judgePlace, type PlaceVerdict } from '../../plan/clean/place.js';
import type { PathFacts } from '../../plan/host-answers.js';
import { parseMountTable } from '../../plan/mount-table.js';
import type { ContainerFacts } from '../../spec/facts.js';
import { insideId, parseSubIds, type SubIds, userName } from '../../spec/sub-ids.js';
import type { Context } from '../context.js';
import { flavourOf } from '../project.js';
import { answerPaths, readMountTable } from '../run/answers.js';
import type { CleanSite } from './site.js';

/** Why a folder must not be emptied; null: it may be. `path`: as the disk spells it. */
export type Judged = { readonly path: string; readonly verdict: PlaceVerdict };

/** Judge where a folder stands. */
export async function judgeFolder(source: string, site: CleanSite, { world }: Context): Promise<Judged> {
  const { root } = site.project;
  const real = (await world.files.realPath(root)) ?? root;
  const path = belowReal(source, { root, real });
  const facts: PathFacts | undefined = (await answerPaths([path], world))[path];
  const mounts = parseMountTable((await readMountTable(world)) ?? '');
  const verdict = judgePlace({
    path,
    facts: facts ?? { path, kind: null, realPath: null, links: [] },
    mounts,
    project: real,
    home: world.host.home,
    state: stateDir(world.host),
    named: site.named,
    sources: site.sources.map((one) => belowReal(one, { root, real })),
    flavour: flavourOf(world.host),
  });
  return { path, verdict };
}

/** Look at what is to be emptied: whose it is and how much, and who may do what. */
export async function lookAtThing(
  { type, source, services }: ChosenThing,
  site: CleanSite,
  context: Context,
): Promise<ResetThing | null> {
  const users = usersOf(type, source, site.containers);
  const image = await imageFor(users, services, site);
  if (type === 'volume') return lookAtVolume(source, image, site);
  return lookAtFolderThing({ path: source, image }, site, context);
}

/** Containers that have something mounted, or a part of it, stopped ones too. */
export function usersOf(
  type: 'bind' | 'volume',
  source: string,
  containers: readonly ContainerFacts[],
): readonly ContainerFacts[] {
  return containers.filter(({ mounts }) =>
    mounts.some(
      (one) => one.type === type && (one.source === source || (type === 'bind' && one.source.startsWith(`${source}/`))),
    ),
  );
}

async function lookAtVolume(name: string, image: string | null, site: CleanSite): Promise<ResetVolume | null> {
  const facts = await site.observer.volume(name);
  return facts === null ? null : { kind: 'volume', facts, bytes: await site.volumeBytes(facts), image };
}

async function lookAtFolderThing(
  { path, image }: Pick<ResetFolder, 'path' | 'image'>,
  site: CleanSite,
  { world, rooms }: Context,
): Promise<ResetFolder> {
  const { lookAtFolder, measureFolder } = await rooms.cleanLook();
  const { host } = world;
  const there = await lookAtFolder(path);
  if (there === null) {
    return { kind: 'folder', path, is: null, bytes: null, owner: null, own: true, next: null, image };
  }
  const { bytes, own } = await measureFolder(path, host.uid);
  const next = await nextOwner(there.owner, site, world);
  return { kind: 'folder', path, is: there.is, bytes, owner: there.owner, own, next, image };
}

// In a virtual machine the mapping makes the user's own files the container's.
async function nextOwner(owner: PlaceOwner, { found }: CleanSite, world: World): Promise<ResetFolder['next']> {
  const { uid, gid } = world.host;
  if (uid === null || found.facts.vm) return null;
  if (uid === 0 || (owner.uid === uid && owner.gid === gid)) return { ...owner, inside: null };
  if (!found.facts.rootless) return { ...owner, inside: { uid: owner.uid, gid: owner.gid } };
  const [users, groups] = await subIdsOf(world);
  const inside = { uid: insideId(owner.uid, users), gid: insideId(owner.gid, groups) };
  if (inside.uid === null || inside.gid === null) return null;
  return { ...owner, inside: { uid: inside.uid, gid: inside.gid } };
}

/** Numbers that a rootless engine's containers get of this user. */
export async function subIdsOf({ host, files }: World): Promise<readonly [users: SubIds, groups: SubIds]> {
  const [passwd, uids, gids] = await Promise.all(
    ['/etc/passwd', '/etc/subuid', '/etc/subgid'].map(async (path) => (await files.readText(path)) ?? ''),
  );
  const user = { name: userName(passwd ?? '', host.uid ?? 0), id: host.uid ?? 0 };
  return [
    { own: host.uid ?? 0, ranges: parseSubIds(uids ?? '', user) },
    { own: host.gid ?? 0, ranges: parseSubIds(gids ?? '', user) },
  ];
}

/** An image that is there: of a container that mounts it, else of a service that would. */
export async function imageFor(
  users: readonly ContainerFacts[],
  services: readonly string[],
  { observer, images, found }: CleanSite,
): Promise<string | null> {
  const [user] = users;
  if (user !== undefined) return user.image;
  if (found.facts.assumed) return null;
  for (const service of services) {
    const image = images[service] ?? null;
    // oxlint-disable-next-line no-await-in-loop -- the first that is there is enough
    if (image !== null && (await observer.image(image)) !== null) return image;
  }
  return null;
}
