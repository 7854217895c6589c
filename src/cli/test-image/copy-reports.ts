import { PodctlError } from '../../core/errors.js';
import { carryOut } from '../carry-out.js';
import type { Context } from '../context.js';
import type { TestBed } from './bed.js';
import type { PreparedTest } from './prepare.js';

/** What became of a report. */
export type CopiedReport = { readonly path: string; readonly to: string; readonly copied: boolean };

/** Copy the reports out of the ended container, each for itself: one that the tests did not write is told, and no failure. */
export async function copyReports(
  { found }: TestBed,
  { steps, plan }: PreparedTest,
  context: Context,
): Promise<readonly CopiedReport[]> {
  const copied: CopiedReport[] = [];
  for (const { path, to, steps: copy } of steps.reports) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- two may go into one folder
      await carryOut({ ...plan, steps: copy }, found, context);
      copied.push({ path, to, copied: true });
    } catch (error) {
      if (!(error instanceof PodctlError)) throw error;
      const reason = /no such file|could not (be )?f(i|ou)nd/i.test(error.message)
        ? 'the tests did not write it'
        : error.message;
      context.output.note(`note: the report \`${path}\` was not copied: ${reason}`);
      copied.push({ path, to, copied: false });
    }
  }
  return copied;
}
