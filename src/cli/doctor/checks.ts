import { isLocal } from '../../engine/doctor/details.js';
import { judgeAddresses } from '../../plan/doctor/addresses.js';
import type { CheckName } from '../../plan/doctor/checks.js';
import { judgeClock } from '../../plan/doctor/clock.js';
import { judgeDns } from '../../plan/doctor/dns.js';
import { judgeEngines } from '../../plan/doctor/engines.js';
import { type Finding, note, orOk } from '../../plan/doctor/finding.js';
import { judgeHealth } from '../../plan/doctor/health.js';
import { judgeInotify } from '../../plan/doctor/inotify.js';
import { judgeLogins } from '../../plan/doctor/logins.js';
import { judgeRootless } from '../../plan/doctor/rootless.js';
import { judgeScripts } from '../../plan/doctor/scripts.js';
import { judgeSelinux } from '../../plan/doctor/selinux.js';
import { judgeState } from '../../plan/doctor/state.js';
import { judgeStorage } from '../../plan/doctor/storage.js';
import { type Desk, lookUpName } from './desk.js';
import { lookAtDisk } from './disk.js';
import { lookAtPorts } from './ports.js';
import { lookAtProvider } from './provider.js';
import { lookAtProxy } from './proxy.js';

type Look = (desk: Desk) => Promise<readonly Finding[]>;

/** How each check comes to its findings. */
export const LOOKS = {
  engine: lookAtEngines,
  addresses: async (desk) =>
    judgeAddresses({ attempts: await desk.attempts(), variables: Object.keys(desk.context.world.host.env) }),
  provider: lookAtProvider,
  project: async (desk) => orOk((await desk.wants()).project, projectSeen(desk)),
  disk: lookAtDisk,
  storage: lookAtStorage,
  ports: lookAtPorts,
  data: lookAtDataOf,
  scripts: async (desk) => judgeScripts(await desk.room.scripts((await desk.wants()).binds)),
  dns: lookAtDns,
  clock: lookAtClock,
  rootless: async ({ room, found }) => judgeRootless({ ...(await room.rootless()), engine: found?.facts ?? null }),
  health: lookAtHealth,
  selinux: async ({ room, found, wants }) =>
    judgeSelinux({ state: await room.selinux(), engine: found?.facts ?? null, binds: (await wants()).binds }),
  inotify: async ({ room }) => judgeInotify(await room.inotify()),
  proxy: lookAtProxy,
  logins: async ({ room }) => judgeLogins(await room.logins()),
  state: async ({ room }) => judgeState(await room.ownFolder()),
} satisfies Record<CheckName, Look>;

const NO_ENGINE = [note('no engine answers, so this was not looked at')];

async function lookAtEngines(desk: Desk): Promise<readonly Finding[]> {
  const { found, by, failure, room, context } = desk;
  const [attempts, systemd] = await Promise.all([desk.attempts(), room.systemd()]);
  const chosen = found === null ? null : { facts: found.facts, foundBy: found.connection.foundBy };
  return judgeEngines({ platform: context.world.host.platform, chosen, by, failure, attempts, systemd });
}

function projectSeen({ project, stack }: Desk): string {
  const files = [...(project.profile === null ? [] : [project.profile]), ...(stack?.stack.files ?? [])];
  if (files.length > 0) return `${files.join(', ')} can be read`;
  return 'there is no podctl.toml and no compose file here, so only the machine is looked at';
}

async function lookAtStorage({ found, details }: Desk): Promise<readonly Finding[]> {
  const said = await details();
  if (found === null || said === null) return NO_ENGINE;
  return judgeStorage({ engine: found.facts, ...said });
}

async function lookAtDataOf({ wants }: Desk): Promise<readonly Finding[]> {
  const { data, looked } = await wants();
  const seen =
    looked.length === 0 ? 'no data are declared' : `${looked.join(', ')}: the image fits what wrote the data`;
  return orOk(data, seen);
}

async function lookAtDns({ found, room, inside, wants, details }: Desk): Promise<readonly Finding[]> {
  if (found === null) return NO_ENGINE;
  const name = lookUpName((await wants()).images);
  const [host, { look }, said] = await Promise.all([room.nameHere(name), inside(), details()]);
  return judgeDns({
    engine: found.facts,
    name,
    host,
    inside: look,
    containerNames: said?.network === 'netavark' && !found.facts.vm ? await room.containerNames() : null,
  });
}

async function lookAtClock({ found, details, inside, context }: Desk): Promise<readonly Finding[]> {
  if (found === null) return NO_ENGINE;
  const { clock, host } = context.world;
  const facts = { engine: found.facts, foundBy: found.connection.foundBy, platform: host.platform };
  if (isLocal(found, host.platform)) {
    return judgeClock({ ...facts, local: true, engineTime: null, hostTime: 0, uncertain: 0 });
  }
  const begin = clock.now();
  const said = (await details())?.time ?? null;
  const seen = said ?? ((await inside()).time ?? Number.NaN) * 1000;
  const end = clock.now();
  const engineTime = Number.isNaN(seen) ? null : seen;
  return judgeClock({ ...facts, local: false, engineTime, hostTime: end, uncertain: end - begin + 1_000 });
}

async function lookAtHealth({ found, room, wants }: Desk): Promise<readonly Finding[]> {
  if (found === null) return NO_ENGINE;
  const [systemd, { checked }] = await Promise.all([room.systemd(), wants()]);
  return judgeHealth({ engine: found.facts, systemd, checked });
}
