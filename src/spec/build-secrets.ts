import { LABEL } from '../core/project.js';
import type { ResolvedProfile } from '../profile/resolved.js';
import type { OwnershipAnswer } from './ownership.js';
import type { SpecRequest } from './request.js';
import { type ContainerSecret, type SecretReader, secretMode } from './secrets.js';

/** What decides who reads a secret file. */
export type SecretContext = Pick<OwnershipAnswer, 'user' | 'userns'> & Pick<SecretReader, 'imageUser'>;

/** Secrets that do not go by the environment, each file with its place on this machine and the mode that its reader needs. */
export function buildSecrets(
  resolved: ResolvedProfile,
  request: SpecRequest,
  { user, userns, imageUser }: SecretContext,
): readonly ContainerSecret[] {
  const { engine, host, secretFiles = '' } = request;
  const { cap_drop: capDrop = [], runs_as } = resolved.container;
  const runsAs = request.image?.labels[LABEL.runsAs] ?? runs_as ?? null;
  const mode = secretMode({ engine, host, user, userns, imageUser, runsAs, capDrop });
  return resolved.container.secrets.map((secret) =>
    secret.by === 'engine'
      ? secret
      : { ...secret, source: `${secretFiles}${secret.name}`, mode, selinux: engine.selinux ? 'private' : null },
  );
}
