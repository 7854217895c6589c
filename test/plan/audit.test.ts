import { describe, expect, it } from 'vitest';
import { auditRefusal } from '../../src/plan/audit.js';
import { refusalError } from '../../src/plan/refusal.js';
import type { ContainerSpec } from '../../src/spec/spec.js';
import { auditOn, PUBLIC, type TestHost, volumeFacts } from './audit-world.js';
import { bind, volume } from './plan-fixtures.js';

type Attack = {
  readonly name: string;
  readonly host?: TestHost;
  readonly container: Partial<ContainerSpec>;
  /** Words that the refusal must hold. */
  readonly says: string;
};

const fuji = bind('/data/redux/fuji', { key: 'release/fuji', target: '/desi/spectro/redux/fuji' });
const own = ['/home/me/project/config.toml', '/data/redux/fuji', '/data/redux/iron'].map((source, index) =>
  bind(source, { key: `own/${index}` }),
);

const ATTACKS: readonly Attack[] = [
  // The tree itself, its parents, its other entries.
  { name: 'the hidden root', container: { mounts: [bind('/data/redux')] }, says: 'shows `/data/redux`' },
  {
    name: 'the hidden root with a slash at its end',
    container: { mounts: [bind('/data/redux/')] },
    says: 'keeps hidden',
  },
  { name: 'the hidden root by way of ..', container: { mounts: [bind('/data/redux/fuji/..')] }, says: 'keeps hidden' },
  { name: 'the parent of the root', container: { mounts: [bind('/data')] }, says: 'and with it `/data/redux`' },
  { name: 'the whole host', container: { mounts: [bind('/')] }, says: 'and with it `/data/redux`' },
  {
    name: 'a private release',
    container: { mounts: [bind('/data/redux/daily')] },
    says: 'files of `/data/redux`, which mode `public` keeps hidden',
  },
  {
    name: 'a folder inside a private release',
    container: { mounts: [bind('/data/redux/daily/secret')] },
    says: 'files of `/data/redux`, which mode `public` keeps hidden',
  },
  {
    name: 'a file inside a private release',
    container: { mounts: [bind('/data/redux/daily/config.toml')] },
    says: 'files of `/data/redux`, which mode `public` keeps hidden',
  },
  {
    name: 'a sibling whose name only begins like a release',
    host: { folders: ['/data/redux/fuji2'] },
    container: { mounts: [bind('/data/redux/fuji2')] },
    says: 'files of `/data/redux`, which mode `public` keeps hidden',
  },
  {
    name: 'a private release beside the proper mounts',
    container: { mounts: [...own, bind('/data/redux/jura', { key: 'x' })] },
    says: 'jura',
  },
  {
    name: 'a path of the tree that is not there yet',
    container: { mounts: [bind('/data/redux/soon')] },
    says: 'files of `/data/redux`, which mode `public` keeps hidden',
  },

  // Links.
  {
    name: 'a link to a private release',
    host: { links: { '/home/me/x': '/data/redux/daily' } },
    container: { mounts: [bind('/home/me/x')] },
    says: 'shows `/data/redux/daily`',
  },
  {
    name: 'a link to the root',
    host: { links: { '/home/me/x': '/data/redux' } },
    container: { mounts: [bind('/home/me/x')] },
    says: 'keeps hidden',
  },
  {
    name: 'a link to the parent of the root',
    host: { links: { '/home/me/x': '/data' } },
    container: { mounts: [bind('/home/me/x')] },
    says: 'and with it',
  },
  {
    name: 'a link on the way to the source',
    host: { links: { '/home/me/x': '/data' } },
    container: { mounts: [bind('/home/me/x/redux/daily')] },
    says: 'daily',
  },
  {
    name: 'a link to a link',
    host: { links: { '/home/me/a': '/home/me/b', '/home/me/b': '/data/redux/daily' } },
    container: { mounts: [bind('/home/me/a')] },
    says: 'daily',
  },
  {
    name: 'a relative link',
    host: { links: { '/data/other/x': '../redux/daily' } },
    container: { mounts: [bind('/data/other/x')] },
    says: 'daily',
  },
  {
    name: 'a dangling link into the tree',
    host: { links: { '/home/me/x': '/data/redux/soon' } },
    container: { mounts: [bind('/home/me/x')] },
    says: 'files of `/data/redux`, which mode `public` keeps hidden',
  },
  {
    name: 'a shown release that is a link to a private one',
    host: { links: { '/data/redux/edr': 'daily' }, input: { mode: { ...PUBLIC, shown: ['/data/redux/edr'] } } },
    container: { mounts: [bind('/data/redux/edr')] },
    says: 'really shows `/data/redux/daily`',
  },
  {
    name: 'a shown release that is a link to the root',
    host: { links: { '/data/redux/edr': '.' }, input: { mode: { ...PUBLIC, shown: ['/data/redux/edr'] } } },
    container: { mounts: [bind('/data/redux/edr')] },
    says: '`/data/redux`',
  },
  {
    name: 'a shown release that is a link out of the tree',
    host: {
      folders: ['/srv/unreleased'],
      links: { '/data/redux/edr': '/srv/unreleased' },
      input: { mode: { ...PUBLIC, shown: ['/data/redux/edr'] } },
    },
    container: { mounts: [bind('/data/redux/edr')] },
    says: 'really shows `/srv/unreleased`',
  },
  {
    name: 'a link on the way to a shown release, below the root',
    host: {
      links: { '/data/redux/pub': 'daily' },
      folders: ['/data/redux/daily/fuji'],
      input: { mode: { ...PUBLIC, shown: ['/data/redux/pub/fuji'] } },
    },
    container: { mounts: [bind('/data/redux/pub/fuji')] },
    says: 'really shows `/data/redux/daily/fuji`',
  },
  {
    name: 'a link inside a shown release that leads out of it',
    host: { links: { '/data/redux/fuji/out': '../daily' } },
    container: { mounts: [bind('/data/redux/fuji/out')] },
    says: 'daily',
  },
  {
    name: 'the tree when its root is a link and the mount is not',
    host: {
      links: { '/redux': '/data/redux' },
      input: { mode: { ...PUBLIC, hidden: ['/redux'], shown: ['/redux/fuji'] } },
    },
    container: { mounts: [bind('/data/redux/daily')] },
    says: 'daily',
  },

  // Mounts of the host.
  {
    name: 'the tree bound to another place',
    host: { mounts: ['2 1 8:1 /data/redux /mnt/alias rw - ext4 /dev/sda1 rw'], folders: ['/mnt/alias/daily'] },
    container: { mounts: [bind('/mnt/alias')] },
    says: 'keeps hidden',
  },
  {
    name: 'a private release bound to another place',
    host: { mounts: ['2 1 8:1 /data/redux/daily /mnt/alias rw - ext4 /dev/sda1 rw'], folders: ['/mnt/alias'] },
    container: { mounts: [bind('/mnt/alias')] },
    says: 'files of `/data/redux`, which mode `public` keeps hidden',
  },
  {
    name: 'the disk of the tree mounted a second time',
    host: {
      mounts: ['2 1 8:2 / /data rw - xfs /dev/sdb rw', '3 1 8:2 / /mnt/again ro - xfs /dev/sdb rw'],
      folders: ['/mnt/again/redux/daily'],
    },
    container: { mounts: [bind('/mnt/again/redux/daily')] },
    says: 'files of `/data/redux`, which mode `public` keeps hidden',
  },
  {
    name: 'a folder that carries a bind of a private release',
    host: { mounts: ['2 1 8:1 /data/redux/daily /srv/in/deep rw - ext4 /dev/sda1 rw'], folders: ['/srv/in/deep'] },
    container: { mounts: [bind('/srv')] },
    says: '`/srv/in/deep`',
  },
  {
    name: 'a private release bound below a shown one',
    host: { mounts: ['2 1 8:1 /data/redux/daily /data/redux/fuji/tiles rw - ext4 /dev/sda1 rw'] },
    container: { mounts: [fuji] },
    says: 'carries along what the host mounts at `/data/redux/fuji/tiles`',
  },
  {
    name: 'another disk mounted below a shown release',
    host: { mounts: ['2 1 8:9 / /data/redux/fuji/tiles rw - ext4 /dev/sdc rw'] },
    container: { mounts: [fuji] },
    says: 'carries along',
  },
  {
    name: 'a private release bound over a shown one',
    host: { mounts: ['2 1 8:1 /data/redux/daily /data/redux/fuji rw - ext4 /dev/sda1 rw'] },
    container: { mounts: [fuji] },
    says: 'really shows `/data/redux/daily`',
  },
  {
    name: 'a folder from elsewhere bound over a shown release',
    host: { mounts: ['2 1 8:1 /srv/unreleased /data/redux/fuji rw - ext4 /dev/sda1 rw'] },
    container: { mounts: [fuji] },
    says: 'really shows `/srv/unreleased`',
  },
  {
    name: 'a disk that is mounted on a shown and on a private release',
    host: {
      mounts: ['2 1 8:9 / /data/redux/fuji rw - ext4 /dev/sdc rw', '3 1 8:9 / /data/redux/daily rw - ext4 /dev/sdc rw'],
    },
    container: { mounts: [fuji] },
    says: 'daily',
  },
  {
    name: 'a private release that is a disk of its own, by its other mount',
    host: {
      mounts: ['2 1 8:9 / /data/redux/daily rw - ext4 /dev/sdc rw', '3 1 8:9 / /mnt/c rw - ext4 /dev/sdc rw'],
      folders: ['/mnt/c'],
    },
    container: { mounts: [bind('/mnt/c')] },
    says: 'refused',
  },
  {
    name: 'an overlay over the tree',
    host: {
      mounts: ['2 1 0:50 / /mnt/ov rw - overlay overlay rw,lowerdir=/data/redux:/srv,upperdir=/srv/up,workdir=/srv/w'],
      folders: ['/mnt/ov'],
    },
    container: { mounts: [bind('/mnt/ov')] },
    says: 'keeps hidden',
  },
  {
    name: 'a FUSE mirror of the tree',
    host: { mounts: ['2 1 0:51 / /mnt/fuse rw - fuse /data/redux rw'], folders: ['/mnt/fuse/daily'] },
    container: { mounts: [bind('/mnt/fuse/daily')] },
    says: 'files of `/data/redux`, which mode `public` keeps hidden',
  },
  {
    name: 'the tree by an NFS server on this machine',
    host: { mounts: ['2 1 0:52 / /mnt/nfs rw - nfs4 localhost:/data rw'], folders: ['/mnt/nfs/redux/daily'] },
    container: { mounts: [bind('/mnt/nfs/redux/daily')] },
    says: 'files of `/data/redux`, which mode `public` keeps hidden',
  },
  {
    name: 'the export of the tree mounted a second time under another device',
    host: {
      mounts: ['2 1 0:60 / /data/redux rw - nfs4 store:/desi/redux rw', '3 1 0:61 / /mnt/n rw - nfs4 store:/desi rw'],
      folders: ['/mnt/n/redux/daily'],
    },
    container: { mounts: [bind('/mnt/n/redux/daily')] },
    says: 'files of `/data/redux`, which mode `public` keeps hidden',
  },
  {
    name: 'a folder of an NFS tree bound to another place',
    host: {
      mounts: [
        '2 1 0:60 / /data/redux rw - nfs4 store:/desi/redux rw',
        '3 1 0:60 / /mnt/n rw - nfs4 store:/desi/redux/daily rw',
      ],
      folders: ['/mnt/n'],
    },
    container: { mounts: [bind('/mnt/n')] },
    says: 'files of `/data/redux`, which mode `public` keeps hidden',
  },
  {
    name: 'the tree in other letters on a disk that ignores case',
    host: { mounts: ['2 1 8:9 / /data rw - ntfs3 /dev/sdc rw'], folders: ['/data/REDUX/Daily'] },
    container: { mounts: [bind('/data/REDUX/Daily')] },
    says: 'files of `/data/redux`, which mode `public` keeps hidden',
  },

  // Writing.
  {
    name: 'a shown release that can be written to',
    container: { mounts: [{ ...fuji, readOnly: false }] },
    says: 'write to `/data/redux/fuji`',
  },
  {
    name: 'a folder inside a shown release that can be written to',
    container: { mounts: [bind('/data/redux/fuji/tiles', { readOnly: false })] },
    says: 'write to',
  },
  { name: 'the root, written to', container: { mounts: [bind('/data/redux', { readOnly: false })] }, says: 'write to' },
  {
    name: 'a shown release, written to under its other name',
    host: { mounts: ['2 1 8:1 /data/redux/fuji /mnt/f rw - ext4 /dev/sda1 rw'], folders: ['/mnt/f'] },
    container: { mounts: [bind('/mnt/f', { readOnly: false })] },
    says: 'write to',
  },
  {
    name: 'later mounts of the host, by propagation',
    container: { mounts: [{ ...fuji, propagation: 'rslave' }] },
    says: 'propagation `rslave`',
  },

  // Volumes.
  {
    name: 'a declared volume with bind options',
    container: { mounts: [volume('v', { options: { type: 'none', o: 'bind', device: '/data/redux' } })] },
    says: 'stands for `/data/redux`',
  },
  {
    name: 'a declared volume with rbind among its options',
    container: { mounts: [volume('v', { driver: 'local', options: { o: 'ro,rbind', device: '/data/redux/daily' } })] },
    says: 'daily',
  },
  {
    name: 'a volume without a type that names a folder',
    container: { mounts: [volume('v', { options: { device: '/data/redux/daily' } })] },
    says: 'daily',
  },
  {
    name: 'a bind-option volume that is there already',
    host: { volumes: { v: volumeFacts('v', { type: 'none', o: 'bind', device: '/data/redux' }) } },
    container: { mounts: [volume('v')] },
    says: 'stands for `/data/redux`',
  },
  {
    name: 'a harmless volume of the engine that is declared with bind options',
    host: { volumes: { v: volumeFacts('v', {}) } },
    container: { mounts: [volume('v', { options: { type: 'none', o: 'bind', device: '/data/redux/daily' } })] },
    says: 'daily',
  },
  {
    name: 'a bind-option volume through a link',
    host: { links: { '/srv/x': '/data/redux' } },
    container: { mounts: [volume('v', { options: { type: 'none', o: 'bind', device: '/srv/x' } })] },
    says: 'keeps hidden',
  },
  {
    name: 'a writable bind-option volume of a shown release',
    container: { mounts: [volume('v', { options: { type: 'none', o: 'bind', device: '/data/redux/fuji' } })] },
    says: 'write to',
  },
  {
    name: 'an overlay volume over the tree',
    container: {
      mounts: [
        volume('v', {
          options: { type: 'overlay', o: 'lowerdir=/data/redux,upperdir=/a,workdir=/b', device: 'overlay' },
        }),
      ],
    },
    says: 'cannot see',
  },
  {
    name: 'a disk as a volume',
    container: { mounts: [volume('v', { options: { type: 'ext4', device: '/dev/sda1' } })] },
    says: 'cannot see',
  },
  {
    name: 'an NFS volume',
    container: { mounts: [volume('v', { options: { type: 'nfs', o: 'addr=10.0.0.1', device: ':/desi' } })] },
    says: 'cannot see',
  },
  {
    name: 'a volume of another driver',
    host: { volumes: { v: volumeFacts('v', { mountpoint: '/data/redux' }, 'local-persist') } },
    container: { mounts: [volume('v')] },
    says: '`local-persist`',
  },
  {
    name: 'the tree bound over the folder of a volume',
    host: {
      mounts: ['2 1 8:1 /data/redux /var/lib/docker/volumes/cache/_data rw - ext4 /dev/sda1 rw'],
      folders: ['/var/lib/docker/volumes/cache/_data'],
    },
    container: { mounts: [volume('cache')] },
    says: 'stands for `/var/lib/docker/volumes/cache/_data`',
  },
  {
    name: 'the tree bound below the folder of a volume',
    host: { mounts: ['2 1 8:1 /data/redux/daily /var/lib/docker/volumes/cache/_data/x rw - ext4 /dev/sda1 rw'] },
    container: { mounts: [volume('cache')] },
    says: '_data/x',
  },
  {
    name: 'a link to a private release in place of the folder of a volume',
    host: {
      folders: ['/var/lib/docker/volumes/cache'],
      links: { '/var/lib/docker/volumes/cache/_data': '/data/redux/daily' },
      volumes: { cache: { ...volumeFacts('cache', {}), mountpoint: '/var/lib/docker/volumes/cache/_data' } },
    },
    container: { mounts: [volume('cache')] },
    says: '/data/redux/daily',
  },
  {
    name: 'a link to the tree in place of a volume, in storage that stands elsewhere',
    host: {
      folders: ['/srv/storage/volumes', '/data/redux/daily/_data'],
      links: { '/var/lib/storage': '/srv/storage', '/srv/storage/volumes/cache': '/data/redux/daily' },
      volumes: { cache: { ...volumeFacts('cache', {}), mountpoint: '/var/lib/storage/volumes/cache/_data' } },
    },
    container: { mounts: [volume('cache')] },
    says: '/data/redux/daily/_data',
  },

  // Places that open the host.
  { name: 'docker’s socket', container: { mounts: [bind('/var/run/docker.sock')] }, says: 'can mount any file' },
  { name: 'the folder of docker’s socket', container: { mounts: [bind('/run')] }, says: 'control sockets' },
  { name: 'podman’s socket', container: { mounts: [bind('/run/podman/podman.sock')] }, says: 'can mount any file' },
  {
    name: 'a socket of the engine at an unusual place',
    host: { folders: ['/opt/eng'], input: { address: 'unix:///opt/eng/s' } },
    container: { mounts: [bind('/opt/eng/s')] },
    says: 'can mount any file',
  },
  {
    name: 'a link to docker’s socket',
    host: { links: { '/home/me/s': '/var/run/docker.sock' } },
    container: { mounts: [bind('/home/me/s')] },
    says: 'can mount any file',
  },
  {
    name: 'a socket that is named like an engine’s',
    container: { mounts: [bind('/home/me/containerd.sock')] },
    says: 'can mount any file',
  },
  {
    name: 'the home folder with Colima’s socket in it',
    host: { folders: ['/home/me/.colima/default'] },
    container: { mounts: [bind('/home/me')] },
    says: '`/home/me/.colima`',
  },
  { name: '/proc', container: { mounts: [bind('/proc')] }, says: 'the kernel shows' },
  { name: '/proc/1/root', container: { mounts: [bind('/proc/1')] }, says: 'the kernel shows' },
  {
    name: 'proc mounted at another place',
    host: {
      mounts: ['2 1 0:21 / /proc rw - proc proc rw', '3 1 0:21 / /srv/chroot/proc rw - proc proc rw'],
      folders: ['/srv/chroot/proc'],
    },
    container: { mounts: [bind('/srv/chroot')] },
    says: 'the kernel shows',
  },
  { name: '/sys', container: { mounts: [bind('/sys')] }, says: 'the kernel shows' },
  { name: '/dev', container: { mounts: [bind('/dev')] }, says: 'whole disks' },
  {
    name: 'the engine’s own storage',
    container: { mounts: [bind('/var/lib/docker/volumes')] },
    says: 'keeps the volumes',
  },
  { name: 'a parent of the engine’s storage', container: { mounts: [bind('/var/lib')] }, says: '`/var/lib/docker`' },

  // Rights.
  { name: 'privileged', container: { privileged: true }, says: '`privileged`' },
  { name: 'the host’s processes', container: { pid: 'host' }, says: '`pid = host`' },
  { name: 'another container’s processes', container: { pid: 'container:db' }, says: '`pid = container:db`' },
  { name: 'the host’s shared memory', container: { ipc: 'host' }, says: '`ipc = host`' },
  { name: 'the host’s network', container: { network: 'host' }, says: '`network = host`' },
  { name: 'another container’s network', container: { network: 'container:db' }, says: '`network = container:db`' },
  { name: 'a disk as a device', container: { devices: ['/dev/sda1:/dev/x:r'] }, says: '`/dev/sda1:/dev/x:r`' },
  {
    name: 'a link to a disk as a device',
    host: { links: { '/dev/dri': '/dev/sda' } },
    container: { devices: ['/dev/dri'] },
    says: 'device',
  },
  { name: 'FUSE as a device', container: { devices: ['/dev/fuse'] }, says: '/dev/fuse' },
  ...['ALL', 'SYS_ADMIN', 'cap_sys_ptrace', 'CAP_SYS_MODULE', 'SYS_RAWIO', 'dac_read_search', 'MKNOD', 'BPF'].map(
    (name): Attack => ({
      name: `the capability ${name}`,
      container: { capAdd: ['NET_BIND_SERVICE', name] },
      says: `\`${name}\``,
    }),
  ),
  ...[
    'apparmor=unconfined',
    'seccomp=unconfined',
    'seccomp:unconfined',
    'systempaths=unconfined',
    'unmask=ALL',
    'label=type:spc_t',
  ].map(
    (option): Attack => ({
      name: `the security option ${option}`,
      container: { security: [option] },
      says: `\`${option}\``,
    }),
  ),

  // Other ways in.
  {
    name: 'a config file that lies in the tree',
    container: { mounts: [bind('/data/redux/daily/config.toml', { target: '/config/config.toml' })] },
    says: 'config.toml',
  },
  {
    name: 'an env file that lies in the tree',
    host: { input: { readFiles: [{ path: '/data/redux/daily/.env', what: 'env file' }] } },
    container: {},
    says: 'the env file `/data/redux/daily/.env`',
  },
  {
    name: 'an engine on another machine',
    host: { input: { address: 'ssh://me@far.example.org/run/docker.sock' } },
    container: { mounts: own },
    says: '`far.example.org`',
  },
  {
    name: 'a hidden root that the profile writes relative to the project',
    host: { input: { mode: { ...PUBLIC, hidden: ['../../../data/redux'], shown: [] } } },
    container: { mounts: [bind('/data/redux/fuji')] },
    says: 'files of `/data/redux`, which mode `public` keeps hidden',
  },
];

