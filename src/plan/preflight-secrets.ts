import type { Problem } from '../core/errors.js';
import type { EngineFacts } from '../spec/facts.js';
import type { ContainerSecret } from '../spec/secrets.js';
import type { ContainerSpec } from '../spec/spec.js';
import type { PreflightAnswers } from './host-answers.js';

/** Names of the secrets that the engine must keep. */
export function engineSecrets({ secrets }: Pick<ContainerSpec, 'secrets'>): readonly string[] {
  return [...new Set(secrets.flatMap((secret) => (secret.by === 'engine' ? [secret.secret] : [])))];
}

/** A secret of the engine that is not there. Its value never passes through podctl. */
export function judgeSecret(
  secret: ContainerSecret,
  { secrets = {} }: Pick<PreflightAnswers, 'secrets'>,
  { engine }: { readonly engine: Pick<EngineFacts, 'name'> },
): { readonly code: 'MISSING_INPUT'; readonly problem: Problem } | null {
  if (secret.by !== 'engine' || secrets[secret.secret] !== false) return null;
  return {
    code: 'MISSING_INPUT',
    problem: {
      message: `\`${secret.name}\`: ${engine.name} keeps no secret \`${secret.secret}\``,
      hint: `make it with \`${engine.name} secret create ${secret.secret} FILE\`; FILE - takes it from standard input`,
    },
  };
}
