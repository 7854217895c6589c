import type { FoundEngine } from '../engine/engine.js';
import type { ExecResult } from '../engine/execute.js';
import type { Plan } from '../plan/step.js';
import type { Context } from './context.js';
import { withProgress } from './ui/tasks.js';

/** Carry a plan out, and show its long steps while they last. */
export async function carryOut(plan: Plan, { connection }: FoundEngine, context: Context): Promise<ExecResult> {
  const { executePlan } = await context.rooms.execute();
  const { host, files, streams, signals, clock } = context.world;
  return withProgress(plan, context.world, (sink) =>
    executePlan(plan, { connection, host, files, streams, signals, clock, ...sink }),
  );
}
