import { askSocket } from '../setup/socket.mjs';
import type { TestEngine } from './engines.js';

type Asked = Pick<TestEngine, 'name' | 'socket'>;

/**
 * Names of the containers with these labels (`name` or `name=value`), ended ones too; with `running` only those that run. The API is asked:
 * starting the engine's program costs a busy machine a second.
 */
export async function containersWith(
  engine: Asked,
  { labels, running = false }: { readonly labels: readonly string[]; readonly running?: boolean },
): Promise<readonly string[]> {
  const found = await list<{ readonly Names: readonly string[] }>(engine, `/containers/json?all=${!running}`, {
    label: labels,
  });
  return found.map(({ Names: [name = ''] }) => name.replace('/', ''));
}

/** Names of the networks with this label. */
export async function networksWith(engine: Asked, label: string): Promise<readonly string[]> {
  const found = await list<{ readonly Name: string }>(engine, '/networks?', { label: [label] });
  return found.map(({ Name }) => Name);
}

/** Whether a container of this name is there, running or not. */
export async function hasContainer(engine: Asked, name: string): Promise<boolean> {
  const found = await list<object>(engine, '/containers/json?all=true', { name: [`^/?${name}$`] });
  return found.length > 0;
}

async function list<Found>(
  { name, socket }: Asked,
  path: string,
  filters: Readonly<Record<string, readonly string[]>>,
): Promise<readonly Found[]> {
  const text = await askSocket(socket ?? '', `${path}&filters=${encodeURIComponent(JSON.stringify(filters))}`);
  if (text === undefined) throw new Error(`${name} does not answer at ${socket}: ${path}`);
  return JSON.parse(text) as readonly Found[];
}
