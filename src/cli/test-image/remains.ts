import { formatProject, LABEL } from '../../core/project.js';
import type { Remains } from '../../plan/decide-test.js';
import type { TestBed } from './bed.js';

/** What runs of this project left. `foreign`: what belongs to a podctl that nobody here can see; it is left alone. */
export type FoundRemains = { readonly gone: Remains; readonly foreign: readonly string[] };

const NOTHING: FoundRemains = { gone: { containers: [], networks: [] }, foreign: [] };

/** List what killed runs left on the engine: only what carries this project's label, a run's, and the name of a podctl that has ended. */
export async function findRemains({ chosen, found, observer, room }: TestBed): Promise<FoundRemains> {
  if (found.facts.assumed) return NOTHING;
  const project = `${LABEL.project}=${formatProject(chosen.project.id)}`;
  const [containers, networks] = await Promise.all([
    observer.containers([project, LABEL.test]),
    room.networks(project),
  ]);
  const ours = networks.filter(({ labels }) => LABEL.test in labels);
  const owners = new Set([...containers, ...ours].map(({ labels }) => labels[LABEL.owner] ?? ''));
  const states = new Map(
    await Promise.all([...owners].map(async (word) => [word, await room.ownerState(word)] as const)),
  );
  const stateOf = ({ labels }: { readonly labels: Readonly<Record<string, string>> }) =>
    states.get(labels[LABEL.owner] ?? '');
  const gone = containers.filter((container) => stateOf(container) === 'gone');
  return {
    gone: {
      containers: gone.map(({ name, state }) => ({ name, running: state === 'running' || state === 'paused' })),
      networks: ours.filter((network) => stateOf(network) === 'gone').map(({ name }) => name),
    },
    foreign: [...containers, ...ours].filter((one) => stateOf(one) === 'elsewhere').map(({ name }) => name),
  };
}
