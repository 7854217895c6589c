import { PodctlError } from '../core/errors.js';
import type { FoundEngine } from '../engine/engine.js';
import type { Context } from './context.js';
import type { Project } from './project.js';
import { rememberEngine, rememberedEngine } from './state.js';

export type EngineRequest = {
  /** Value of `--engine`. */
  readonly wanted: string | undefined;
  readonly project: Project;
  /** `look`: only ask it; `plan`: print what would be done, so a named engine that does not answer is assumed; `act`: the choice is remembered. */
  readonly purpose: 'look' | 'plan' | 'act';
  /** What can be done while the engine thinks. */
  readonly meanwhile?: (() => void) | undefined;
};

/** The engine to work with. The first choice is remembered for the project, and `--engine` changes it; nothing else does. */
export async function chooseEngine(request: EngineRequest, context: Context): Promise<FoundEngine> {
  const { world, rooms, output } = context;
  const remembered = await rememberedEngine(world, request.project.id);
  const { detectEngine, rememberedOf } = await rooms.detect();
  try {
    const found = await detectEngine({
      wanted: request.wanted ?? null,
      remembered,
      host: world.host,
      files: world.files,
      whileAsking: request.meanwhile,
    });
    const chosen = rememberedOf(found);
    const settled = remembered !== null && request.wanted === undefined;
    if (request.purpose === 'act' && !settled && chosen !== remembered)
      await rememberEngine(world, request.project.id, chosen);
    return found;
  } catch (error) {
    const unavailable = error instanceof PodctlError && error.code === 'UNAVAILABLE';
    if (!unavailable || request.purpose !== 'plan' || request.wanted === undefined) throw error;
    const { assumeEngine } = await rooms.assume();
    const { facts, connection } = assumeEngine(request.wanted, world.host);
    output.note(`note: ${facts.name} did not answer; assuming ${facts.name} ${facts.version}`);
    return { facts, connection };
  }
}
