import { LABEL } from '../core/project.js';
import type { ContainerFacts } from '../spec/facts.js';
import { describeEndpoints } from './endpoints.js';
import { folderStep } from './make-step.js';
import { type Refusal, refuse } from './refusal.js';
import { type Decided, planOf, type RunInput } from './run-input.js';
import { apiSteps } from './run-steps-api.js';
import { cliSteps } from './run-steps-cli.js';
import { sidecarSteps } from './sidecar-steps.js';
import type { FileStep, Plan, Step } from './step.js';

/** The same command already runs: where, and how to stop it. Exit code 73. */
type AlreadyRunning = {
  readonly kind: 'running';
  readonly container: ContainerFacts;
  readonly message: string;
  readonly hint: string;
};

export type RunDecision = { readonly kind: 'plan'; readonly plan: Plan } | AlreadyRunning | Refusal;

/** Lay out every step that starts the container, from what was observed and what is wanted. */
export function decideRun(input: RunInput): RunDecision {
  const inTheWay = judgeNamed(input);
  if (inTheWay !== 'free' && inTheWay !== 'stale') return inTheWay;
  const image = judgeImage(input);
  if (image !== 'present' && image !== 'pull') return image;
  const decided = { stale: inTheWay === 'stale', pull: image === 'pull' };
  return { kind: 'plan', plan: planOf(input, [...folders(input), ...withSidecars(input, decided)]) };
}

// In the background the application starts first: one that does not start leaves nothing beside it. Attached, it is the last to start,
// for nothing can follow it.
function withSidecars(input: RunInput, decided: Decided): readonly Step[] {
  const around = (input.sidecars ?? []).map((sidecar) => sidecarSteps(input, sidecar));
  const shared = new Set(
    (input.sidecars ?? []).flatMap(({ replicate }) => replicate.mounts.map(({ source }) => source)),
  );
  const volumes = Object.fromEntries(Object.entries(input.volumes).filter(([name]) => !shared.has(name)));
  const own = { ...input, volumes };
  const steps = input.via === 'cli' ? cliSteps(own, decided) : apiSteps(own, decided);
  const before = around.flatMap((one) => one.before);
  const start = around.flatMap((one) => one.start);
  if (input.shape.detach) return [...before, ...steps, ...start];
  return [...before, ...start, ...steps, ...around.flatMap((one) => one.stop)];
}

/** The same as if nothing stood in the way: no container of the name, and an image that can be started. */
export function decideUnhindered(input: RunInput): RunDecision {
  const decision = decideRun({ ...input, named: null, lease: 'none' });
  if (decision.kind === 'plan') return decision;
  return decideRun({ ...input, named: null, lease: 'none', image: { ...input.image, presence: 'unasked' } });
}

function judgeNamed(input: RunInput): 'free' | 'stale' | AlreadyRunning | Refusal {
  const { named, spec, lease } = input;
  if (named === null) return 'free';
  const project = spec.labels[LABEL.project];
  if (project === undefined || named.labels[LABEL.project] !== project) {
    const hint = `remove or rename it (\`${input.connection.program} rm ${named.name}\`), if it is yours to remove`;
    return refuse(
      'CANNOT_CREATE',
      `the name \`${named.name}\` is taken by a container that is not of this project`,
      hint,
    );
  }
  if (named.state === 'removing') {
    return refuse(
      'TRY_AGAIN',
      `the container \`${named.name}\` of an earlier run is just being removed`,
      'run the command again in a moment',
    );
  }
  const starting = named.state === 'created' && lease === 'held';
  const alive = ['running', 'paused', 'restarting'].includes(named.state) || starting;
  // Whoever was attached to it is gone, killed before it could clean up: nobody waits for this container any more.
  return !alive || lease === 'abandoned' ? 'stale' : alreadyRunning(named);
}

function alreadyRunning(container: ContainerFacts): AlreadyRunning {
  const command = container.labels[LABEL.command];
  const mode = container.labels[LABEL.mode];
  const inMode = mode === undefined || mode === '' ? '' : ` in mode \`${mode}\``;
  const where = describeEndpoints(container.ports);
  const what = `${command === undefined ? 'this container' : `\`${command}\`${inMode}`} already runs`;
  const state = container.state === 'paused' ? ', paused' : '';
  const flags = inMode === '' ? '' : ` -m ${mode}`;
  return {
    kind: 'running',
    container,
    message: `${what}${where === null ? '' : ` on ${where}`}, in container \`${container.name}\`${state}`,
    hint: `stop it with \`podctl stop ${command ?? container.name}${flags}\`, or look at it with \`podctl logs ${command ?? container.name}${flags}\``,
  };
}

function judgeImage({ image, spec, via }: RunInput): 'present' | 'pull' | Refusal {
  // The engine's program has a flag for it, the API's call for a container has none.
  if (spec.pull === 'always' && via === 'api') return 'pull';
  if (image.presence !== 'missing') return 'present';
  if (image.buildable !== null) {
    return refuse('UNAVAILABLE', `the image \`${spec.image}\` is not there yet`, 'build it with `podctl build`');
  }
  if (spec.pull === 'never') {
    return refuse(
      'UNAVAILABLE',
      `the image \`${spec.image}\` is not there, and the profile says never to pull it`,
      'load or build the image, or take `pull = "never"` out',
    );
  }
  return 'pull';
}

function folders({ spec, missing, folderOwner }: RunInput): readonly FileStep[] {
  return spec.mounts
    .filter((mount) => mount.type === 'bind' && mount.create && missing.has(mount.key))
    .map((mount) => {
      const step = folderStep(mount.source, null, `mount \`${mount.key}\` asks for its folder to be made`);
      return folderOwner === undefined ? step : { ...step, owner: folderOwner };
    });
}
