import { formatBytes } from '../../core/size.js';
import { escapeControl } from '../../core/text.js';
import { pruneSteps } from '../../plan/clean/prune-plan.js';
import type { PruneStep } from '../../plan/clean/prune-step.js';
import { type PruneRow, pruneSum, sumWords } from '../../plan/clean/prune-words.js';
import { formatStep, planToJson } from '../../plan/print.js';
import { asNote } from '../../plan/print-words.js';
import { planOf } from '../../plan/run-input.js';
import type { Context } from '../context.js';
import { formatTable } from '../ui/table.js';
import type { Listed, PruneOptions } from './prune-listed.js';

type Told = { readonly listed: Listed; readonly rows: readonly PruneRow[] };

/** Everything that goes, with sizes and what brings it back, on stderr: before anything is asked or done. */
export function tellList({ listed: { list, sizes }, rows }: Told, { output }: Context): void {
  for (const { what, why } of list.stays) output.note(escapeControl(`stays: ${what}: ${why}`));
  if (rows.length === 0) {
    output.note('nothing to prune');
    return;
  }
  const heads = ['WHAT', 'NAME', 'SIZE', 'WHY', 'COMES BACK WITH'];
  const cells = rows.map(({ kind, name, bytes, why, back }) => [kind, name, sizeWord(kind, bytes), why, back]);
  output.note(formatTable(heads, cells).trimEnd());
  const sum = pruneSum(list, sizes);
  output.note(`frees ${sumWords(sum)}`);
  if (sizes.held > 0) {
    output.note(
      `${formatBytes(sizes.held)} of the images stay in docker's build cache; --build-cache lets that go too`,
    );
  }
  if (list.volumes.length > 0) {
    output.note('undo keeps what is in the volumes, which takes about as much room until podctl undo --drop');
  }
}

/** The steps on stdout, each as it would be carried out; or one document. */
export function printDryRun({ listed, rows }: Told, options: PruneOptions, context: Context): void {
  const { found, list, place, sizes } = listed;
  const frame = { profile: null, mode: null, engine: found.facts, connection: found.connection };
  const steps = pruneSteps(list, frame, place);
  if (options.json) {
    const plan = planToJson(planOf(frame, []));
    const sum = pruneSum(list, sizes);
    context.output.json({ ...plan, steps: steps.map(stepToJson), removes: rows, stays: list.stays, frees: sum });
    return;
  }
  tellList({ listed, rows }, context);
  const line = (step: PruneStep): string =>
    step.do === 'exec'
      ? formatStep(step, options.shell)
      : asNote(`${step.action} ${step.path}: ${step.why}`, options.shell).replace(/^ && | & ?| /, '');
  context.output.text(steps.map((step) => `${line(step)}\n`).join(''));
}

function stepToJson(step: PruneStep) {
  if (step.do === 'exec') return { do: step.do, argv: step.argv, why: step.why };
  const volume = step.action === 'keep-volume' ? { volume: step.volume.name } : {};
  return { do: step.do, action: step.action, ...volume, path: step.path, why: step.why };
}

function sizeWord(kind: PruneRow['kind'], bytes: number | null): string {
  if (bytes !== null) return formatBytes(bytes);
  return kind === 'image' ? '' : 'unknown';
}
