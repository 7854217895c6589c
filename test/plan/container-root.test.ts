import { describe, expect, it } from 'vitest';
import { auditOn } from './audit-world.js';
import { bind } from './plan-fixtures.js';

/** Root file systems of containers in which podctl may run (a CI job, a container with an engine of its own). */
const ROOTS: Readonly<Record<string, string>> = {
  docker:
    'lowerdir=/var/lib/docker/overlay2/l/7P2B:/var/lib/docker/overlay2/l/IHOI,upperdir=/var/lib/docker/overlay2/af07/diff,workdir=/var/lib/docker/overlay2/af07/work',
  podman:
    'lowerdir=/var/lib/containers/storage/overlay/l/QK,upperdir=/var/lib/containers/storage/overlay/9c/diff,workdir=/var/lib/containers/storage/overlay/9c/work',
  containerd:
    'lowerdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/12/fs,upperdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/13/fs',
};
// An engine inside the container keeps its storage on a volume.
const STORAGE = '3 2 254:0 /var/lib/docker/volumes/8088/_data /var/lib/docker rw - ext4 /dev/vda rw';

const container = { mounts: [bind('/home/me/project/config.toml'), bind('/data/redux/fuji', { key: 'release/fuji' })] };

describe.each(Object.keys(ROOTS))('podctl inside a container of %s', (engine) => {
  const mounts = [`2 1 0:51 / / rw - overlay overlay rw,${ROOTS[engine]}`];

  it.each([
    ['alone', mounts],
    ['beside the storage of an engine of its own', [...mounts, STORAGE]],
  ])('files of its root are not taken for files of an engine, %s', async (_name, table) => {
    expect((await auditOn({ mounts: table }, container)).violations).toEqual([]);
  });

  it('the storage of an engine of its own stays guarded', async () => {
    const audit = await auditOn({ mounts: [...mounts, STORAGE] }, { mounts: [bind('/var/lib/docker/volumes')] });
    expect(audit.violations).toHaveLength(1);
  });

  it('the hidden tree stays hidden', async () => {
    const audit = await auditOn({ mounts }, { mounts: [bind('/data/redux/daily')] });
    expect(audit.violations).toHaveLength(1);
  });
});

it('a root made of folders of this machine still shows what lies in them', async () => {
  const mounts = [
    '2 1 8:2 / /media/lower ro - ext4 /dev/sdb rw',
    '3 1 8:2 /data/redux /mnt/tree ro - ext4 /dev/sdb rw',
    '4 1 0:51 / / rw - overlay overlayroot rw,lowerdir=/media/lower,upperdir=/media/upper',
    '5 4 8:2 / /media/lower ro - ext4 /dev/sdb rw',
    '6 4 8:2 /data/redux /mnt/tree ro - ext4 /dev/sdb rw',
  ];
  const audit = await auditOn({ mounts, folders: ['/mnt/tree/daily'] }, { mounts: [bind('/mnt/tree/daily')] });
  expect(audit.violations).toHaveLength(1);
});
