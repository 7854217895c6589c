import { formatBytes } from '../../core/size.js';
import { type Finding, note, ok, problem, warning } from './finding.js';

/** A file system: bytes and inodes. `inodes` null: it has no fixed number of them. */
export type Room = {
  readonly free: number;
  readonly total: number;
  readonly inodes: { readonly free: number; readonly total: number } | null;
};

/** A folder that must have room. `room` null: it could not be measured. */
export type DiskPlace = { readonly what: 'engine' | 'project'; readonly path: string; readonly room: Room | null };

/** What the engine says could be freed, in bytes. null: it did not say. */
export type Reclaimable = {
  readonly images: number | null;
  readonly containers: number | null;
  readonly volumes: number | null;
  readonly buildCache: number | null;
};

export type DiskFacts = { readonly places: readonly DiskPlace[]; readonly reclaimable: Reclaimable | null };

const GB = 1e9;
// Pulling one image takes more than the first, and a database stops when nothing is left of the second.
const LEAST = { engine: GB, project: 100e6 } as const;
const LOW = { engine: 10 * GB, project: GB } as const;

/** Whether there is room where the engine and the project write, and what could be freed. */
export function judgeDisk({ places, reclaimable }: DiskFacts): readonly Finding[] {
  const rooms = places.flatMap((place) => judgePlace(place));
  const tight = rooms.some(({ level }) => level !== 'ok');
  return [...rooms, ...(reclaimable === null ? [] : judgeReclaimable(reclaimable, { places, tight }))];
}

function judgePlace({ what, path, room }: DiskPlace): readonly Finding[] {
  if (room === null) return [note(`how much room ${path} has cannot be seen from here`)];
  const name = what === 'engine' ? `${path} (the engine's files)` : `${path} (the project)`;
  const seen = `${formatBytes(room.free)} of ${formatBytes(room.total)} are free at ${name}`;
  return [judgeBytes({ what, room, seen }), ...judgeInodes(name, room)];
}

type Judged = { readonly what: DiskPlace['what']; readonly room: Room; readonly seen: string };

function judgeBytes({ what, room, seen }: Judged): Finding {
  const consequence =
    what === 'engine'
      ? 'pulls, builds and databases in volumes fail when it is full'
      : 'containers that write there fail when it is full';
  const mend =
    what === 'engine' ? 'podctl prune --dry-run shows what could go' : 'make room there, or move the project';
  if (room.free < LEAST[what]) return problem(`only ${seen}`, { why: consequence, mend });
  const share = room.total === 0 ? 1 : room.free / room.total;
  return room.free < LOW[what] && share < 0.1 ? warning(`only ${seen}`, { why: consequence, mend }) : ok(seen);
}

function judgeInodes(name: string, { inodes }: Room): readonly Finding[] {
  if (inodes === null || inodes.total === 0 || inodes.free / inodes.total >= 0.02) return [];
  return [
    problem(`only ${inodes.free} of ${inodes.total} inodes are free at ${name}`, {
      why: 'no new file can be made when they are used up, however many bytes are free',
      mend: 'podctl prune --dry-run shows what could go',
    }),
  ];
}

type Around = { readonly places: readonly DiskPlace[]; readonly tight: boolean };

function judgeReclaimable(reclaimable: Reclaimable, { places, tight }: Around): readonly Finding[] {
  const parts = [
    ['images', reclaimable.images],
    ['stopped containers', reclaimable.containers],
    ['volumes that nothing uses', reclaimable.volumes],
    ['build cache', reclaimable.buildCache],
  ] as const;
  const known = parts.filter((part): part is readonly [(typeof part)[0], number] => (part[1] ?? 0) > 0);
  const sum = known.reduce((total, [, bytes]) => total + bytes, 0);
  if (sum === 0) return [];
  const list = known.map(([name, bytes]) => `${formatBytes(bytes)} ${name}`).join(', ');
  const total = places.find(({ what }) => what === 'engine')?.room?.total ?? 0;
  const much = tight || sum > 20 * GB || (total > 0 && sum > total / 5);
  const seen = `${formatBytes(sum)} are kept that no running container uses: ${list}`;
  return [much ? note(seen, { mend: 'podctl prune --dry-run shows what could go' }) : ok(seen)];
}