describe('a public mode refuses', () => {
  it.each(ATTACKS)('$name', async ({ host = {}, container, says }) => {
    const result = await auditOn(host, container);
    const texts = [...result.violations.map((one) => one.message), ...result.reachable.map((row) => row.why)];
    expect(texts.join('\n')).toContain(says);
    expect(result.violations).not.toEqual([]);
    for (const { message, hint } of result.violations) {
      expect(message).not.toContain('\n');
      expect(hint).toBeTruthy();
    }
    const refusal = auditRefusal(result);
    if (refusal === null) throw new Error('not refused');
    expect(refusalError(refusal).code).toBe('REFUSED');
  });
});

describe('a public mode allows', () => {
  const rows: readonly {
    readonly name: string;
    readonly host?: TestHost;
    readonly container: Partial<ContainerSpec>;
  }[] = [
    {
      name: 'the shown releases, the config file and a plain volume',
      host: { volumes: { cache: null } },
      container: { mounts: [...own, volume('cache')] },
    },
    { name: 'a folder and a file inside a shown release', container: { mounts: [bind('/data/redux/fuji/tiles')] } },
    {
      name: 'a shown name that links to another shown release',
      host: {
        links: { '/data/redux/edr': 'fuji' },
        input: { mode: { ...PUBLIC, shown: [...PUBLIC.shown, '/data/redux/edr'] } },
      },
      container: { mounts: [bind('/data/redux/edr')] },
    },
    {
      name: 'a link from elsewhere to a shown release',
      host: { links: { '/home/me/fuji': '/data/redux/fuji' } },
      container: { mounts: [bind('/home/me/fuji')] },
    },
    {
      name: 'a root that is a link, with releases named through it',
      host: {
        links: { '/redux': '/data/redux' },
        input: { mode: { ...PUBLIC, hidden: ['/redux'], shown: ['/redux/fuji'] } },
      },
      container: { mounts: [bind('/redux/fuji')] },
    },
    {
      name: 'a shown release that is a disk of its own',
      host: { mounts: ['2 1 8:9 / /data/redux/fuji ro - ext4 /dev/sdc ro'] },
      container: { mounts: [fuji] },
    },
    {
      name: 'a tree on a server, and releases that it mounts one by one',
      host: {
        mounts: [
          '2 1 0:60 / /data/redux ro - nfs4 store:/desi/redux ro',
          '3 2 0:60 / /data/redux/fuji ro - nfs4 store:/desi/redux/fuji ro',
        ],
      },
      container: { mounts: [fuji] },
    },
    {
      name: 'a tree that the host bound together from elsewhere',
      host: { mounts: ['2 1 8:1 /srv/tree /data/redux ro - ext4 /dev/sda1 rw'] },
      container: { mounts: [fuji] },
    },
    {
      name: 'a shown release under another name of the host',
      host: { mounts: ['2 1 8:1 /data/redux/fuji /mnt/f ro - ext4 /dev/sda1 rw'], folders: ['/mnt/f'] },
      container: { mounts: [bind('/mnt/f')] },
    },
    {
      name: 'a writable folder outside of the tree',
      container: { mounts: [bind('/data/other', { readOnly: false })] },
    },
    {
      name: 'a neighbour of the root with a longer name',
      host: { folders: ['/data/redux-public'] },
      container: { mounts: [bind('/data/redux-public')] },
    },
    {
      name: 'a volume of an engine whose storage is reached through a link',
      host: {
        folders: ['/data/docker/volumes/cache/_data'],
        links: { '/var/lib/engine': '/data/docker' },
        volumes: { cache: { ...volumeFacts('cache', {}), mountpoint: '/var/lib/engine/volumes/cache/_data' } },
      },
      container: { mounts: [volume('cache')] },
    },
    {
      name: 'a volume in memory',
      container: { mounts: [volume('v', { options: { type: 'tmpfs', device: 'tmpfs' } })] },
    },
    {
      name: 'a bind-option volume of something else',
      container: { mounts: [volume('v', { options: { type: 'none', o: 'bind', device: '/data/other' } })] },
    },
    { name: 'memory', container: { mounts: [bind('', { type: 'tmpfs', readOnly: false })] } },
    { name: 'graphics processors', container: { gpus: 'all', devices: ['/dev/dri', 'nvidia.com/gpu=all'] } },
    {
      name: 'harmless rights',
      container: {
        capAdd: ['NET_BIND_SERVICE'],
        capDrop: ['ALL'],
        security: ['no-new-privileges', 'label=disable'],
        network: 'desi',
        ipc: 'private',
      },
    },
    {
      name: 'an engine on this machine that answers over TCP',
      host: { input: { address: 'tcp://127.0.0.1:2375' } },
      container: { mounts: own },
    },
    { name: 'a home folder without sockets or storage of engines', container: { mounts: [bind('/home/me')] } },
  ];

  it.each(rows)('$name', async ({ host = {}, container }) => {
    expect((await auditOn(host, container)).violations).toEqual([]);
  });
});

