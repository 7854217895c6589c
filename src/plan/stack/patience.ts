import { parseDuration } from '../../core/duration.js';
import { PodctlError } from '../../core/errors.js';
import type { ComposeModel } from '../../spec/stack/model.js';

const COMPOSE_GRACE_MS = 10_000;
/** For the provider's own work on top of what services take. */
const OVERHEAD_MS = 30_000;
/** What cannot be read is waited for so long, and nothing longer: a timer takes no more than 24 days. */
const MOST_MS = 86_400_000;

/**
 * Milliseconds after which a provider that was told to end its services hangs: services that hang on each other end one after the other,
 * and each may take as long as the files give it.
 */
export function stopPatience({ services }: ComposeModel, started: Iterable<string>): number {
  const graces = [...started].map((name) => graceOf(services[name]?.stopGrace ?? null));
  return Math.min(
    graces.reduce((sum, one) => sum + one, OVERHEAD_MS),
    MOST_MS,
  );
}

function graceOf(written: string | null): number {
  if (written === null) return COMPOSE_GRACE_MS;
  try {
    return parseDuration(written);
  } catch (error) {
    // The provider reads it in its own way.
    if (error instanceof PodctlError) return MOST_MS;
    throw error;
  }
}
