import { renderCreate } from '../render/engine-api.js';
import { pullPath } from './image-paths.js';
import { engineStep } from './make-step.js';
import type { Decided, RunInput } from './run-input.js';
import { attachedOf, runWhy, STALE_WHY, volumesToCreate } from './run-parts.js';
import { removeLeftSecrets, removeSecrets, writeSecrets } from './secret-steps.js';
import type { EngineStep, Step } from './step.js';

/** The steps of a start through the engine's API. */
export function apiSteps(input: RunInput, decided: Decided): readonly Step[] {
  const { spec } = input;
  const pull = decided.pull
    ? [
        engineStep(input, {
          method: 'POST',
          path: pullPath(spec.image, spec.platform),
          output: 'progress',
          why:
            spec.pull === 'always' ? 'the profile asks for the newest image' : 'the engine does not have the image yet',
        }),
      ]
    : [];
  const stale = decided.stale
    ? [
        engineStep(input, {
          method: 'DELETE',
          path: `/containers/${encodeURIComponent(spec.name)}?force=true`,
          output: 'quiet',
          why: STALE_WHY,
        }),
      ]
    : [];
  return [
    ...pull,
    ...volumeSteps(input),
    ...stale,
    ...removeLeftSecrets(input.leftSecrets),
    ...writeSecrets(input),
    ...startSteps(input),
    ...removeSecrets(input),
  ];
}

function volumeSteps(input: RunInput): readonly EngineStep[] {
  return volumesToCreate(input).map(({ request, why }) => {
    const body = {
      Name: request.name,
      Driver: request.driver ?? 'local',
      DriverOpts: request.options,
      Labels: request.labels,
    };
    return engineStep(input, { method: 'POST', path: '/volumes/create', body, output: 'quiet', why });
  });
}

function startSteps(input: RunInput): readonly EngineStep[] {
  const { spec, shape } = input;
  const { name, platform, body } = renderCreate(spec, shape, input.engine);
  const query = new Map([['name', name], ...(platform === null ? [] : [['platform', platform] as const])]);
  const create = engineStep(input, {
    method: 'POST',
    path: `/containers/create?${[...query].map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&')}`,
    body,
    output: shape.detach ? 'result' : 'quiet',
    why: 'make the container',
  });
  const start = engineStep(input, {
    method: 'POST',
    path: `/containers/${encodeURIComponent(name)}/start`,
    output: shape.detach ? 'quiet' : 'attached',
    why: runWhy(input),
    ...(shape.detach ? { starts: name } : { container: attachedOf(input) }),
  });
  return [create, start];
}
