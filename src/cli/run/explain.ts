import { explainPlan, explainToJson, formatExplain } from '../../plan/explain.js';
import type { Plan } from '../../plan/step.js';
import { placeOrigins, type Texts } from '../../profile/placement.js';
import type { BuiltSpec } from '../../spec/request.js';
import type { Context } from '../context.js';
import type { RunOptions } from './options.js';

export type ExplainRequest = {
  readonly plan: Plan;
  readonly built: Pick<BuiltSpec, 'origins' | 'notes'>;
  /** Texts of the profile's layers, in which origins are looked up. */
  readonly texts: Texts;
  readonly how: Pick<RunOptions, 'json' | 'shell'>;
};

/** Print where every word of a plan comes from, why it is there, and what would happen without it. */
export async function printExplanation({ plan, built, texts, how }: ExplainRequest, context: Context): Promise<void> {
  const origins = await placeOrigins(built.origins, texts);
  const rows = explainPlan(plan, { origins, notes: built.notes });
  if (how.json) context.output.json(explainToJson(plan, rows));
  else context.output.text(formatExplain(rows, how.shell));
}
