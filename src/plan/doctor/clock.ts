import type { EngineFacts } from '../../spec/facts.js';
import { type Finding, note, ok, problem, warning } from './finding.js';

/** Milliseconds since 1970. `engine` null: the engine does not say. `uncertain`: how long the question took. */
export type ClockFacts = {
  readonly engine: Pick<EngineFacts, 'name' | 'vm'>;
  readonly foundBy: string;
  /** The engine runs on this machine itself. */
  readonly local: boolean;
  readonly engineTime: number | null;
  readonly hostTime: number;
  readonly uncertain: number;
  readonly platform: string;
};

const NOTICED_MS = 2_000;
const HURTS_MS = 30_000;

/** How far the engine's clock is from this machine's. */
export function judgeClock(facts: ClockFacts): readonly Finding[] {
  const { engineTime, hostTime, uncertain, engine, local } = facts;
  if (local) return [ok(`${engine.name} runs on this machine and has its clock`)];
  if (engineTime === null) return [note(`${engine.name} does not say what time it has`)];
  const skew = engineTime - hostTime;
  const far = Math.max(0, Math.abs(skew) - uncertain);
  if (far < NOTICED_MS) return [ok(`${engine.name}'s clock agrees with this machine's`)];
  const seen = `${engine.name}'s clock is ${(far / 1000).toFixed(0)} s ${skew < 0 ? 'behind' : 'ahead of'} this machine's`;
  const said = {
    why: 'certificates and logins are refused, builds take old files for new, and log lines have wrong times',
    mend: mendOf(facts),
  };
  return [far < HURTS_MS ? warning(seen, said) : problem(seen, said)];
}

// Virtual machines fall behind while the machine around them sleeps.
function mendOf({ engine, foundBy, platform }: ClockFacts): string {
  if (foundBy.includes('colima')) return 'colima ssh -- sudo hwclock --hctosys';
  if (!engine.vm) return 'sudo timedatectl set-ntp true, on the machine of the engine';
  if (engine.name === 'podman') return 'podman machine ssh sudo systemctl restart chronyd';
  return platform === 'win32' ? 'wsl --shutdown, then start Docker Desktop again' : 'restart Docker Desktop';
}
