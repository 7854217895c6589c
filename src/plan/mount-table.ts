import { isWithin } from '../core/path.js';

/** One line of /proc/self/mountinfo. `root` is the part of the file system that is mounted, `source` what the mount command was given. */
export type HostMount = {
  readonly id: number;
  readonly parent: number;
  /** `major:minor`: equal for every mount of one file system. */
  readonly device: string;
  readonly root: string;
  readonly mountPoint: string;
  readonly fsType: string;
  readonly source: string;
  /** Options of the file system, for instance overlay's `lowerdir=/a:/b`. */
  readonly options: readonly string[];
};

/** Parse /proc/self/mountinfo (see proc(5)): fields, a list that ends with `-`, then type, source and options. Other lines are left out. */
export function parseMountTable(text: string): readonly HostMount[] {
  return text.split('\n').flatMap((line) => {
    const mount = parseLine(line);
    return mount === null ? [] : [mount];
  });
}

/** The mount that a resolved path lies in: the walk from the root, as the kernel does it, so that a mount over another one counts. */
export function coveringMount(mounts: readonly HostMount[], path: string): HostMount | null {
  // The shortest mount point is met first; what was mounted below it earlier lies underneath, out of sight.
  const onTheWay = mounts
    .filter((mount) => isWithin(path, mount.mountPoint))
    .toSorted((a, b) => a.mountPoint.length - b.mountPoint.length);
  const passed: HostMount[] = [];
  let next = onTheWay.find((mount) => isTop(mounts, mount));
  while (next !== undefined) {
    passed.push(next);
    const { id } = next;
    next = onTheWay.find((mount) => mount.parent === id && !passed.includes(mount));
  }
  return passed.at(-1) ?? null;
}

/**
 * Every mount below a resolved path: what a recursive bind of it carries along. Ones out of sight below another mount count
 * too, which errs to the safe side.
 */
export function mountsBelow(mounts: readonly HostMount[], path: string): readonly HostMount[] {
  return mounts.filter((mount) => mount.mountPoint !== path && isWithin(mount.mountPoint, path));
}

function isTop(mounts: readonly HostMount[], mount: HostMount): boolean {
  return mount.parent === mount.id || !mounts.some((other) => other.id === mount.parent);
}

function parseLine(line: string): HostMount | null {
  const fields = line.split(' ');
  const dash = fields.indexOf('-', 6);
  const [id, parent, device, root, mountPoint] = fields;
  if (dash === -1 || device === undefined || root === undefined || mountPoint === undefined) return null;
  return {
    id: Number(id),
    parent: Number(parent),
    device,
    root: decode(root).replace(/\/\/deleted$/, ''),
    mountPoint: decode(mountPoint),
    fsType: fields[dash + 1] ?? '',
    source: decode(fields[dash + 2] ?? ''),
    options: (fields[dash + 3] ?? '').split(',').map(decode),
  };
}

// The kernel writes space, tab, newline, backslash and # as octal escapes and leaves every other byte alone.
function decode(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)));
}
