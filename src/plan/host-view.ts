import { isWithin, normalizePath, type PathFlavour } from '../core/path.js';
import type { HostFacts } from '../spec/facts.js';
import type { AuditAnswers, PathFacts } from './host-answers.js';
import { coveringMount, type HostMount, mountsBelow, parseMountTable } from './mount-table.js';

/**
 * A subtree of files under one of its names. `space` says what the path counts in: `path` (the host's own names), `device 8:1` (inside
 * that file system), `remote server` (inside that server's export). Two paths of the host are the same files when regions of theirs meet.
 */
export type Region = { readonly space: string; readonly path: string };

/** The host as the audit sees it: resolved paths and mounts, nothing else. */
export type HostView = {
  readonly platform: HostFacts['platform'];
  readonly mounts: readonly HostMount[];
  readonly facts: AuditAnswers['paths'];
};

/** Put the answers together. */
export function hostView(answers: AuditAnswers, platform: HostFacts['platform']): HostView {
  return {
    platform,
    mounts: answers.mountTable === null ? [] : parseMountTable(answers.mountTable),
    facts: answers.paths,
  };
}

/** The path that a person is told: where it really stands, as the host spells it. */
export function spelledOf(view: HostView, path: string): string {
  const facts = view.facts[path];
  return facts?.realPath ?? throughLinks(path, facts?.links ?? [], flavourOf(view.platform));
}

/** The path with every link on the way resolved, in the form that comparisons use (one case where the host knows only one). */
export function realOf(view: HostView, path: string): string {
  return comparable(view, spelledOf(view, path));
}

/** Fold what the host does not tell apart: macOS and Windows ignore case, and give some folders a second name. */
export function comparable(view: Pick<HostView, 'platform'>, path: string): string {
  if (view.platform === 'linux') return normalizePath(path, 'posix');
  if (view.platform === 'darwin') {
    const plain = normalizePath(path, 'posix').normalize('NFC').toLowerCase();
    const data = '/system/volumes/data';
    return isWithin(plain, data) ? plain.slice(data.length) || '/' : plain;
  }
  // `\\?\C:\x`, `\\.\C:\x` and the administrative share `\\host\C$\x` are other spellings of `C:\x`.
  const text = path
    .replaceAll('/', '\\')
    .replace(/^\\\\[?.]\\UNC\\/i, '\\\\')
    .replace(/^\\\\[?.]\\(?=[A-Za-z]:)/, '')
    .replace(/^\\\\[^\\]+\\([A-Za-z])\$(?=\\|$)/, '$1:');
  return normalizePath(text, 'windows').normalize('NFC').toLowerCase();
}

/** Every name that the subtree at a resolved path is known by; mounts below it are not in here. */
export function regionsOf(view: HostView, real: string): readonly Region[] {
  return regionsAt(view, real, 0);
}

/** Regions of every mount below a resolved path, with the place where each is mounted. */
export function regionsBelow(
  view: HostView,
  real: string,
): readonly { readonly at: string; readonly regions: readonly Region[] }[] {
  return mountsBelow(view.mounts, real).map((mount) => ({
    at: mount.mountPoint,
    regions: mountRegions(view, { mount, real: mount.mountPoint }, 0),
  }));
}

/** Whether one subtree lies in another (or is it), in one space. */
export function regionWithin(inner: Region, outer: Region): boolean {
  return inner.space === outer.space && isWithin(inner.path, outer.path);
}

/** Other places of the host where the files at a resolved path stand, when a mount on the way from `root` brought them there. */
export function mountedFrom(view: HostView, root: string, real: string): readonly string[] {
  const covering = coveringMount(view.mounts, real);
  if (covering === null || covering.id === coveringMount(view.mounts, root)?.id) return [];
  const own = deviceRegion(covering, real);
  return view.mounts.flatMap((other) => {
    if (other.id === covering.id) return [];
    const base = deviceRegion(other, other.mountPoint);
    return regionWithin(own, base) ? [join(other.mountPoint, own.path.slice(base.path.length))] : [];
  });
}

/** How paths are written on a platform. */
export function flavourOf(platform: HostFacts['platform']): PathFlavour {
  return platform === 'win32' ? 'windows' : 'posix';
}

