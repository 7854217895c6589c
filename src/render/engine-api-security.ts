import type { EngineName } from '../spec/facts.js';
import { cannotSay } from './cannot-say.js';
import type { HostConfigBody } from './engine-api-body.js';

const UNCONFINED = ['systempaths=unconfined', 'systempaths:unconfined'];

/** Security options as the API takes them; docker's program settles some of them before it asks the API. */
export function securityFields(
  security: readonly string[],
  engine: EngineName,
): Pick<HostConfigBody, 'SecurityOpt' | 'MaskedPaths' | 'ReadonlyPaths'> {
  if (engine !== 'docker') return security.length === 0 ? {} : { SecurityOpt: security };
  for (const option of security) refuseSeccompFile(option);
  const rest = security.filter((option) => !UNCONFINED.includes(option));
  return {
    ...(rest.length === 0 ? {} : { SecurityOpt: rest }),
    ...(rest.length === security.length ? {} : { MaskedPaths: [], ReadonlyPaths: [] }),
  };
}

// Docker's program sends the file's content; a pure renderer has none.
function refuseSeccompFile(option: string): void {
  const profile = /^seccomp[=:](.*)$/s.exec(option)?.[1];
  if (profile === undefined || profile === 'unconfined' || profile === 'builtin') return;
  throw cannotSay(`docker's API cannot read the seccomp profile \`${profile}\``, 'use --via cli');
}