describe('hosts that ignore case', () => {
  const mac = { platform: 'darwin', uid: 501, gid: 20, home: '/Users/me' } as const;

  it.each(['/data/REDUX/Daily', '/System/Volumes/Data/data/redux/daily', '/Data/redux'])(
    'macOS: %s',
    async (source) => {
      const result = await auditOn({ mounts: null, input: { host: mac } }, { mounts: [bind(source)] });
      expect(result.violations).toHaveLength(1);
      expect(result.notes).toContain(
        'This host has no mount table that podctl reads: paths and links were compared, mounts were not.',
      );
    },
  );

  const windows = { platform: 'win32', uid: null, gid: null, home: String.raw`C:\Users\me` } as const;
  const mode = { ...PUBLIC, hidden: [String.raw`D:\desi\redux`], shown: [String.raw`D:\desi\redux\fuji`] };

  it.each([
    String.raw`d:\DESI\redux\daily`,
    'D:/desi/redux',
    String.raw`D:\desi`,
    'D:\\',
    String.raw`\\?\D:\desi\redux\daily`,
    String.raw`\\localhost\D$\desi\redux`,
    String.raw`\\.\pipe\docker_engine`,
  ])('Windows: %s', async (source) => {
    const input = { host: windows, mode, address: null, project: String.raw`D:\project` };
    const result = await auditOn({ mounts: null, input }, { mounts: [bind(source)] });
    expect(result.violations).not.toEqual([]);
  });

  it('Windows: a shown release in other letters is shown', async () => {
    const input = { host: windows, mode, address: null, project: String.raw`D:\project` };
    const result = await auditOn({ mounts: null, input }, { mounts: [bind(String.raw`d:\desi\REDUX\Fuji`)] });
    expect(result.violations).toEqual([]);
  });
});