const MOST_LAYERS = 4;
/** File systems that find a file by its name in any case, also on Linux. */
const CASELESS = /^(vfat|msdos|exfat|ntfs3?|fuseblk|fuse\.(ntfs|exfat).*|cifs|smb3|hfs|hfsplus|apfs|9p|drvfs|vboxsf)$/;

/** Where docker (`overlay2/l/ID`, `overlay2/ID/diff`), podman and containerd keep the layers of their containers. */
const ENGINE_LAYER = /\/(overlay2?|snapshots)\/([^/]+|l\/[^/]+)(\/(diff|merged|work|fs))?$/;

type Standpoint = { readonly mount: HostMount; readonly real: string };

function regionsAt(view: HostView, real: string, depth: number): readonly Region[] {
  const own = { space: 'path', path: real };
  const mount = coveringMount(view.mounts, real);
  return mount === null ? [own] : [own, ...mountRegions(view, { mount, real }, depth)];
}

function mountRegions(view: HostView, { mount, real }: Standpoint, depth: number): readonly Region[] {
  const inside = real.slice(mount.mountPoint === '/' ? 0 : mount.mountPoint.length);
  const remote = /^(?:([^/:]+|\[[^\]]+\]):|\/\/([^/]+))(\/.*)?$/.exec(mount.source);
  const server = remote?.[1] ?? remote?.[2];
  const onServer =
    server === undefined ? [] : [{ space: `remote ${server.toLowerCase()}`, path: join(remote?.[3] ?? '/', inside) }];
  const behind =
    depth >= MOST_LAYERS ? [] : foldersBehind(mount).filter((folder) => !isLayerOfThisRoot(view, mount, folder));
  return [
    deviceRegion(mount, real),
    ...onServer,
    // Overlays, FUSE mirrors and a server on this machine show folders of this host under another device.
    ...behind.flatMap((folder) => regionsAt(view, join(folder, inside), depth + 1)),
  ];
}

function deviceRegion(mount: HostMount, real: string): Region {
  const inside = real.slice(mount.mountPoint === '/' ? 0 : mount.mountPoint.length);
  // NFS always gives `/` as root and puts the mounted folder into the source instead.
  const exported = mount.fsType.startsWith('nfs') ? /^[^/]*:(\/.*)$/.exec(mount.source)?.[1] : undefined;
  const path = join(exported ?? mount.root, inside);
  return { space: `device ${mount.device}`, path: CASELESS.test(mount.fsType) ? path.toLowerCase() : path };
}

function foldersBehind(mount: HostMount): readonly string[] {
  if (/^(overlay|fuse\.fuse-overlayfs|aufs|unionfs|mergerfs|fuse\.(unionfs|mergerfs))/.test(mount.fsType)) {
    const layers = mount.options.flatMap((option) => {
      const dirs = /^(?:lowerdir\+?|datadir\+?|upperdir|workdir|dirs|br)[=:](.*)$/.exec(option)?.[1];
      return dirs === undefined
        ? []
        : dirs.split(/(?<!\\):/).map((dir) => dir.replaceAll('\\', '').replace(/=.*$/, ''));
    });
    return [...layers, ...mount.source.split(':')].filter((dir) => dir.startsWith('/'));
  }
  const local = /^(?:localhost|127\.[0-9.]+|\[::1\]):(\/.*)$/.exec(mount.source)?.[1];
  if (local !== undefined) return [local];
  const mirrors = mount.source.startsWith('/') && !mount.source.startsWith('//') && !isWithin(mount.source, '/dev');
  return mirrors ? [mount.source] : [];
}

// podctl may itself run in a container. Its root is an overlay of layers that the engine outside named in its own view of the machine:
// here those names stand for nothing, or for other files.
function isLayerOfThisRoot(view: HostView, mount: HostMount, folder: string): boolean {
  if (mount.mountPoint !== '/') return false;
  return ENGINE_LAYER.test(folder) || coveringMount(view.mounts, folder)?.id === mount.id;
}

function throughLinks(path: string, links: PathFacts['links'], flavour: PathFlavour): string {
  let here = normalizePath(path, flavour);
  for (const link of links) {
    if (isWithin(here, link.path)) here = normalizePath(`${link.target}/${here.slice(link.path.length)}`, flavour);
  }
  return here;
}

function join(folder: string, rest: string): string {
  return normalizePath(`${folder}/${rest}`, 'posix');
}
