import { PodctlError } from '../../core/errors.js';
import type { FoundEngine } from '../../engine/engine.js';
import type { PlanFrame } from '../../plan/run-input.js';
import type { Context } from '../context.js';
import { chooseEngine } from '../engine-choice.js';
import { findProject } from '../project.js';

export type EngineWish = { readonly engine: string | undefined; readonly all: boolean; readonly printed: boolean };

const NAMES = ['docker', 'podman', 'nerdctl', 'podman-hpc'] as const;

/** The engine that is chosen here, or each that answers. Nothing is remembered: a login belongs to no project. */
export async function enginesFor(
  { engine, all, printed }: EngineWish,
  context: Context,
): Promise<readonly FoundEngine[]> {
  const { host, files } = context.world;
  const project = await findProject(host, files);
  if (!all) return [await chooseEngine({ wanted: engine, project, purpose: printed ? 'plan' : 'look' }, context)];
  if (engine !== undefined) {
    throw new PodctlError('USAGE', '`--engine` and `--all-engines` contradict each other', {
      hint: 'leave one of them out',
    });
  }
  const { detectEngine } = await context.rooms.detect();
  const asked = NAMES.map(async (wanted) => {
    try {
      return [await detectEngine({ wanted, remembered: null, host, files })];
    } catch (error) {
      if (error instanceof PodctlError && error.code === 'UNAVAILABLE') return [];
      throw error;
    }
  });
  const found = (await Promise.all(asked)).flat();
  if (found.length > 0) return found;
  throw new PodctlError('UNAVAILABLE', 'no container engine answered', { hint: 'install and start docker or podman' });
}

/** A plan's frame, without profile and mode. */
export function frameOf({ facts, connection }: FoundEngine): PlanFrame {
  return { profile: null, mode: null, engine: facts, connection };
}
