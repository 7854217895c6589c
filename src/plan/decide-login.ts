import type { Secret } from '../core/secret.js';
import { type LoginRequest, renderLogin, renderLogout } from '../render/argv/login.js';
import { execStep, wayOf } from './make-step.js';
import { type PlanFrame, planOf } from './run-input.js';
import type { Plan } from './step.js';

/** The login of one engine. `password` null: it is only printed. */
export function decideLogin(frame: PlanFrame, request: LoginRequest & { readonly password: Secret | null }): Plan {
  const step = execStep(renderLogin(wayOf(frame), request), {
    output: 'quiet',
    why: `the login for ${request.registry} is kept by ${frame.engine.name}`,
  });
  return planOf(frame, [request.password === null ? step : { ...step, input: request.password }]);
}

/** The end of a login of one engine. */
export function decideLogout(frame: PlanFrame, registry: string): Plan {
  const why = `${frame.engine.name} forgets the login for ${registry}`;
  return planOf(frame, [execStep(renderLogout(wayOf(frame), registry), { output: 'quiet', why })]);
}
