import { PodctlError } from '../core/errors.js';
import { revealed } from '../core/secret.js';
import { escapeControl } from '../core/text.js';
import type { Clock } from '../io/clock.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import type { SignalName, Signals } from '../io/signals.js';
import type { Streams } from '../io/streams.js';
import type { EngineStep, ExecStep, FileStep, Plan, Step } from '../plan/step.js';
import type { Api } from './api.js';
import { runApiStep } from './api-step.js';
import { type AttachedDeps, plainEnv, runAttached } from './attached.js';
import type { Connection } from './engine.js';
import { engineError } from './engine-error.js';
import { recognise } from './failures/recognise.js';
import { type Leftover, removeLeftover } from './leftover.js';
import { type Probe, probe } from './probe.js';
import { type Captured, type Command, exitCodeOfSignal, type Processes, realProcesses } from './process.js';
import { type ProgressEvent, parseProgress } from './progress.js';
import { makeRedactor, revealAll } from './redact.js';
import { sweepSecretFiles } from './secret-files.js';
import { removeStaleSecrets } from './stale-secrets.js';
import { streamed } from './streamed.js';

/** The world that a plan is carried out in. The last three are for tests; the real ones are taken without them. */
export type ExecuteDeps = {
  readonly connection: Connection;
  readonly host: Host;
  readonly files: Files;
  readonly streams: Streams;
  readonly signals: Signals;
  readonly clock: Clock;
  /** Called before each step. */
  readonly onStep?: ((step: Step) => void) | undefined;
  /** Progress of pulls and builds; without it their lines go to stderr as they come. */
  readonly onProgress?: ((event: ProgressEvent) => void) | undefined;
  readonly processes?: Processes | undefined;
  readonly api?: Api | undefined;
  readonly probe?: Probe | undefined;
};

/** `exitCode`: the attached container's, 128+n after signal n, else 0. `stdout`: what the `result` steps wrote. */
export type ExecResult = { readonly exitCode: number; readonly stdout: string };

/**
 * Carry a plan out, step by step, without deciding anything. A step that fails throws PodctlError with the engine's words, secrets
 * taken out; an attached step that ends with an exit code ends the plan with it. Steps marked `always` are done in every case.
 */
export async function executePlan(plan: Plan, deps: ExecuteDeps): Promise<ExecResult> {
  const run = new Run(plan, deps);
  return run.all();
}

// To find a step in its cache podman's builder looks at every image there is, and stops at one that another program removes at that
// moment (containers/buildah #2925, #5674). Nothing is wrong with what was to be built.
const BUILDS_AGAIN = 2;

class Run {
  readonly #plan: Plan;
  readonly #deps: ExecuteDeps;
  readonly #processes: Processes;
  readonly #redact: (text: string) => string;
  readonly #begun = new Set<Step>();
  readonly #done = new Set<Step>();
  /** Steps whose container is somebody else's, who was quicker. */
  readonly #nameTaken = new Set<Step>();
  readonly #since: number;
  readonly #cancel = new AbortController();
  #caught: SignalName | null = null;
  #attached = false;
  #stdout: string[] = [];

  constructor(plan: Plan, deps: ExecuteDeps) {
    this.#plan = plan;
    this.#deps = deps;
    this.#processes = deps.processes ?? realProcesses(deps.host);
    this.#redact = makeRedactor(plan);
    this.#since = deps.clock.now();
  }

