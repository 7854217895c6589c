import { ifPossible } from '../../core/errors.js';
import type { knock } from '../../io/net-port.js';
import type { SeenContainer, WantedService } from '../../plan/stack/wait.js';
import type { FoundEngine } from '../engine.js';
import { toContainer } from '../inspect.js';
import type { Json } from '../json.js';
import type { Probe } from '../probe.js';
import { leadsStraight, ownAddress } from './containers.js';
import { isFar } from './due-health.js';

export type PortsDesk = {
  readonly found: FoundEngine;
  readonly tools: { readonly knock: typeof knock; readonly probe: Probe };
  /** Gets ports that answered, and they are not tried again. */
  readonly answered: Set<string>;
};

/** A published port, and the one `inside` that it leads to. */
type Place = { readonly address: string; readonly port: number; readonly inside: number };

const HOLD_MS = 200;
/** A container of this machine answers or refuses at once. */
const DIRECT_MS = 50;

/** Try the ports of a running container: all that are published, or the one that is wanted. */
export async function answeringPorts(
  container: Json,
  wanted: WantedService | undefined,
  desk: PortsDesk,
): Promise<SeenContainer['ports']> {
  // Ports of another machine may well be closed to this one.
  if (isFar(desk.found)) return [];
  const { id, startedAt, ports } = toContainer(container);
  const published = ports.filter(
    ({ protocol, hostPort, containerPort }) =>
      protocol === 'tcp' && hostPort > 0 && (wanted?.port === undefined || wanted.port === containerPort),
  );
  if (wanted?.port !== undefined && published.length === 0) {
    return [{ at: `port ${wanted.port}, which is not published`, answers: false }];
  }
  const places = new Map(
    published.map(({ address, hostPort: port, containerPort: inside }) => {
      const place = { address: reachable(address), port, inside };
      return [`${place.address}:${port}`, place];
    }),
  );
  const { answered } = desk;
  return Promise.all(
    [...places].map(async ([at, place]) => {
      const key = `${id} ${startedAt} ${at}`;
      const answers = answered.has(key) || (await doesAnswer(place, { container, path: wanted?.path }, desk));
      if (answers) answered.add(key);
      return { at, answers };
    }),
  );
}

type Behind = { readonly container: Json; readonly path: string | undefined };

async function doesAnswer(place: Place, { container, path }: Behind, desk: PortsDesk): Promise<boolean> {
  const { address, port } = place;
  const { knock: knockAt, probe } = desk.tools;
  if (path === undefined) {
    const direct = leadsStraight(container, desk.found) || (await doesListen(container, place, desk));
    return (await knockAt({ address, port, holdMs: HOLD_MS, direct })) === 'open';
  }
  const host = address.includes(':') ? `[${address}]` : address;
  const answer = await ifPossible(() => probe(`tcp://${host}:${port}`, { path }));
  return answer !== null && answer.status < 500;
}

// Who listens behind a forwarder is known at once, where the container itself can be reached.
async function doesListen(container: Json, { inside: port }: Place, { found, tools }: PortsDesk): Promise<boolean> {
  const address = ownAddress(container, found);
  return address !== null && (await tools.knock({ address, port, holdMs: DIRECT_MS, direct: true })) === 'open';
}

// An address that means every interface is reached through the loopback one.
function reachable(address: string): string {
  return ['0.0.0.0', '::', ''].includes(address) ? '127.0.0.1' : address;
}
