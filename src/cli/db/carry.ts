import { escapeControl } from '../../core/text.js';
import type { DataResult } from '../../engine/data-run.js';
import type { FoundEngine } from '../../engine/engine.js';
import { type DataPlan, isDataStep } from '../../plan/data-step.js';
import { dataPlanToJson, formatDataPlan } from '../../plan/print-data.js';
import type { Context } from '../context.js';
import type { DbOptions } from './options.js';
import type { EngineSide } from './site.js';

/** Steps that may take a while, told when they begin. */
const LONG = ['snapshot', 'archive', 'copy', 'check', 'pack', 'unpack', 'extract', 'mirror'];

/** Carry a plan for data out; what takes a while is told on stderr. */
export async function carryOutData(plan: DataPlan, side: EngineSide, context: Context): Promise<DataResult> {
  const { runDataPlan } = await import('../../engine/data-run.js');
  const { executePlan: execute } = await context.rooms.execute();
  const { host, files, streams, signals, clock } = context.world;
  const connection = side?.found.connection ?? NO_ENGINE;
  const onStep = (step: DataPlan['steps'][number]): void => {
    const long = isDataStep(step) ? LONG.includes(step.action) : step.do === 'exec';
    if (long) context.output.note(`${isDataStep(step) ? step.action : 'engine'}: ${step.why}`);
  };
  const onUndone = (step: DataPlan['steps'][number], error: unknown): void => {
    const what = step.do === 'exec' ? step.argv.join(' ') : step.path;
    context.output.note(escapeControl(`warning: not done: ${what}: ${error instanceof Error ? error.message : ''}`));
  };
  return runDataPlan(plan, { execute, connection, host, files, streams, signals, clock, onStep, onUndone });
}

/** Print plans as one: a line per step, or one document. */
export function printDataPlans(plans: readonly DataPlan[], { json, shell }: DbOptions, { output }: Context): void {
  const [first] = plans;
  if (first === undefined) return;
  const plan = { ...first, steps: plans.flatMap(({ steps }) => steps) };
  if (json) output.json(dataPlanToJson(plan));
  else output.text(formatDataPlan(plan, shell));
}

/** What plans are made for. Where no engine answered no step needs one. */
export function frameOf(side: EngineSide): {
  readonly engine: FoundEngine['facts'];
  readonly connection: FoundEngine['connection'];
} {
  return side === null
    ? { engine: NO_FACTS, connection: NO_ENGINE }
    : { engine: side.found.facts, connection: side.found.connection };
}

const NO_ENGINE: FoundEngine['connection'] = { program: 'docker', address: null, globals: [], foundBy: 'nobody' };
const NO_FACTS: FoundEngine['facts'] = {
  name: 'docker',
  version: '0',
  apiVersion: null,
  rootless: false,
  selinux: false,
  vm: false,
  arch: '',
  cgroup: 2,
  usernsRemap: false,
  emulates: [],
  assumed: true,
};