describe('the report', () => {
  it('lists everything of the host that can be reached, with where it really stands and why', async () => {
    const result = await auditOn(
      {
        links: { '/home/me/fuji': '/data/redux/fuji' },
        mounts: ['2 1 8:9 / /srv/in rw - ext4 /dev/sdc rw'],
        volumes: { cache: null },
      },
      {
        mounts: [
          bind('/home/me/fuji', { target: '/f' }),
          bind('/srv', { target: '/s', readOnly: false }),
          volume('cache'),
        ],
        devices: ['/dev/dri'],
      },
    );
    expect(
      result.reachable.map(({ source, real, target, access, why }) => [source, real, target, access, why]),
    ).toEqual([
      ['/home/me/fuji', '/data/redux/fuji', '/f', 'read', '`/data/redux/fuji` is shown by mode `public`'],
      ['/srv', '/srv', '/s', 'write', 'outside of everything that the mode hides'],
      [
        '/srv/in',
        '/srv/in',
        '/s/in',
        'write',
        'the host mounts it below `/srv`, and binds carry along what is mounted below them',
      ],
      ['cache', null, '/cache', 'write', 'engine volume: the engine keeps it, apart from the files of the host'],
      ['/dev/dri', '/dev/dri', '/dev/dri', 'write', 'the profile or a flag passes this device on'],
    ]);
  });

  it('judges nothing in a private mode, and lists all the same', async () => {
    const mode = { name: 'private', exposure: 'private', hidden: [], shown: [] } as const;
    const result = await auditOn({ input: { mode } }, { mounts: [bind('/data/redux')], privileged: true });
    expect(result.violations).toEqual([]);
    expect(result.reachable).toMatchObject([{ real: '/data/redux', why: 'mode `private` hides nothing' }]);
  });

  it('names the line of the profile that a violation comes from', async () => {
    const origins = {
      'mounts/data': [
        { kind: 'profile', file: 'podctl.toml', path: ['container', 'mounts', 'data'], line: 7, column: 1 },
      ],
    } as const;
    const result = await auditOn({ input: { origins } }, { mounts: [bind('/data/redux')] });
    expect(result.violations[0]?.at).toMatchObject({
      file: 'podctl.toml',
      line: 7,
      column: 1,
      key: 'container.mounts.data',
    });
  });

  it('says what it could not look at', async () => {
    const result = await auditOn(
      { input: { engine: { vm: true, assumed: true }, mode: { ...PUBLIC, hidden: ['/nowhere'], shown: [] } } },
      { mounts: [volume('cache')] },
    );
    expect(result.notes).toEqual([
      'Nothing is at `/nowhere` now, so its mounts and links could not be looked at.',
      'No engine was asked about its volumes: their declared options were judged.',
      'The engine runs in a virtual machine: what that machine mounts by itself was not looked at.',
    ]);
  });
});
