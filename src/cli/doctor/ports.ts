import { LABEL } from '../../core/project.js';
import type { Finding } from '../../plan/doctor/finding.js';
import { judgePorts, type WantedPort } from '../../plan/doctor/ports.js';
import type { ContainerFacts } from '../../spec/facts.js';
import type { Desk } from './desk.js';
import { projectLabel } from './wants.js';

const LIST_MS = 3_000;

/** Try the ports that the project wants; of a taken one, see whether a container publishes it. */
export async function lookAtPorts({
  wants,
  context,
  observer,
  found,
  project,
  room,
}: Desk): Promise<readonly Finding[]> {
  const { ports } = await wants();
  const { portState } = await context.rooms.ports();
  const { files, host } = context.world;
  const tried = await Promise.all(
    ports.map(async (port) => ({ ...port, answer: await portState(port, { files, platform: host.platform }) })),
  );
  const taken = tried.some(({ answer }) => !answer.free && answer.why === 'taken');
  // That it is taken is worth more than by which container.
  const asked = taken && observer !== null ? room.within(LIST_MS, () => observer.containers([])) : null;
  const containers = (await asked) ?? [];
  const label = projectLabel(project);
  const wanted = tried.map(
    ({ address, port, by, answer }): WantedPort => ({
      address,
      port,
      by,
      answer,
      container: answer.free ? null : publisher(port, containers, label),
    }),
  );
  return judgePorts({ ports: wanted, engine: found?.facts ?? null });
}

function publisher(port: number, containers: readonly ContainerFacts[], own: string): WantedPort['container'] {
  const found = containers.find(
    ({ ports, state }) => state === 'running' && ports.some(({ hostPort }) => hostPort === port),
  );
  if (found === undefined) return null;
  const project = found.labels[LABEL.project] ?? found.labels['com.docker.compose.project'] ?? null;
  return { name: found.name, project, own: project === own };
}
