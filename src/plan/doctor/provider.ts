import type { Problem } from '../../core/errors.js';
import { type Finding, note, ok, problem } from './finding.js';

export type ProviderView = {
  /** The project has compose files. */
  readonly stack: boolean;
  /** In words; null: none answers. */
  readonly provider: string | null;
  /** What was tried, where none answers. */
  readonly tried: readonly string[];
  /** What the provider cannot take of the files. */
  readonly refused: readonly Problem[];
  readonly engine: string;
};

/** Whether something runs the project's compose files. */
export function judgeProvider({ stack, provider, tried, refused, engine }: ProviderView): readonly Finding[] {
  if (provider !== null && refused.length === 0) {
    return [ok(stack ? `${provider} runs the compose files` : `${provider} would run compose files`)];
  }
  if (provider !== null) return refused.map(refusal);
  const seen = `no program that runs compose files answers${tried.length === 0 ? '' : `: ${tried.join('; ')}`}`;
  const mend =
    engine === 'docker'
      ? 'sudo apt-get install docker-compose-plugin (or docker-compose, where the distribution calls it that)'
      : 'sudo apt-get install docker-compose, which podctl runs on the socket of podman; or podman-compose';
  return stack ? [problem(seen, { why: 'the stack of this project cannot be started', mend })] : [note(seen, { mend })];
}

function refusal({ message, hint }: Problem): Finding {
  return problem(message, { why: 'podctl up refuses these files', mend: hint ?? 'choose another one with --provider' });
}
