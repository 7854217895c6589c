import { isLocal } from '../../engine/doctor/details.js';
import { type DiskPlace, judgeDisk } from '../../plan/doctor/disk.js';
import type { Finding } from '../../plan/doctor/finding.js';
import type { Desk } from './desk.js';

const USAGE_MS = 1_500;

/** Room at the engine's files and at the project. One file system is told once. */
export async function lookAtDisk(desk: Desk): Promise<readonly Finding[]> {
  const { found, room, project } = desk;
  const [engine, reclaimable] = await Promise.all([
    enginePlace(desk),
    found === null ? null : room.within(USAGE_MS, () => room.usage(found)),
  ]);
  const own: DiskPlace = { what: 'project', path: project.root, room: room.freeSpace(project.root) };
  const places = engine === null ? [own] : isSame(engine, own) ? [engine] : [engine, own];
  return judgeDisk({ places, reclaimable });
}

async function enginePlace({ found, details, inside, room, context }: Desk): Promise<DiskPlace | null> {
  const root = (await details())?.root ?? '';
  if (found === null || root === '') return null;
  if (isLocal(found, context.world.host.platform)) return { what: 'engine', path: root, room: room.freeSpace(root) };
  // The file system below containers is the engine's own.
  const { disk } = await inside();
  return { what: 'engine', path: root, room: disk === null ? null : { ...disk, inodes: null } };
}

function isSame(a: DiskPlace, b: DiskPlace): boolean {
  const [one, other] = [a.room, b.room];
  return one !== null && other !== null && one.total === other.total && one.inodes?.total === other.inodes?.total;
}
