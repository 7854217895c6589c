import { ifPossible } from '../../core/errors.js';
import type { Files } from '../../io/files.js';
import { findProgram } from '../../io/find-program.js';
import type { Host } from '../../io/host.js';
import type { InotifyFacts } from '../../plan/doctor/inotify.js';
import type { RootlessFacts } from '../../plan/doctor/rootless.js';
import type { SelinuxFacts } from '../../plan/doctor/selinux.js';

type Surroundings = { readonly host: Host; readonly files: Files };

/** systemd runs this machine, by the test of sd_booted(3). */
export async function hasSystemd({ files }: Surroundings): Promise<boolean> {
  return (await ifPossible(() => files.stat('/run/systemd/system')))?.kind === 'directory';
}

/** The kernel's limits of watched files. */
export async function readInotify(surroundings: Surroundings): Promise<InotifyFacts> {
  const folder = '/proc/sys/fs/inotify';
  const [watches, instances] = await Promise.all([
    readNumber(`${folder}/max_user_watches`, surroundings),
    readNumber(`${folder}/max_user_instances`, surroundings),
  ]);
  return { watches, instances };
}

/** Whether the kernel enforces SELinux. */
export async function readSelinux(surroundings: Surroundings): Promise<SelinuxFacts['state']> {
  const enforce = await readNumber('/sys/fs/selinux/enforce', surroundings);
  return enforce === null ? 'absent' : enforce === 1 ? 'enforcing' : 'permissive';
}

const AARDVARK = [
  '/usr/lib/podman',
  '/usr/libexec/podman',
  '/usr/local/lib/podman',
  '/usr/local/libexec/podman',
  '/usr/bin',
];

/** podman's program for names of other containers is installed; null: not to be seen from here. */
export async function hasContainerNames({ host, files }: Surroundings): Promise<boolean | null> {
  if (host.platform !== 'linux') return null;
  const found = await Promise.all(AARDVARK.map((folder) => ifPossible(() => files.stat(`${folder}/aardvark-dns`))));
  return found.some((stat) => stat !== null);
}

/** What a rootless engine needs of this machine. */
export async function readRootless(surroundings: Surroundings): Promise<Omit<RootlessFacts, 'engine'>> {
  const { host, files } = surroundings;
  const user = await userName(surroundings);
  const text = (path: string): Promise<string | null> => ifPossible(() => files.readText(path));
  const [subuid, subgid, newuidmap, podman, systemd, lingers, runtime, controllers, namespaces] = await Promise.all([
    text('/etc/subuid'),
    text('/etc/subgid'),
    findProgram('newuidmap', { host, files, folder: host.cwd }),
    findProgram('podman', { host, files, folder: host.cwd }),
    hasSystemd(surroundings),
    ifPossible(() => files.stat(`/var/lib/systemd/linger/${user}`)),
    readRuntime(surroundings),
    readControllers(surroundings),
    readNumber('/proc/sys/user/max_user_namespaces', surroundings),
  ]);
  const { platform, uid } = host;
  const programs = { newuidmap: newuidmap !== null, podman: podman !== null, systemd, lingers: lingers !== null };
  return { platform, uid, user, subuid, subgid, ...programs, runtime, controllers, namespaces };
}

async function userName({ host, files }: Surroundings): Promise<string> {
  const passwd = (await ifPossible(() => files.readText('/etc/passwd'))) ?? '';
  const row = passwd.split('\n').find((line) => line.split(':')[2] === String(host.uid));
  return row?.split(':')[0] ?? String(host.uid ?? '');
}

async function readRuntime({ host, files }: Surroundings): Promise<RootlessFacts['runtime']> {
  const path = host.env['XDG_RUNTIME_DIR'] ?? '';
  if (path === '') return null;
  const stat = await ifPossible(() => files.stat(path));
  if (stat === null) return { path, state: 'missing' };
  return { path, state: stat.uid === host.uid ? 'good' : 'foreign' };
}

// The user's own part of the tree, where systemd made one; nothing can be said of other set-ups.
async function readControllers({ host, files }: Surroundings): Promise<readonly string[] | null> {
  const part = `/sys/fs/cgroup/user.slice/user-${host.uid}.slice/user@${host.uid}.service/cgroup.controllers`;
  const text = await ifPossible(() => files.readText(part));
  return text === null
    ? null
    : text
        .trim()
        .split(/\s+/)
        .filter((name) => name !== '');
}

async function readNumber(path: string, { files }: Surroundings): Promise<number | null> {
  const text = await ifPossible(() => files.readText(path));
  const value = Number.parseInt(text ?? '', 10);
  return Number.isNaN(value) ? null : value;
}
