import type { BackupManifest, Compression, FileOwner, SqliteContent } from '../core/backup.js';
import { PodctlError } from '../core/errors.js';
import { publish, type StoredBackup } from '../io/backup-store.js';
import { copyDatabase, ownerOf, packFile, snapshotTo } from '../io/data-work.js';
import { refuseOpeners } from '../io/file-openers.js';
import type { Packed } from '../io/pack.js';
import type { SignalName } from '../io/signals.js';
import { checkFile, settle } from '../io/sqlite.js';
import { type DataExec, type DataPlan, type DataStep, isDataStep } from '../plan/data-step.js';
import { isMove, move } from './data-move.js';
import type { ExecuteDeps, executePlan } from './execute.js';
import { exitCodeOfSignal } from './process.js';

export type DataRunDeps = Omit<ExecuteDeps, 'onStep' | 'onProgress'> & {
  /** Carries out engine commands and plain file steps. */
  readonly execute: typeof executePlan;
  /** Called before each step. */
  readonly onStep?: ((step: DataPlan['steps'][number]) => void) | undefined;
  /** Called for each of the steps that are done in every case and could not be; the error that ends the plan is another one. */
  readonly onUndone?: ((step: DataPlan['steps'][number], error: unknown) => void) | undefined;
};

/** `exitCode`: 128+n after signal n, else 0. */
export type DataResult = { readonly exitCode: number; readonly published: readonly StoredBackup[] };

/**
 * Carry a plan for data out, step by step, without deciding anything. Steps that let containers go and remove temporary files are done
 * in every case; a step that fails ends the plan with its error.
 */
export async function runDataPlan(plan: DataPlan, deps: DataRunDeps): Promise<DataResult> {
  return new DataRun(plan, deps).all();
}

class DataRun {
  readonly #plan: DataPlan;
  readonly #deps: DataRunDeps;
  readonly #done = new Set<DataPlan['steps'][number]>();
  readonly #published: StoredBackup[] = [];
  #begun = false;
  #caught: SignalName | null = null;
  #packed: Packed | null = null;
  #content: SqliteContent | undefined;
  #owner: FileOwner | undefined;

  constructor(plan: DataPlan, deps: DataRunDeps) {
    this.#plan = plan;
    this.#deps = deps;
  }

  async all(): Promise<DataResult> {
    const stopListening = this.#deps.signals.on(['SIGINT', 'SIGTERM', 'SIGHUP'], (name) => {
      this.#caught ??= name;
    });
    try {
      for (const step of this.#plan.steps) {
        if (this.#caught !== null) break;
        // oxlint-disable-next-line no-await-in-loop -- in order
        await this.#one(step);
      }
    } finally {
      await this.#always();
      stopListening();
    }
    return { exitCode: this.#caught === null ? 0 : exitCodeOfSignal(this.#caught), published: this.#published };
  }

  async #one(step: DataPlan['steps'][number]): Promise<void> {
    this.#done.add(step);
    this.#deps.onStep?.(step);
    this.#begun = true;
    if (isDataStep(step)) await this.#work(step);
    else if (step.do === 'exec') await this.#exec(step);
    else await this.#engine({ ...this.#plan, steps: [step] });
  }

  // What must not stay behind: paused or stopped containers, and copies that nobody needs. The first error is the one that is told.
  async #always(): Promise<void> {
    if (!this.#begun) return;
    for (const step of this.#plan.steps) {
      const due = isDataStep(step) ? LEAVES_NOTHING.includes(step.action) : step.do === 'exec' && step.always === true;
      // oxlint-disable-next-line no-await-in-loop -- in order
      if (due && !this.#done.has(step))
        await this.#one(step).catch((error: unknown) => this.#deps.onUndone?.(step, error));
    }
  }

  async #exec(step: DataExec): Promise<void> {
    try {
      await this.#engine({ ...this.#plan, steps: [step] });
    } catch (error) {
      const gone = error instanceof PodctlError && MISSING.test(`${error.message} ${error.hint ?? ''}`);
      if (step.missing !== true || !gone) throw error;
    }
  }

  async #engine(plan: DataPlan): Promise<void> {
    const steps = plan.steps.flatMap((step) => (isDataStep(step) ? [] : [step]));
    const { execute, ...deps } = this.#deps;
    await execute({ ...plan, steps }, { ...deps, onStep: undefined });
  }

  async #work(step: DataStep): Promise<void> {
    if (isMove(step)) return move(step);
    switch (step.action) {
      case 'snapshot':
        return this.#snapshot(step.from, step.path);
      case 'copy':
        this.#owner = (await ownerOf(step.from)) ?? undefined;
        return copyDatabase(step.from, step.path);
      case 'settle':
        return settle(step.path).catch((error: unknown) => {
          if (step.broken !== true || !(error instanceof PodctlError) || error.code !== 'BAD_DATA') throw error;
        });
      case 'alone':
        return refuseOpeners(step.path);
      case 'check':
        this.#content = await checkFile(step.path, true);
        return;
      case 'pack':
        this.#packed = await packFile(step.from, step.path, step.compress);
        return;
      case 'archive': {
        const { archiveTo } = await import('../io/archive.js');
        this.#owner = (await ownerOf(step.from)) ?? undefined;
        this.#packed = await archiveTo(step.from, step.path, this.#compress());
        return;
      }
      case 'publish':
        this.#published.push(await publish(step.folder, this.#manifest(step.draft)));
        return;
      default:
        return step satisfies never;
    }
  }

  async #snapshot(from: string, path: string): Promise<void> {
    this.#owner = (await ownerOf(from)) ?? undefined;
    const { packed, content } = await snapshotTo(from, path, this.#compress());
    this.#packed = packed;
    this.#content = content;
  }

  #compress(): Compression {
    const step = this.#plan.steps.find((one) => isDataStep(one) && one.action === 'publish');
    return step !== undefined && 'draft' in step ? step.draft.compress : 'none';
  }

  #manifest(draft: Extract<DataStep, { readonly action: 'publish' }>['draft']): BackupManifest {
    if (this.#packed === null) throw new PodctlError('BUG', 'nothing was packed before it was published');
    return {
      podctl: 1,
      ...draft,
      ...this.#packed,
      ...(this.#content === undefined ? {} : { sqlite: this.#content }),
      ...(this.#owner === undefined ? {} : { owner: this.#owner }),
    };
  }
}

/** Steps that are done in every case. */
const LEAVES_NOTHING: readonly DataStep['action'][] = ['discard', 'clear'];

// How engines say that a path of a container is not there.
const MISSING = /no such file|could not find the file|not found/i;
