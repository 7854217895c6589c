import type { Shell } from '../../core/shell.js';
import { formatStep, planToJson } from '../print.js';
import { asNote, quoteLine } from '../print-words.js';
import type { Plan } from '../step.js';
import type { CleanStep, CleanWork } from './clean-step.js';

/** Steps as text, one per line. In sh each line does what podctl does, or says what only podctl can do. */
export function formatCleanSteps(steps: readonly CleanStep[], shell: Shell): string {
  return steps
    .map((step) => `${step.do === 'exec' ? formatStep(step, shell) : formatWork(step, step.why, shell)}\n`)
    .join('');
}

/** The document of `--dry-run --json`, without the list of what is changed. */
export function cleanPlanToJson(frame: Omit<Plan, 'steps'>, steps: readonly CleanStep[]) {
  const plain = planToJson({ ...frame, steps: [] });
  return {
    ...plain,
    steps: steps.map((step) =>
      step.do === 'exec' ? planToJson({ ...frame, steps: [step] }).steps[0] : workToJson(step, step.why),
    ),
  };
}

function workToJson(work: CleanWork, why: string) {
  const { action } = work;
  const path = action === 'alone' ? { paths: work.paths } : action === 'make-volume' ? {} : { path: work.path };
  const from = action === 'move' ? { from: work.from } : {};
  const volume = 'volume' in work ? { volume: work.volume.name } : {};
  const argv = 'exec' in work ? { argv: work.exec } : {};
  const owner = action === 'make' && work.owner !== null ? { owner: work.owner } : {};
  return { do: 'file', action, ...path, ...from, ...volume, ...owner, ...argv, why } as const;
}

function formatWork(work: CleanWork, why: string, shell: Shell): string {
  const lines = shell === 'sh' ? shellLines(work) : null;
  if (lines !== null) return lines.map((line) => quoteLine(line, shell)).join(' && ');
  const what = 'volume' in work ? ` volume ${work.volume.name}` : '';
  const where =
    work.action === 'alone'
      ? [...work.paths, ...(work.users ?? []).map((argv) => argv.join(' '))].join(' ')
      : work.action === 'make-volume'
        ? ''
        : work.path;
  return asNote(`${work.action}${what} ${where}: ${why}`, shell).replace(/^ && | & ?| /, '');
}

// What podctl alone can do has no words.
function shellLines(work: CleanWork): readonly (readonly string[])[] | null {
  const { action } = work;
  if (action === 'give') return work.exec;
  if (action === 'make-volume' || action === 'empty') return [work.exec];
  if (action === 'move') return [['mv', '-T', '--', work.from, work.path]];
  if (action === 'make') return makeLines(work.path, work.owner);
  if (action === 'clear') return [['rm', '-rf', '--', work.path]];
  if (action === 'drop') return [['rmdir', '--', work.path]];
  return action === 'remove' || action === 'forget' ? [['rm', '-f', '--', work.path]] : null;
}

function makeLines(
  path: string,
  owner: Extract<CleanWork, { readonly action: 'make' }>['owner'],
): readonly (readonly string[])[] {
  if (owner === null) return [['mkdir', '-p', '--', path]];
  return [['install', '-d', '-m', owner.mode.toString(8), '-o', String(owner.uid), '-g', String(owner.gid), path]];
}
