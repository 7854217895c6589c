import { type Capability, OLDEST } from './capability.js';
import type { ContainerSecret } from './secrets.js';
import type { ContainerSpec } from './spec.js';

const INSTEAD = 'give the value with source = { file = "…" } or { command = ["…"] }, which every engine has';

/** Secrets beside the environment. Docker keeps secrets in swarms only, and its API has no word for podman's. */
export const SECRET_CAPABILITIES: readonly Capability[] = [
  {
    option: 'deliver = "file"',
    uses: secrets((secret) => secret.by === 'file'),
    since: OLDEST,
  },
  {
    option: 'engine_secret as a variable',
    uses: secrets((secret) => secret.by === 'engine' && secret.as === 'env'),
    since: { docker: null, podman: '3.4', nerdctl: null, 'podman-hpc': '3.4' },
    api: { podman: null },
    instead: INSTEAD,
    note: '`podman inspect` of 4.3 shows such a value; as a file it does not',
  },
  {
    option: 'engine_secret as a file',
    uses: secrets((secret) => secret.by === 'engine' && secret.as === 'file'),
    since: { docker: null, podman: '4.3', nerdctl: null, 'podman-hpc': '4.3' },
    api: { podman: null },
    instead: INSTEAD,
  },
];

function secrets(matches: (secret: ContainerSecret) => boolean): Capability['uses'] {
  return (spec: ContainerSpec) => spec.secrets.filter(matches).map(({ name }) => `secrets/${name}`);
}
