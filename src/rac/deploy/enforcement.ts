import { PodctlError } from '../../core/errors.js';
import type { Api } from '../../engine/api.js';
import { asObject, asTexts } from '../../engine/json.js';
import type { EngineFacts } from '../../spec/facts.js';
import type { Enforcement } from './deployment.js';
import type { Firewall } from './firewall.js';

export type EnforcementDeps = {
  readonly facts: EngineFacts;
  readonly api: Api;
  readonly firewall: Firewall;
  readonly platform: NodeJS.Platform;
  readonly uid: number | null;
};

/** Whether the engine is on this machine and this process root: only then are bridges and firewall RAC's to set. */
export function isOwnMachine({ facts, platform, uid }: Pick<EnforcementDeps, 'facts' | 'platform' | 'uid'>): boolean {
  return platform === 'linux' && uid === 0 && !facts.rootless && !facts.vm;
}

/** Find out whether the limits of strangers' containers hold here, by the engine's own word and by setting the firewall. */
export async function findEnforcement(deps: EnforcementDeps): Promise<Enforcement> {
  const lacks = [...(await limitsLacking(deps)), ...(await firewallLacking(deps))];
  return lacks.length === 0 ? { enforced: true } : { enforced: false, lacks };
}

async function limitsLacking({ facts, api }: EnforcementDeps): Promise<readonly string[]> {
  if (facts.name === 'podman') {
    const info = asObject(await api.call({ method: 'GET', path: '/v4.0.0/libpod/info' }));
    const there = asTexts(asObject(info['host'])['cgroupControllers']) ?? [];
    return ['memory', 'pids', 'cpu'].filter((one) => !there.includes(one)).map((one) => `no ${one} limit`);
  }
  const info = asObject(await api.call({ method: 'GET', path: '/info' }));
  const wanted = { MemoryLimit: 'memory', PidsLimit: 'pids', CpuCfsQuota: 'cpu' };
  return Object.entries(wanted).flatMap(([key, word]) => (info[key] === true ? [] : [`no ${word} limit`]));
}

async function firewallLacking(deps: EnforcementDeps): Promise<readonly string[]> {
  if (deps.facts.rootless) return ['a rootless engine: no firewall'];
  if (!isOwnMachine(deps)) return ['RAC is not root on the machine of its engine: no firewall'];
  try {
    await deps.firewall.ensure();
    return [];
  } catch (error) {
    if (error instanceof PodctlError) return [error.message];
    throw error;
  }
}
