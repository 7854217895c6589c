import type { PlanFrame } from '../run-input.js';
import { type CleanStep, cleanWork } from './clean-step.js';
import { volumeUsers } from './helper-run.js';

/** Nothing else may have the folders mounted once the project's own containers are stopped. */
export function alone(paths: readonly string[]): readonly CleanStep[] {
  return paths.length === 0
    ? []
    : [cleanWork({ action: 'alone', paths }, 'no container of any engine may use the folders')];
}

/** Nobody may have the volumes mounted when they are about to be emptied; until then all can be taken back. */
export function aloneVolumes(frame: PlanFrame, names: readonly string[]): readonly CleanStep[] {
  if (names.length === 0) return [];
  const users = names.map((name) => volumeUsers(frame, name));
  return [cleanWork({ action: 'alone', paths: [], users }, 'no container may use the volumes')];
}
