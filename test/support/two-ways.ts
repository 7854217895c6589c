import { join } from 'node:path';
import { executePlan } from '../../src/engine/execute.js';
import type { Step } from '../../src/plan/step.js';
import { renderRun } from '../../src/render/argv/run.js';
import { argvOf } from '../../src/render/argv/way.js';
import { renderCreate } from '../../src/render/engine-api.js';
import { splitEnv } from '../../src/render/env-file.js';
import type { ContainerSpec, RunShape } from '../../src/spec/spec.js';
import { bench, type Desk, fileStep, planOf } from '../engine/real.js';
import type { TestEngine } from './engines.js';

/** Where containers are made. */
export type Workshop = { readonly engine: TestEngine; readonly desk: Desk };

/** Create a container through the engine's program, as podctl does: values of variables by file or by name. */
export async function createByProgram(spec: ContainerSpec, shape: RunShape, { engine, desk }: Workshop): Promise<void> {
  const { file, inline } = splitEnv(spec.env);
  const path = join(desk.folder, `${spec.name}.env`);
  const { facts, connection } = desk.found;
  const tokens = renderRun(spec, {
    engine: facts.name,
    version: facts.version,
    program: connection.program,
    globals: connection.globals,
    shape,
    envFile: file === null ? null : path,
    inlineEnv: Object.keys(inline),
    verb: 'create',
  });
  const create: Step = { do: 'exec', argv: argvOf(tokens), env: inline, output: 'quiet', why: 'create', tokens };
  const steps =
    file === null
      ? [create]
      : [
          fileStep({ action: 'write', path, mode: 0o600, content: file }),
          create,
          fileStep({ action: 'remove', path, always: true }),
        ];
  await executePlan(planOf(engine, steps), bench(desk).deps);
}

/** The same through the engine's API. */
export async function createByApi(spec: ContainerSpec, shape: RunShape, { engine, desk }: Workshop): Promise<void> {
  const { name, platform, body } = renderCreate(spec, shape, desk.found.facts);
  const query = new URLSearchParams({ name, ...(platform === null ? {} : { platform }) });
  const path = `/containers/create?${query.toString()}`;
  const { address } = desk.found.connection;
  const create: Step = { do: 'engine', address, method: 'POST', path, body, output: 'quiet', why: 'create' };
  await executePlan(planOf(engine, [create]), bench(desk).deps);
}
