import { renderLifecycle } from '../render/argv/verbs.js';
import type { Sidecar } from '../spec/litestream.js';
import type { ContainerSpec, RunShape } from '../spec/spec.js';

import { engineStep, execStep, folderOf, folderStep, wayOf } from './make-step.js';
import type { RunInput } from './run-input.js';
import { apiSteps } from './run-steps-api.js';
import { cliSteps } from './run-steps-cli.js';
import type { EngineStep, ExecStep, Step } from './step.js';

/** Steps around the application's own: what comes first, what runs beside it, and its end, which is done in every case. */
export type AroundSteps = {
  readonly before: readonly Step[];
  readonly start: readonly Step[];
  readonly stop: readonly Step[];
};

/** Lay out one sidecar of a start. The first of its containers makes the volumes that it shares with the application. */
export function sidecarSteps(input: RunInput, sidecar: Sidecar): AroundSteps {
  const { config, restore, replicate } = sidecar;
  const write: Step = {
    do: 'file',
    action: 'write',
    path: config.path,
    mode: 0o644,
    content: config.content,
    always: false,
    why: "Litestream's config; keys of the store are not in it",
  };
  return {
    before: [
      folderStep(folderOf(config.path), 0o700, "Litestream's config stands here"),
      write,
      ...sidecar.stale.map((name) => removal(input, name, 'an earlier run left it')),
      ...oneShot({ ...input, spec: restore, shape: ONCE }, sidecar),
    ],
    start: beside({ ...input, spec: replicate, shape: { detach: true, remove: false }, volumes: {} }),
    stop: stopSteps(input, replicate),
  };
}

const ONCE: RunShape = { detach: false, remove: true };
const RESTORE_WHY = 'the newest copy is fetched where the database is missing and a copy is there';
const BESIDE_WHY = 'copies what the application writes, as long as it runs';

/** Its words are kept for errors, and any exit code but 0 ends the plan. */
function oneShot(input: RunInput, { pull }: Sidecar): readonly Step[] {
  const own = ownInput(input);
  const decided = { stale: false, pull };
  if (input.via === 'cli') {
    return cliSteps(own, decided).map((step) => {
      if (step.do !== 'exec' || step.output !== 'attached') return step;
      const { container: _, ...rest } = step;
      return { ...rest, output: 'quiet', why: RESTORE_WHY };
    });
  }
  // An engine that removes it by itself could do so before its exit code is asked for.
  const steps = apiSteps({ ...own, shape: { detach: false, remove: false } }, decided).map((step): Step => {
    if (step.do !== 'engine' || step.output !== 'attached') return step;
    const { container: _, ...rest } = step;
    return { ...rest, output: 'quiet', why: RESTORE_WHY };
  });
  const wait = engineStep(input, {
    method: 'POST',
    path: `/containers/${encodeURIComponent(own.spec.name)}/wait`,
    output: 'quiet',
    why: 'nothing starts before it has ended well',
  });
  return [...steps, { ...wait, expects: 'exit-0' }, { ...removal(input, own.spec.name, 'it has ended'), always: true }];
}

function beside(input: RunInput): readonly Step[] {
  const own = ownInput(input);
  const decided = { stale: false, pull: false };
  const steps = input.via === 'cli' ? cliSteps(own, decided) : apiSteps(own, decided);
  return steps.map((step) =>
    step.do !== 'file' && step.output === 'result' ? { ...step, output: 'quiet', why: BESIDE_WHY } : step,
  );
}

// What belongs to the application alone.
function ownInput(input: RunInput): RunInput {
  const { spec } = input;
  const envFile = `${folderOf(input.envFile)}${separatorOf(input.envFile)}${spec.name}.env`;
  return { ...input, envFile, leftSecrets: [], sidecars: [], missing: new Set<string>() };
}

function separatorOf(path: string): string {
  return path.includes('\\') ? '\\' : '/';
}

function stopSteps(input: RunInput, { name }: ContainerSpec): readonly Step[] {
  const why = 'the application has ended; what it wrote last is copied';
  const stop: ExecStep | EngineStep =
    input.via === 'cli'
      ? execStep(renderLifecycle(wayOf(input), { verb: 'stop', containers: [name], timeout: null }), {
          output: 'quiet',
          why,
        })
      : engineStep(input, {
          method: 'POST',
          path: `/containers/${encodeURIComponent(name)}/stop`,
          output: 'quiet',
          why,
        });
  return [
    { ...stop, always: true },
    { ...removal(input, name, 'it is started anew with the application'), always: true },
  ];
}

function removal(input: RunInput, name: string, why: string): ExecStep | EngineStep {
  if (input.via === 'api') {
    const path = `/containers/${encodeURIComponent(name)}?force=true`;
    return engineStep(input, { method: 'DELETE', path, output: 'quiet', why });
  }
  const action = { verb: 'rm', containers: [name], force: true, volumes: false } as const;
  return execStep(renderLifecycle(wayOf(input), action), { output: 'quiet', why });
}
