import type { EngineFacts } from '../spec/facts.js';
import type { Resources } from '../spec/spec.js';
import { toNanoCpus } from './amounts.js';
import { cannotSay } from './cannot-say.js';
import type { HostConfigBody } from './engine-api-body.js';

/** Limits as the API takes them: bytes, billionths of a core, counts. */
export function resourceFields(
  resources: Resources,
  engine: Pick<EngineFacts, 'name' | 'rootless'>,
): Partial<HostConfigBody> {
  const { memory, memorySwap, cpus, pids, shm, ulimits, ...unhandled } = resources;
  unhandled satisfies Record<string, never>;
  if (engine.name !== 'docker') refuseForgotten(resources, engine.rootless);
  // Podman's program turns -1, no limit, into 0 before it creates.
  return {
    ...(memory === null ? {} : { Memory: memory }),
    ...(memorySwap === null ? {} : { MemorySwap: memorySwap }),
    ...(cpus === null ? {} : { NanoCpus: toNanoCpus(cpus) }),
    ...(pids === null ? {} : { PidsLimit: engine.name === 'docker' ? pids : Math.max(pids, 0) }),
    ...(shm === null ? {} : { ShmSize: shm }),
    ...(ulimits.length === 0
      ? {}
      : { Ulimits: ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })) }),
  };
}

// What podman's API takes and forgets without a word.
function refuseForgotten({ memorySwap, ulimits }: Resources, rootless: boolean): void {
  if (memorySwap !== null && memorySwap < 0) {
    throw cannotSay("podman's API cannot say unlimited swap", 'use --via cli, or set resources.memory_swap to a size');
  }
  if (rootless && ulimits.length > 0) {
    throw cannotSay('the API of rootless podman cannot set `resources.ulimits`', 'use --via cli');
  }
}
