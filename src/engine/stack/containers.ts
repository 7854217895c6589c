import { COMPOSE_LABEL } from '../../core/compose-label.js';
import type { SeenContainer, SeenHealth } from '../../plan/stack/wait.js';
import type { Tools } from '../ask.js';
import type { FoundEngine } from '../engine.js';
import { toContainer } from '../inspect.js';
import { asList, asObject, asText, type Json, parseJson } from '../json.js';
import { makeSource, reachOf } from '../observe.js';

const TIMEOUT_MS = 60_000;

/** Reads the containers of a stack, as `inspect` gives them; those of `run` are left out. */
export function makeStackReader(found: FoundEngine, tools: Tools): (project: string) => Promise<readonly Json[]> {
  const source = makeSource(reachOf(found), tools);
  const { connection } = found;
  const inspectAll = async (ids: readonly string[]): Promise<readonly Json[]> => {
    if (ids.length === 0) return [];
    if (connection.address !== null) {
      const answers = await Promise.all(ids.map((id) => source.inspect('container', id)));
      return answers.filter((answer) => answer !== null);
    }
    const args = [...connection.globals, 'container', 'inspect', ...ids];
    const { stdout } = await tools.run({ file: connection.program, args, timeout: TIMEOUT_MS });
    // One that went away meanwhile is an error beside the answers for the others.
    return asList(parseJson(stdout)).map(asObject);
  };
  return async (project) => {
    const all = await inspectAll(await source.list([`${COMPOSE_LABEL.project}=${project}`]));
    return all.filter((container) => labelOf(container, COMPOSE_LABEL.oneOff).toLowerCase() !== 'true');
  };
}

/** A label of an inspected container; '' where it has none of that name. */
export function labelOf(container: Json, name: string): string {
  return asText(asObject(asObject(container['Config'])['Labels'])[name]);
}

/** How an inspected container stands, but for what only time and its ports tell. */
export function toSeen(container: Json): Omit<SeenContainer, 'ranFor' | 'ports'> {
  const { name, state, oomKilled } = toContainer(container);
  const { ExitCode: code } = asObject(container['State']);
  const { RestartCount: restarts } = container;
  const policy = asObject(asObject(container['HostConfig'])['RestartPolicy']);
  return {
    service: labelOf(container, COMPOSE_LABEL.service),
    name,
    state,
    exitCode: typeof code === 'number' && state !== 'running' && state !== 'created' ? code : null,
    oomKilled,
    health: healthOf(container),
    restart: asText(policy['Name']) || 'no',
    restarts: typeof restarts === 'number' ? restarts : 0,
  };
}

/**
 * Whether the kernel itself leads from a published port to who listens in the container, as it does for podman as root on a bridge. Docker
 * and rootless podman have a program between, which takes connections before anybody listens.
 */
export function leadsStraight(container: Json, { facts }: Pick<FoundEngine, 'facts'>): boolean {
  const mode = asText(asObject(container['HostConfig'])['NetworkMode']);
  return facts.name === 'podman' && !facts.rootless && !facts.vm && mode === 'bridge';
}

/** Where the containers of a docker that runs as root on this machine are reached without its forwarder; null: they are not. */
export function ownAddress(container: Json, { facts, connection }: FoundEngine): string | null {
  const isHere = facts.name === 'docker' && !facts.rootless && !facts.vm && connection.address?.startsWith('unix:');
  if (isHere !== true) return null;
  const networks = Object.values(asObject(asObject(container['NetworkSettings'])['Networks']));
  return networks.map((network) => asText(asObject(network)['IPAddress'])).find((address) => address !== '') ?? null;
}

/** The health check of a container; null where it has none. Times in milliseconds. */
export function healthCheckOf(container: Json): { readonly interval: number; readonly timeout: number } | null {
  const check = asObject(asObject(container['Config'])['Healthcheck']);
  const [kind = 'NONE'] = asList(check['Test']);
  if (kind === 'NONE') return null;
  return { interval: milliseconds(check['Interval']), timeout: milliseconds(check['Timeout']) };
}

/** When the last health check ended, and what it said. */
export function lastHealth(container: Json): { readonly end: number; readonly output: string } | null {
  const last = asObject(asList(asObject(asObject(container['State'])['Health'])['Log']).at(-1));
  const end = Date.parse(asText(last['End']));
  return Number.isNaN(end) ? null : { end, output: asText(last['Output']) };
}

function healthOf(container: Json): SeenHealth {
  if (healthCheckOf(container) === null) return 'none';
  const status = asText(asObject(asObject(container['State'])['Health'])['Status']);
  return status === 'healthy' || status === 'unhealthy' ? status : 'starting';
}

function milliseconds(nanoseconds: unknown): number {
  return typeof nanoseconds === 'number' ? nanoseconds / 1e6 : 0;
}
