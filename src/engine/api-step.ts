import type { EngineStep } from '../plan/step.js';
import type { Api } from './api.js';
import { engineError } from './engine-error.js';
import { asObject, asText } from './json.js';
import { type ProgressEvent, parseProgressJson, progressError } from './progress.js';
import { revealAll } from './redact.js';

/** What a call needs of the plan that it is a step of. */
export type ApiStepDeps = {
  readonly api: Api;
  readonly signal: AbortSignal;
  /** Takes the plan's secrets out of a text. */
  readonly redact: (text: string) => string;
  readonly onProgress: (event: ProgressEvent) => void;
};

/**
 * Make one call of a plan: the id of what it made, else its answer as JSON; '' for none, and where the answer is progress. Throws
 * PodctlError for a call that fails, for progress that ends in an error, and for a container that did not end as the step expects.
 */
export async function runApiStep(step: EngineStep, deps: ApiStepDeps): Promise<string> {
  const { api, signal } = deps;
  const request = { method: step.method, path: step.path, body: revealAll(step.body), signal };
  if (step.output === 'progress') {
    await follow(step, await api.stream(request), deps);
    return '';
  }
  const answer = await api.call(request);
  if (step.expects === 'exit-0') {
    const { checkEnded } = await import('./ended-well.js');
    await checkEnded(answer, step.path, api);
  }
  return asText(asObject(answer)['Id']) || (answer === null ? '' : JSON.stringify(answer));
}

async function follow(step: EngineStep, source: AsyncIterable<unknown>, deps: ApiStepDeps): Promise<void> {
  let text = '';
  for await (const chunk of source) {
    text += String(chunk);
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) pass(step, line, deps);
  }
  if (text.trim() !== '') pass(step, text, deps);
}

function pass(step: EngineStep, raw: string, { redact, onProgress }: ApiStepDeps): void {
  const line = redact(raw);
  const error = progressError(line);
  const path = step.path.split('?')[0] ?? '';
  if (error !== null) throw engineError({ argv: [step.method, path], exitCode: 1, output: error });
  if (line.trim() !== '') onProgress(parseProgressJson(line));
}
