import { readdir, readFile, readlink } from 'node:fs/promises';
import { isWithin } from '../../core/path.js';
import { coveringMount, parseMountTable } from '../../plan/mount-table.js';

/** A program in another mount namespace, such as a container of any engine, that has one of the folders mounted. */
export type MountedBy = { readonly pid: number; readonly program: string; readonly path: string };

/**
 * Who has these folders mounted, in a container of whatever engine or not. Linux only, and only what this user may look at: root sees all.
 * A mount of something inside a folder counts too; one of a folder above it does not.
 */
export async function mountedBy(paths: readonly string[]): Promise<readonly MountedBy[]> {
  const own = parseMountTable(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
  const wanted = paths.flatMap((path) => {
    const mount = coveringMount(own, path);
    if (mount === null) return [];
    const below = path.slice(mount.mountPoint === '/' ? 0 : mount.mountPoint.length);
    return [{ path, device: mount.device, inside: `${mount.root === '/' ? '' : mount.root}${below}` }];
  });
  const found: MountedBy[] = [];
  for (const { pid, table } of await otherTables()) {
    const mounts = parseMountTable(table).filter(({ root }) => root !== '/');
    const hit = wanted.find(({ device, inside }) =>
      mounts.some((one) => one.device === device && isWithin(one.root, inside)),
    );
    // oxlint-disable-next-line no-await-in-loop -- few have one mounted
    if (hit !== undefined) found.push({ pid, program: await programOf(pid), path: hit.path });
  }
  return found;
}

// One table per mount namespace: all processes of a container see the same.
async function otherTables(): Promise<readonly { readonly pid: number; readonly table: string }[]> {
  const own = await readlink('/proc/self/ns/mnt').catch(() => '');
  const seen = new Set([own]);
  const tables: { readonly pid: number; readonly table: string }[] = [];
  for (const pid of (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))) {
    // oxlint-disable-next-line no-await-in-loop -- each asks whether its namespace was read already
    const space = await readlink(`/proc/${pid}/ns/mnt`).catch(() => own);
    if (seen.has(space)) continue;
    seen.add(space);
    // oxlint-disable-next-line no-await-in-loop -- as above
    const table = await readFile(`/proc/${pid}/mountinfo`, 'utf8').catch(() => '');
    tables.push({ pid: Number(pid), table });
  }
  return tables;
}

async function programOf(pid: number): Promise<string> {
  const name = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
  return name === '' ? 'a program' : name;
}
