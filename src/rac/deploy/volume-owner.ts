import { TAR_END, tarHeader } from '../../io/tar-block.js';

export type Ids = { readonly uid: number; readonly gid: number };

/** The numbers behind an image's USER (`1000`, `1000:1000`, `app`, `app:app`), by its own passwd and group files; null: root, or unknown. */
export function idsOf(
  user: string,
  { passwd, group }: { readonly passwd: string; readonly group: string },
): Ids | null {
  const [who = '', asGroup] = user.split(':');
  if (who === '') return null;
  const row = rows(passwd).find(([name, , uid]) => name === who || uid === who);
  const uid = /^\d+$/.test(who) ? Number(who) : Number(row?.[2] ?? Number.NaN);
  const named = asGroup === undefined ? row?.[3] : groupId(asGroup, group);
  const gid = Number(named ?? 0);
  return Number.isInteger(uid) && Number.isInteger(gid) && uid > 0 ? { uid, gid } : null;
}

function groupId(name: string, group: string): string | undefined {
  return /^\d+$/.test(name) ? name : rows(group).find(([known]) => known === name)?.[2];
}

function rows(text: string): readonly (readonly string[])[] {
  return text.split('\n').map((line) => line.split(':'));
}

/** An archive that, unpacked at `/`, gives a folder that is there to a user. */
export function ownerArchive(path: string, { uid, gid }: Ids): Buffer {
  const block = Buffer.from(tarHeader({ name: `${path.replace(/^\//, '')}/`, size: 0, mode: 0o755, mtime: 0 }));
  block.write(uid.toString(8).padStart(7, '0'), 108, 'latin1');
  block.write(gid.toString(8).padStart(7, '0'), 116, 'latin1');
  block.write('5', 156, 'latin1');
  block.write('        ', 148, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return Buffer.concat([block, TAR_END]);
}

/** The first file of an archive, as text; '' for none. */
export function firstFile(archive: Buffer): string {
  const size = Number.parseInt(archive.toString('latin1', 124, 136), 8);
  return Number.isInteger(size) ? archive.toString('utf8', 512, 512 + size) : '';
}
