import { renderPull } from '../render/argv/image.js';
import { renderRun } from '../render/argv/run.js';
import { renderLifecycle, renderVolumeCreate } from '../render/argv/verbs.js';
import { splitEnv } from '../render/env-file.js';
import { execStep, folderOf, folderStep, passingFile, wayOf } from './make-step.js';
import type { Decided, RunInput } from './run-input.js';
import { attachedOf, runWhy, STALE_WHY, volumesToCreate } from './run-parts.js';
import { removeLeftSecrets, removeSecrets, writeSecrets } from './secret-steps.js';
import type { ExecStep, Step } from './step.js';

/** The steps of a start through the engine's program. */
export function cliSteps(input: RunInput, decided: Decided): readonly Step[] {
  const { spec } = input;
  const way = wayOf(input);
  const pull = decided.pull
    ? [
        execStep(renderPull(way, { image: spec.image, platform: spec.platform }), {
          output: 'progress',
          why: 'the engine does not have the image yet',
        }),
      ]
    : [];
  const stale = decided.stale
    ? [
        execStep(renderLifecycle(way, { verb: 'rm', containers: [spec.name], force: true, volumes: false }), {
          output: 'quiet',
          why: STALE_WHY,
        }),
      ]
    : [];
  const volumes = volumesToCreate(input).map(({ request, why }) =>
    execStep(renderVolumeCreate(way, request), { output: 'quiet', why }),
  );
  return [
    ...pull,
    ...volumes,
    ...stale,
    ...removeLeftSecrets(input.leftSecrets),
    ...writeSecrets(input),
    ...withEnvFile(input),
    ...removeSecrets(input),
  ];
}

function withEnvFile(input: RunInput): readonly Step[] {
  const { file, inline } = splitEnv(input.spec.env);
  const run = runStep(input, file === null ? null : input.envFile, inline);
  if (file === null) return [run];
  const [write, remove] = passingFile(input.envFile, file, 'values of variables never stand on a command line');
  return [
    folderStep(folderOf(input.envFile), 0o700, 'the env file stands where no other user can look'),
    write,
    run,
    remove,
  ];
}

function runStep(input: RunInput, envFile: string | null, env: ExecStep['env']): ExecStep {
  const { spec, shape } = input;
  const tokens = renderRun(spec, { ...wayOf(input), shape, envFile, inlineEnv: Object.keys(env) });
  const whose = shape.detach ? { starts: spec.name } : { container: attachedOf(input) };
  return execStep(tokens, { output: shape.detach ? 'result' : 'attached', env, why: runWhy(input), ...whose });
}
