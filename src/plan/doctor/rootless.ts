import type { EngineFacts } from '../../spec/facts.js';
import { type Finding, note, ok, orOk, problem, warning } from './finding.js';

/** What a rootless engine needs of its machine. Texts are those of the files, null where there is none. */
export type RootlessFacts = {
  readonly platform: string;
  /** The engine in use; null: none answers. */
  readonly engine: Pick<EngineFacts, 'name' | 'rootless' | 'vm' | 'cgroup'> | null;
  readonly uid: number | null;
  /** Name of this user; its number where it has none. */
  readonly user: string;
  readonly subuid: string | null;
  readonly subgid: string | null;
  readonly newuidmap: boolean;
  /** podman is installed: without an engine that answers, it is the one that this could keep from it. */
  readonly podman: boolean;
  readonly systemd: boolean;
  readonly lingers: boolean;
  /** XDG_RUNTIME_DIR. `state` null: it is not set. */
  readonly runtime: { readonly path: string; readonly state: 'good' | 'missing' | 'foreign' } | null;
  /** Controllers that this user's containers get; null: not cgroup v2, or not to be seen. */
  readonly controllers: readonly string[] | null;
  /** Most user namespaces; null: not readable. */
  readonly namespaces: number | null;
};

/** Whether this machine is set up for an engine without root. */
export function judgeRootless(facts: RootlessFacts): readonly Finding[] {
  const { engine, platform, uid, podman } = facts;
  if (platform !== 'linux' || engine?.vm === true) return [ok('containers run in a virtual machine, as root there')];
  if (engine === null && (uid === 0 || !podman)) return [ok('no rootless engine is here')];
  if (engine?.rootless === false) return [ok('the engine runs as root')];
  return orOk(
    [
      ...ranges(facts),
      ...mapper(facts),
      ...namespaces(facts),
      ...runtimeFolder(facts),
      ...lingering(facts),
      ...cgroups(facts),
    ],
    `${facts.user} has ranges of ids, a runtime folder and cgroups of its own`,
  );
}

/** How many ids of a file like /etc/subuid belong to a user; its lines are NAME-OR-UID:FIRST:COUNT. */
export function idsOf(text: string | null, user: string, uid: number | null): number {
  const rows = (text ?? '').split('\n').map((line) => line.trim().split(':'));
  const own = rows.filter(([name = '']) => name !== '' && (name === user || name === String(uid)));
  return own.reduce((sum, row) => sum + (Number.parseInt(row[2] ?? '', 10) || 0), 0);
}

const ENOUGH_IDS = 65_536;

function ranges({ subuid, subgid, user, uid, engine }: RootlessFacts): readonly Finding[] {
  const [uids, gids] = [idsOf(subuid, user, uid), idsOf(subgid, user, uid)];
  if (uids >= ENOUGH_IDS && gids >= ENOUGH_IDS) return [];
  const migrate = engine === null || engine.name.startsWith('podman') ? ' && podman system migrate' : '';
  const said = {
    why: 'images with files of other users cannot be unpacked ("potentially insufficient UIDs or GIDs")',
    mend: `sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${user}${migrate} (choose numbers that nobody else has there)`,
  };
  const seen = `${user} has ${uids} ids in /etc/subuid and ${gids} in /etc/subgid, and an image may need ${ENOUGH_IDS}`;
  return [uids === 0 || gids === 0 ? problem(seen, said) : warning(seen, said)];
}

function mapper({ newuidmap }: RootlessFacts): readonly Finding[] {
  if (newuidmap) return [];
  return [
    problem('newuidmap is not installed', {
      why: 'without it nothing can give a container more than one user',
      mend: 'sudo apt-get install uidmap (Fedora: sudo dnf install shadow-utils)',
    }),
  ];
}

function namespaces(facts: RootlessFacts): readonly Finding[] {
  if (facts.namespaces !== 0) return [];
  return [
    problem('user namespaces are switched off (user.max_user_namespaces is 0)', {
      why: 'no rootless container can start',
      mend: 'echo user.max_user_namespaces=28633 | sudo tee /etc/sysctl.d/60-userns.conf && sudo sysctl --system',
    }),
  ];
}

function runtimeFolder({ runtime, uid, user, systemd }: RootlessFacts): readonly Finding[] {
  const usual = `/run/user/${uid ?? ''}`;
  const make = systemd ? `sudo loginctl enable-linger ${user}` : `sudo install -d -m 700 -o ${user} ${usual}`;
  if (runtime === null) {
    return [
      warning('XDG_RUNTIME_DIR is not set', {
        why: 'the engine keeps its sockets and locks in a folder that other shells of this user do not find',
        mend: `export XDG_RUNTIME_DIR=${usual} (a login over ssh or at the screen sets it, su and sudo do not)`,
      }),
    ];
  }
  if (runtime.state === 'good') return [];
  const what = runtime.state === 'missing' ? 'is not there' : `does not belong to ${user}`;
  return [
    problem(`XDG_RUNTIME_DIR=${runtime.path} ${what}`, {
      why: 'the engine cannot keep its sockets and locks there',
      mend: runtime.state === 'missing' && runtime.path === usual ? make : `export XDG_RUNTIME_DIR=${usual}`,
    }),
  ];
}

function lingering({ systemd, lingers, user }: RootlessFacts): readonly Finding[] {
  if (!systemd || lingers) return [];
  return [
    warning(`${user} does not linger`, {
      why: "systemd ends this user's containers at the last logout, and starts none after a boot",
      mend: `loginctl enable-linger ${user}`,
    }),
  ];
}

const NEEDED = ['cpu', 'memory', 'pids'] as const;

function cgroups({ engine, controllers, uid }: RootlessFacts): readonly Finding[] {
  if (engine?.cgroup === 1) {
    return [
      note('this machine has cgroup v1', {
        why: 'a rootless engine passes over limits of memory and processors there, and cannot pause',
        mend: 'boot with systemd.unified_cgroup_hierarchy=1',
      }),
    ];
  }
  if (controllers === null) return [];
  const missing = NEEDED.filter((name) => !controllers.includes(name));
  if (missing.length === 0) return [];
  return [
    warning(`cgroup controllers are not passed on to user ${uid ?? ''}: ${missing.join(', ')}`, {
      why: 'limits of memory and processors are refused or do nothing',
      mend: String.raw`sudo mkdir -p /etc/systemd/system/user@.service.d && printf '[Service]\nDelegate=cpu cpuset io memory pids\n' | sudo tee /etc/systemd/system/user@.service.d/delegate.conf && sudo systemctl daemon-reload, then log in again`,
    }),
  ];
}
