import type { Shell } from '../core/shell.js';
import { formatPlan, planToJson } from '../plan/print.js';
import type { Plan } from '../plan/step.js';
import type { Context } from './context.js';

/** Print what would be done: one line per step, or the document of `--json`. */
export function printPlan(plan: Plan, how: { readonly json: boolean; readonly shell: Shell }, context: Context): void {
  if (how.json) context.output.json(planToJson(plan));
  else context.output.text(formatPlan(plan, how.shell));
}
