import type { EngineFacts } from '../../spec/facts.js';
import { type Finding, note, orOk, problem, warning } from './finding.js';

/** How an engine stores images. Empty texts: it does not say. */
export type StorageFacts = {
  readonly engine: Pick<EngineFacts, 'name' | 'rootless' | 'usernsRemap'>;
  /** `overlay2`, `overlay`, `vfs`, `btrfs`… */
  readonly driver: string;
  /** The file system below it, as the engine calls it: `extfs`, `xfs`, `nfs`… */
  readonly backing: string;
  /** The file system tells the kind of an entry when it lists a folder; null: the engine does not say. */
  readonly dType: boolean | null;
};

const UNSUITABLE = /nfs|ecryptfs|aufs|cifs|smb|fuse|9p|vboxsf/i;

/** Whether the storage below the images suits. */
export function judgeStorage(facts: StorageFacts): readonly Finding[] {
  const { driver, backing, engine } = facts;
  const seen = `${engine.name} stores images with ${driver === '' ? 'a driver that it does not name' : driver}${backing === '' ? '' : ` on ${backing}`}`;
  return [...orOk([...slow(facts), ...unsuitable(facts), ...noTypes(facts)], seen), ...remapped(facts)];
}

function slow({ driver, engine }: StorageFacts): readonly Finding[] {
  if (driver !== 'vfs') return [];
  const podman = engine.name.startsWith('podman');
  return [
    warning(`${engine.name} stores images with vfs`, {
      why: 'every container and every layer is a full copy: slow, and many times the space',
      mend: podman
        ? 'write driver = "overlay" in the [storage] part of storage.conf (rootless on an old kernel: install fuse-overlayfs), then podman system reset, which removes all images and containers'
        : 'write "storage-driver": "overlay2" in /etc/docker/daemon.json and restart docker; images are pulled anew',
    }),
  ];
}

function unsuitable({ driver, backing, engine }: StorageFacts): readonly Finding[] {
  if (!driver.startsWith('overlay') && driver !== 'fuse-overlayfs') return [];
  if (/overlay/i.test(backing)) return [onItself(engine)];
  if (!UNSUITABLE.test(backing)) return [];
  return [
    problem(`${engine.name} keeps overlay layers on ${backing}`, {
      why: 'overlay needs a local file system below it: starts fail, or files get lost or the wrong owner',
      mend: moveFolder(engine),
    }),
  ];
}

function onItself(engine: StorageFacts['engine']): Finding {
  return warning(`${engine.name} keeps overlay layers on an overlay`, {
    why: 'the engine runs inside a container without a volume for its files: starts may fail',
    mend: `mount a volume on the folder of ${engine.name}'s files`,
  });
}

function moveFolder({ name, rootless }: StorageFacts['engine']): string {
  if (name === 'docker') return 'write "data-root": "/a/local/folder" in /etc/docker/daemon.json, and restart docker';
  return `write ${rootless ? 'rootless_storage_path' : 'graphroot'} = "/a/local/folder" in the [storage] part of storage.conf`;
}

function noTypes({ dType, backing, engine }: StorageFacts): readonly Finding[] {
  if (dType !== false) return [];
  return [
    problem(`the file system of ${engine.name}'s images (${backing}) was made without d_type`, {
      why: 'files that were deleted in a layer come back, and removals fail',
      mend: 'move the folder to a file system made with mkfs.xfs -n ftype=1, or to ext4',
    }),
  ];
}

function remapped({ engine }: StorageFacts): readonly Finding[] {
  if (!engine.usernsRemap) return [];
  return [
    note('docker runs with userns-remap', {
      why: 'files that containers write into mounted folders belong to other users of this machine, and privileged options are refused',
      mend: 'podctl audit shows what is mounted; userns = "host" in the profile switches it off for one container',
    }),
  ];
}
