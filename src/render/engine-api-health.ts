import type { EngineName } from '../spec/facts.js';
import type { Health } from '../spec/spec.js';
import { toNanoseconds } from './amounts.js';
import type { CreateBody } from './engine-api-body.js';
import { podmanTest, refuseTimesAlone, shellTest } from './health.js';

/** The health check as the API takes it; nothing when nothing is set, which leaves the image's own. */
export function healthField(health: Health, engine: EngineName): Pick<CreateBody, 'Healthcheck'> {
  if (health.disable) return { Healthcheck: { Test: ['NONE'] } };
  if (engine !== 'docker') refuseTimesAlone(health);
  const { test, interval, timeout, startPeriod, retries } = health;
  const check = {
    ...(test === null ? {} : { Test: testWords(test, engine) }),
    ...(interval === null ? {} : { Interval: toNanoseconds(interval) }),
    ...(timeout === null ? {} : { Timeout: toNanoseconds(timeout) }),
    ...(startPeriod === null ? {} : { StartPeriod: toNanoseconds(startPeriod) }),
    ...(retries === null ? {} : { Retries: retries }),
  };
  return Object.keys(check).length === 0 ? {} : { Healthcheck: check };
}

// Podman joins the words with blanks and reads the result as its own `--health-cmd`.
function testWords(test: readonly string[], engine: EngineName): readonly string[] {
  return engine === 'docker' ? ['CMD-SHELL', shellTest(test)] : [podmanTest(test)];
}