  async all(): Promise<ExecResult> {
    // Without this a signal would end podctl at once and leave secret files behind.
    const stopListening = this.#deps.signals.on(['SIGINT', 'SIGTERM', 'SIGHUP'], (name) => this.#interrupt(name));
    try {
      await removeStaleSecrets(this.#deps);
      await this.#sweepFiles('ended');
      const exitCode = await this.#steps();
      return { exitCode, stdout: this.#stdout.join('\n') };
    } catch (error) {
      if (this.#caught === null) throw this.#withoutSecrets(error);
      return { exitCode: exitCodeOfSignal(this.#caught), stdout: this.#stdout.join('\n') };
    } finally {
      await this.#always('end');
      await this.#sweep();
      await this.#sweepFiles('own');
      stopListening();
    }
  }

  // A container that did not get to its start would stay behind, with a name that the next run needs.
  async #sweep(): Promise<void> {
    await this.#sweepUnstarted();
    const steps = this.#plan.steps.filter((step) => step.do === 'engine');
    const last = steps.find((step) => step.output === 'attached');
    const created = steps.some((step) => step.path.startsWith('/containers/create') && this.#begun.has(step));
    if (last?.container?.remove !== true || this.#begun.has(last) || !created) return;
    const patience = this.#caught === null ? 0 : 1_000;
    await this.#sweepApi({ name: last.container.name, since: this.#since, patience });
  }

  // What failed before is told, also where the engine is gone.
  async #sweepUnstarted(): Promise<void> {
    for (const step of this.#plan.steps) {
      const begun = this.#begun.has(step) && !this.#done.has(step) && !this.#nameTaken.has(step);
      if (step.do === 'file' || step.starts === undefined || !begun) continue;
      const unstarted = { name: step.starts, since: this.#since, patience: 0, unstarted: true } as const;
      const sweep = step.do === 'exec' ? removeLeftover(unstarted, this.#attachedDeps()) : this.#sweepApi(unstarted);
      await sweep.catch(() => undefined);
    }
  }

  async #sweepApi(unstarted: Leftover): Promise<void> {
    const { removeUnstarted } = await import('./attached-api.js');
    await removeUnstarted(unstarted, { api: await this.#api(), clock: this.#deps.clock });
  }

  // One in the background that was not made, or that this plan removed, leaves its files to nobody.
  #sweepFiles(whose: 'ended' | 'own'): Promise<void> {
    return sweepSecretFiles(whose, { ...this.#deps, processes: this.#processes, probe: this.#deps.probe ?? probe });
  }

  #interrupt(name: SignalName): void {
    // An attached run has its own rules.
    if (this.#attached) return;
    this.#caught ??= name;
    this.#cancel.abort();
  }

  async #steps(): Promise<number> {
    for (const step of this.#plan.steps) {
      if (this.#done.has(step)) continue;
      if (this.#caught !== null) return exitCodeOfSignal(this.#caught);
      this.#deps.onStep?.(step);
      this.#begun.add(step);
      const exitCode = await this.#step(step);
      this.#done.add(step);
      if (exitCode !== 0) return exitCode;
    }
    return 0;
  }

  async #always(now: 'created' | 'end'): Promise<void> {
    for (const step of this.#plan.steps) {
      if (step.always !== true || this.#done.has(step)) continue;
      if ((step.do !== 'file' || step.until === 'end') && now !== 'end') continue;
      this.#done.add(step);
      if (step.do === 'file') await doFile(step, this.#deps.files);
      else await this.#last(step);
    }
  }

  // What runs beside a container goes with it, also after a signal. A plan that did not get that far has nothing to end.
  async #last(step: ExecStep | EngineStep): Promise<void> {
    if (this.#begun.size === 0) return;
    try {
      if (step.do === 'exec') {
        const [file = '', ...args] = step.argv;
        await this.#processes.run({ file, args, env: plainEnv(step) });
      } else {
        await (await this.#api()).call({ method: step.method, path: step.path, body: revealAll(step.body) });
      }
    } catch {
      // It is gone already, or the engine is: what failed before is told.
    }
  }

  async #step(step: Step): Promise<number> {
    if (step.do === 'file') {
      await doFile(step, this.#deps.files);
      return 0;
    }
    if (step.output === 'attached') {
      this.#attached = true;
      try {
        return await (step.do === 'exec' ? runAttached(step, this.#attachedDeps()) : this.#attachApi(step));
      } finally {
        this.#attached = false;
      }
    }
    const result = await (step.do === 'exec' ? this.#exec(step) : this.#call(step));
    if (step.output === 'result' && result !== '') this.#stdout.push(result);
    return 0;
  }

  #attachedDeps(): AttachedDeps {
    const leftover = this.#plan.steps.some(
      (step) => step.do === 'file' && step.always && step.until !== 'end' && !this.#done.has(step),
    );
    return {
      ...this.#deps,
      processes: this.#processes,
      probe: this.#deps.probe ?? probe,
      onCreated: leftover ? () => this.#always('created') : null,
    };
  }

  async #attachApi(step: EngineStep): Promise<number> {
    const { container } = step;
    if (container === undefined) throw new PodctlError('BUG', `the attached call ${step.path} names no container`);
    const { runAttachedApi } = await import('./attached-api.js');
    return runAttachedApi(step, container, {
      ...this.#deps,
      api: await this.#api(),
      probe: this.#deps.probe ?? probe,
    });
  }

  async #exec(step: ExecStep): Promise<string> {
    const [file = '', ...args] = step.argv;
    const input = step.input === undefined ? {} : { input: step.input.reveal() };
    const command = { file, args, env: plainEnv(step), signal: this.#cancel.signal, ...input };
    if (step.output === 'progress') return this.#streamed(step, command);
    const ended = await this.#processes.run(command);
    if (ended.exitCode !== 0) throw await this.#failed(step, ended.exitCode, ended.stderr || ended.stdout);
    if (step.judge !== undefined) await this.#judge(step, ended);
    return ended.stdout;
  }

  async #streamed(step: ExecStep, command: Command): Promise<string> {
    const pass = (line: string): void => this.#progress(parseProgress(this.#redact(line)));
    for (let more = BUILDS_AGAIN; ; more -= 1) {
      // oxlint-disable-next-line no-await-in-loop -- each only when the one before failed
      const { exitCode, words } = await streamed(command, pass, this.#processes);
      if (exitCode === 0) return '';
      if (more === 0 || this.#caught !== null || recognise(words, command.file)?.id !== 'build-race') {
        throw await this.#failed(step, exitCode, words);
      }
      pass('another program removed an image meanwhile: this is built once more');
    }
  }

  async #judge(step: ExecStep, { stdout, stderr }: Captured): Promise<void> {
    const { silentFailure } = await import('./stack/podman-compose-words.js');
    if (silentFailure(stdout) !== null) throw await this.#failed(step, 1, stderr || stdout);
  }

  async #failed(step: ExecStep, exitCode: number, words: string): Promise<PodctlError> {
    if (/container name .* is already in use/i.test(words)) this.#nameTaken.add(step);
    const output = this.#redact(words);
    const { portHolder } = await import('./failures/port-holder.js');
    const holder = await portHolder(output, { ...this.#deps, processes: this.#processes });
    return engineError({ argv: step.argv, exitCode, output, holder });
  }

  async #call(step: EngineStep): Promise<string> {
    return runApiStep(step, {
      api: await this.#api(),
      signal: this.#cancel.signal,
      redact: this.#redact,
      onProgress: (event) => this.#progress(event),
    });
  }

  #progress(raw: ProgressEvent): void {
    const event = { ...raw, text: escapeControl(raw.text) };
    if (this.#deps.onProgress !== undefined) this.#deps.onProgress(event);
    else this.#deps.streams.print('stderr', `${event.id === '' ? '' : `${event.id} `}${event.text}\n`);
  }

  async #api(): Promise<Api> {
    if (this.#deps.api !== undefined) return this.#deps.api;
    const { openApi } = await import('./api.js');
    return openApi(this.#deps.connection);
  }

  #withoutSecrets(error: unknown): unknown {
    if (!(error instanceof PodctlError)) return error;
    const message = this.#redact(error.message);
    return message === error.message ? error : new PodctlError(error.code, message, { hint: error.hint });
  }
}

async function doFile(step: FileStep, files: Files): Promise<void> {
  if (step.action === 'remove') await files.removeFile(step.path);
  else if (step.action === 'mkdir') await files.makeDirectory(step.path, step.mode ?? undefined, step.owner);
  else await files.writeText(step.path, step.content === null ? '' : revealed(step.content), step.mode ?? undefined);
}
