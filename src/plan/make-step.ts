import type { Secret } from '../core/secret.js';
import { argvOf, type Way } from '../render/argv/way.js';
import type { ArgToken } from '../render/token.js';
import type { PlanFrame } from './run-input.js';
import type { AttachedContainer, EngineStep, ExecStep, FileStep, StepOutput } from './step.js';

type ExecExtras = {
  readonly env?: Readonly<Record<string, string | Secret>>;
  readonly hides?: readonly Secret[];
  readonly container?: AttachedContainer | undefined;
  readonly starts?: string | undefined;
};

/** One process of the engine's program. */
export function execStep(
  tokens: readonly ArgToken[],
  about: { readonly output: StepOutput; readonly why: string } & ExecExtras,
): ExecStep {
  const { output, why, env = {}, hides = [], container, starts } = about;
  return {
    do: 'exec',
    argv: argvOf(tokens),
    env,
    output,
    why,
    tokens,
    ...(hides.length === 0 ? {} : { hides }),
    ...(container === undefined ? {} : { container }),
    ...(starts === undefined ? {} : { starts }),
  };
}

type Call = Pick<EngineStep, 'method' | 'path' | 'output' | 'why'> &
  Partial<Pick<EngineStep, 'body' | 'container' | 'starts'>>;

/** One call of the engine's API. */
export function engineStep(frame: PlanFrame, call: Call): EngineStep {
  return { do: 'engine', address: frame.connection.address, body: null, ...call };
}

/** A new folder; `mode` null: as the user's umask gives it. */
export function folderStep(path: string, mode: number | null, why: string): FileStep {
  return { do: 'file', action: 'mkdir', path, mode, content: null, always: false, why };
}

/** A file that only this user can read, and its removal, which is done in every case. */
export function passingFile(path: string, content: string | Secret, why: string): readonly [FileStep, FileStep] {
  return [
    { do: 'file', action: 'write', path, mode: 0o600, content, always: false, why },
    { do: 'file', action: 'remove', path, mode: null, content: null, always: true, why: 'the engine has read it' },
  ];
}

/** How the frame's engine is spoken to by its program. */
export function wayOf({ engine, connection }: PlanFrame): Way {
  return { engine: engine.name, version: engine.version, program: connection.program, globals: connection.globals };
}

/** The folder that a path of the host stands in. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')));
}
