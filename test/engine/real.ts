import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { detectEngine } from '../../src/engine/detect.js';
import type { FoundEngine } from '../../src/engine/engine.js';
import type { ExecuteDeps } from '../../src/engine/execute.js';
import { realClock } from '../../src/io/clock.js';
import { realFiles } from '../../src/io/files.js';
import { type Host, realHost } from '../../src/io/host.js';
import type { AttachedContainer, EngineStep, ExecStep, FileStep, Plan, Step } from '../../src/plan/step.js';
import type { TestEngine } from '../support/engines.js';
import { type Buffers, buffers, fakeSignals } from './fakes.js';

/** Label of everything that one file of these tests makes; of this run alone, because another one beside it clears its own. */
export const LABEL = `podctl-test.engine-${randomUUID()}`;

/** A name that no other test has. */
export function uniqueName(): string {
  return `podctl-test-${randomBytes(5).toString('hex')}`;
}

export type Desk = {
  readonly found: FoundEngine;
  readonly host: Host;
  readonly folder: string;
  readonly clear: () => void;
};

/** The engine as podctl finds it, and a state folder of the test's own. `program`: as if no socket answered. */
export async function openDesk(engine: TestEngine, way: 'socket' | 'program' = 'socket'): Promise<Desk> {
  const folder = mkdtempSync(join(tmpdir(), 'podctl-engine-'));
  const host = { ...realHost(process), env: { ...process.env, ...engine.env, XDG_STATE_HOME: folder } };
  const found = await detectEngine({ wanted: engine.name, remembered: null, host, files: realFiles() });
  const connection = way === 'program' ? { ...found.connection, address: null } : found.connection;
  return {
    found: { ...found, connection },
    host,
    folder,
    clear: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export type Bench = {
  readonly deps: ExecuteDeps;
  readonly terminal: Buffers;
  readonly signals: ReturnType<typeof fakeSignals>;
};

/** What a plan runs in: real files, clock and engine; streams and signals of the test. */
export function bench(desk: Desk, terminal: Buffers = buffers()): Bench {
  const signals = fakeSignals();
  const deps = {
    connection: desk.found.connection,
    host: desk.host,
    files: realFiles(),
    clock: realClock,
    streams: terminal.streams,
    signals,
  };
  return { deps, terminal, signals };
}

export function planOf(engine: TestEngine, steps: readonly Step[]): Plan {
  return { profile: null, mode: null, engine: { name: engine.name, version: engine.version, assumed: false }, steps };
}

/** Its stop timeout is longer than a busy machine takes to heed a signal. */
export function containerOf(name: string, more: Partial<AttachedContainer> = {}): AttachedContainer {
  return { name, remove: true, tty: false, stopTimeout: 60_000, ...more };
}

export type RunOptions = {
  readonly engine: TestEngine;
  readonly name: string;
  /** For `sh -c`. */
  readonly script: string;
  readonly options?: readonly string[];
  readonly container?: Partial<AttachedContainer>;
};

// A network takes each engine as long again as all the rest of a start.
const ALONE = ['--network', 'none'];

/** An attached run through the engine's program, without a network. */
export function cliRun({ engine, name, script, options = [], container }: RunOptions): ExecStep {
  const labels = ['--label', `${LABEL}=${name}`];
  return {
    do: 'exec',
    argv: [
      engine.name,
      'run',
      '--rm',
      '--name',
      name,
      ...labels,
      ...ALONE,
      ...options,
      engine.busybox,
      'sh',
      '-c',
      script,
    ],
    env: {},
    output: 'attached',
    container: containerOf(name, container),
    why: 'the test runs a container',
    tokens: [],
  };
}

/** The same through the API: create, then start. */
export function apiRun(run: RunOptions, body: object = {}): readonly EngineStep[] {
  const { engine, name, script, container } = run;
  const create = {
    Image: engine.busybox,
    Cmd: ['sh', '-c', script],
    Labels: { [LABEL]: name },
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: { AutoRemove: true, NetworkMode: 'none' },
    ...body,
  };
  const step = { do: 'engine', method: 'POST', why: 'the test runs a container' } as const;
  return [
    { ...step, path: `/containers/create?name=${name}`, body: create, output: 'quiet' },
    {
      ...step,
      path: `/containers/${name}/start`,
      body: null,
      output: 'attached',
      container: containerOf(name, container),
    },
  ];
}

export function fileStep(more: Partial<FileStep>): FileStep {
  return {
    do: 'file',
    action: 'write',
    path: '',
    mode: null,
    content: null,
    always: false,
    why: 'the test says so',
    ...more,
  };
}
