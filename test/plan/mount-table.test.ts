import { describe, expect, it } from 'vitest';
import { coveringMount, mountsBelow, parseMountTable } from '../../src/plan/mount-table.js';

const TABLE = [
  '27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard',
  '22 27 0:21 / /proc rw,relatime - proc proc rw',
  '30 27 254:16 / /data rw,relatime shared:7 master:3 - xfs /dev/vdb rw',
  String.raw`31 30 254:0 /srv/my\040disk/a\134b /data/with\040space\011tab ro - ext4 /dev/vda rw`,
  '32 30 0:40 / /data/überall rw - nfs4 server:/desi/redux rw,vers=4.2,addr=10.0.0.1',
  '33 32 0:41 / /data/überall/deep rw - overlay overlay rw,lowerdir=/a:/b,upperdir=/c',
  '34 27 254:0 /gone//deleted /tmp/x rw - ext4 /dev/vda rw',
  '',
  'not a mount line',
].join('\n');

describe('parseMountTable', () => {
  const mounts = parseMountTable(TABLE);

  it('reads every line of the table and nothing else', () => {
    expect(mounts.map((mount) => mount.id)).toEqual([27, 22, 30, 31, 32, 33, 34]);
  });

  it('undoes the octal escapes, and leaves letters outside of ASCII alone', () => {
    expect(mounts[3]).toEqual({
      id: 31,
      parent: 30,
      device: '254:0',
      root: String.raw`/srv/my disk/a\b`,
      mountPoint: '/data/with space\ttab',
      fsType: 'ext4',
      source: '/dev/vda',
      options: ['rw'],
    });
    expect(mounts[4]?.mountPoint).toBe('/data/überall');
  });

  it('reads lines with and without the optional fields in the middle', () => {
    expect(mounts[2]).toMatchObject({ device: '254:16', fsType: 'xfs', source: '/dev/vdb' });
    expect(mounts[5]).toMatchObject({ fsType: 'overlay', options: ['rw', 'lowerdir=/a:/b', 'upperdir=/c'] });
  });

  it('takes the mark of a deleted root off', () => {
    expect(mounts[6]?.root).toBe('/gone');
  });
});

describe('coveringMount', () => {
  const mounts = parseMountTable(TABLE);

  it.each([
    ['/etc/passwd', 27],
    ['/', 27],
    ['/data', 30],
    ['/database', 27],
    ['/data/überall/deep/er', 33],
    ['/proc/1', 22],
  ])('%s lies in mount %i', (path, id) => {
    expect(coveringMount(mounts, path)?.id).toBe(id);
  });

  it('takes the upper one of two mounts at one place', () => {
    const stacked = parseMountTable(
      '1 0 8:1 / / rw - ext4 a rw\n2 1 8:2 / /m rw - ext4 b rw\n3 2 8:3 / /m rw - ext4 c rw',
    );
    expect(coveringMount(stacked, '/m/x')?.id).toBe(3);
  });

  it('does not see what another mount covers', () => {
    const covered = parseMountTable(
      '1 0 8:1 / / rw - ext4 a rw\n2 1 8:2 / /m/in rw - ext4 b rw\n3 1 8:3 / /m rw - ext4 c rw',
    );
    expect(coveringMount(covered, '/m/in/x')?.id).toBe(3);
  });

  it('knows nothing without a table', () => {
    expect(coveringMount([], '/m')).toBeNull();
  });
});

it('mountsBelow lists what a recursive bind carries along, and not the mount that it starts in', () => {
  const mounts = parseMountTable(TABLE);
  expect(mountsBelow(mounts, '/data').map((mount) => mount.id)).toEqual([31, 32, 33]);
  expect(mountsBelow(mounts, '/data/überall').map((mount) => mount.id)).toEqual([33]);
});
