import { PodctlError } from '../../core/errors.js';
import { LABEL } from '../../core/project.js';
import { Secret } from '../../core/secret.js';
import type { ResolvedData } from '../../profile/resolve-data.js';
import type { Variables } from '../../profile/resolved.js';
import type { ContainerFacts } from '../../spec/facts.js';
import type { ServerFamily } from '../../spec/server-version.js';
import type { Context } from '../context.js';
import type { ServerAddress } from './server-talk.js';
import type { DataSite, EngineSide } from './site.js';

/** The kind of server that an entry's data belong to; null: no server's. */
export function familyOf({ holds }: Pick<ResolvedData, 'holds'>): ServerFamily | null {
  return holds === 'mariadb' || holds === 'mysql' || holds === 'postgres' ? holds : null;
}

export type ServerQuestion = {
  readonly entry: ResolvedData;
  readonly family: ServerFamily;
  readonly site: DataSite;
  readonly side: EngineSide;
  readonly via: 'cli' | 'api';
};

/** The running container that holds an entry's server, and how to ask it. Throws UNAVAILABLE when none runs. */
export async function serverAddress(question: ServerQuestion, { rooms, world }: Context): Promise<ServerAddress> {
  const { entry, family, site, side, via } = question;
  if (side === null || side.found.facts.assumed) throw notRunning(entry);
  const running = side.containers.filter((container) => container.state === 'running' && isServer(container, question));
  const [server, another] = running;
  if (server === undefined) throw notRunning(entry);
  if (another !== undefined) {
    const names = running.map(({ name }) => name).join(', ');
    throw new PodctlError('USAGE', `data \`${entry.key}\`: ${running.length} containers have its mount: ${names}`, {
      hint: 'stop all but the one that runs the server, or say which command it is: `command` in the [data] entry',
    });
  }
  const { facts, connection } = side.found;
  const { makeExecStream } = await rooms.execStream();
  return {
    family,
    container: server.name,
    user: entry.user,
    password: passwordOf(entry, site.variables),
    way: { engine: facts.name, version: facts.version, program: connection.program, globals: connection.globals },
    exec: makeExecStream(side.found, via, { host: world.host }),
  };
}

function isServer({ labels, mounts }: ContainerFacts, { entry, site }: ServerQuestion): boolean {
  if (labels[LABEL.project] !== site.project || labels[LABEL.beside] !== undefined) return false;
  if (entry.command !== null && labels[LABEL.command] !== entry.command) return false;
  const { type, source, target } = entry.mount;
  return mounts.some(
    (mount) => mount.type === type && mount.target === target && (type === 'bind' || mount.source === source),
  );
}

function passwordOf({ key, password }: ResolvedData, variables: Variables): Secret | null {
  if (password === null) return null;
  const value = variables[password]?.value;
  if (value === undefined) {
    throw new PodctlError('BAD_DATA', `data \`${key}\`: the variable \`${password}\` with the password is not set`, {
      hint: 'set it in the environment or in an env file',
    });
  }
  return new Secret(value);
}

function notRunning({ key, command }: ResolvedData): PodctlError {
  return new PodctlError('UNAVAILABLE', `data \`${key}\`: its server does not run, and only it can read them`, {
    hint: command === null ? 'start it first' : `start it with \`podctl ${command} --detach\``,
  });
}
