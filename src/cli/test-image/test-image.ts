import { planToJson } from '../../plan/print.js';
import type { Context } from '../context.js';
import { printPlan } from '../print-plan.js';
import { markRun, openBed, type TestBed } from './bed.js';
import { buildFirst } from './build-first.js';
import type { TestOptions } from './options.js';
import { prepareTest, tellNotes } from './prepare.js';
import { testOnce } from './test-once.js';

/** Test an image, or print or explain how. Resolves with the exit code: the tests' own when they ended by themselves. */
export async function runTestImage(options: TestOptions, context: Context): Promise<number> {
  const bed = await openBed(options, context);
  if (options.watch) {
    const { watchTests } = await import('./watch.js');
    return watchTests({ bed, options }, context);
  }
  if (options.dryRun || context.purpose === 'explain') return printTest(bed, options, context);
  if (options.build) {
    const { exitCode } = await buildFirst({ bed, options }, context);
    if (exitCode !== 0) return exitCode;
  }
  return testOnce({ bed, options, changed: null }, context);
}

async function printTest(bed: TestBed, options: TestOptions, context: Context): Promise<number> {
  const { exitCode, steps } = options.build ? await buildFirst({ bed, options }, context) : { exitCode: 0, steps: [] };
  if (exitCode !== 0) return exitCode;
  const mark = await markRun(bed, context);
  const prepared = await prepareTest(bed, { mark, options }, context);
  tellNotes(prepared, context);
  if (context.purpose === 'explain') {
    const { printExplanation } = await import('../run/explain.js');
    const { origins = {}, notes = [] } = prepared.test?.built ?? {};
    const texts = bed.chosen.loaded.layers;
    await printExplanation({ plan: prepared.plan, built: { origins, notes }, texts, how: options }, context);
  } else if (options.json && steps.length > 0) {
    const document = planToJson(prepared.plan);
    context.output.json({ ...document, steps: [...steps, ...document.steps] });
  } else {
    printPlan(prepared.plan, options, context);
  }
  return 0;
}
