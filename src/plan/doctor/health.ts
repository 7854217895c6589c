import type { EngineFacts } from '../../spec/facts.js';
import { type Finding, note, ok, warning } from './finding.js';

export type HealthFacts = {
  readonly engine: Pick<EngineFacts, 'name' | 'vm'>;
  readonly systemd: boolean;
  /** What of the project has a health check. */
  readonly checked: readonly string[];
};

/** Who runs health checks: docker itself; podman has systemd's timers do it. */
export function judgeHealth({ engine, systemd, checked }: HealthFacts): readonly Finding[] {
  const podman = engine.name.startsWith('podman');
  if (!podman) return [ok(`${engine.name} runs health checks itself`)];
  if (systemd || engine.vm) return [ok('systemd runs the health checks of podman')];
  const seen = 'podman has its health checks run by systemd, which does not run here';
  const said = {
    why: 'the state of a container stays "starting"; podctl runs due checks only while it waits',
    mend: 'podman healthcheck run NAME',
  };
  if (checked.length === 0) return [note(seen, said)];
  return [warning(`${seen}: ${checked.map((name) => `\`${name}\``).join(', ')}`, said)];
}
