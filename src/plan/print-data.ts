import type { Shell } from '../core/shell.js';
import { type DataPlan, type DataStep, isDataStep } from './data-step.js';
import { formatStep, planToJson } from './print.js';
import { asNote, quoteLine } from './print-words.js';
import type { Step } from './step.js';

/** A plan for data as text: one step per line. In sh each line does what podctl does, or says what only podctl can do. */
export function formatDataPlan(plan: DataPlan, shell: Shell): string {
  return plan.steps.map((step) => `${isDataStep(step) ? formatWork(step, shell) : formatStep(step, shell)}\n`).join('');
}

/** The document of `--dry-run --json`. */
export function dataPlanToJson(plan: DataPlan) {
  const plain = planToJson({ ...plan, steps: [] });
  return { ...plain, steps: plan.steps.map((step) => (isDataStep(step) ? workToJson(step) : stepToJson(step, plan))) };
}

function stepToJson(step: Step, plan: DataPlan): unknown {
  return planToJson({ ...plan, steps: [step] }).steps[0];
}

function workToJson(step: DataStep) {
  const { do: kind, action, path, why } = step;
  return { do: kind, action, path, ...('from' in step ? { from: step.from } : {}), why };
}

function formatWork(step: DataStep, shell: Shell): string {
  const words = shell === 'sh' ? shellWords(step) : null;
  if (words !== null) return words.map((line) => quoteLine(line, shell)).join(' && ');
  const from = 'from' in step ? ` ${step.from} ->` : '';
  return asNote(`${step.action}${from} ${step.path}: ${step.why}`, shell).replace(/^ && | & ?| /, '');
}

// What podctl alone can do has no words.
function shellWords(step: DataStep): readonly (readonly string[])[] | null {
  const { action, path } = step;
  if (action === 'snapshot')
    return [['sqlite3', step.from, 'PRAGMA integrity_check', `.backup '${path.replaceAll("'", "''")}'`]];
  if (action === 'settle') return [['sqlite3', path, 'PRAGMA wal_checkpoint(TRUNCATE)']];
  if (action === 'check') return [['sqlite3', path, 'PRAGMA integrity_check']];
  if (action === 'forget') return [['rm', '-f', '--', step.manifest, path]];
  if (action === 'discard') return [['rm', '-f', '--', path, `${path}-wal`, `${path}-journal`, `${path}-shm`]];
  if (action === 'keep') return [['ln', '--', step.from, path]];
  if (action === 'mirror') return [['cp', '-a', '--', step.from, path]];
  if (action === 'clear') return [['rm', '-rf', '--', path]];
  if (action === 'swap') {
    const aside = step.aside === null ? [] : [['mv', '-T', '--', path, step.aside]];
    return [...aside, ['mv', '-T', '--', step.from, path]];
  }
  return action === 'place' ? [['mv', '-f', '--', step.from, path]] : null;
}
