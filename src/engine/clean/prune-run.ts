import { PodctlError } from '../../core/errors.js';
import type { KeptVolume } from '../../plan/clean/kept.js';
import type { PruneExec, PruneItem, PruneKeep, PruneStep } from '../../plan/clean/prune-step.js';
import type { EngineAsk } from './prune-ask.js';
import { changesOf, GONE_ALREADY } from './prune-change.js';
import type { VolumeStore } from './volume-store.js';

/** What came of a list. `failed`: the engine's words; the other steps were done all the same. */
export type PruneResult = {
  readonly done: readonly PruneItem[];
  readonly left: readonly { readonly what: string; readonly why: string }[];
  readonly failed: readonly PodctlError[];
  /** What undo has now. */
  readonly kept: readonly KeptVolume[];
};

export type PruneRunDeps = {
  readonly ask: EngineAsk;
  readonly store: Pick<VolumeStore, 'keep'>;
  /** Writes the document of what is kept, or takes it away when nothing is. */
  readonly record: (
    kept: Extract<PruneStep, { readonly action: 'record' }>['kept'],
    things: readonly KeptVolume[],
  ) => Promise<void>;
  readonly removeArchive: (path: string) => Promise<void>;
  readonly onStep?: ((step: PruneStep) => void) | undefined;
  /** True when a signal came: nothing more is begun. */
  readonly isStopped: () => boolean;
};

/** Carry the list out: before each step it is looked at again, and what is no longer as it was listed stays. */
export async function runPrune(steps: readonly PruneStep[], deps: PruneRunDeps): Promise<PruneResult> {
  const run = new PruneRun(deps);
  for (const step of steps) {
    if (deps.isStopped()) break;
    deps.onStep?.(step);
    // oxlint-disable-next-line no-await-in-loop -- in order
    await run.one(step);
  }
  return run.finish();
}

type Recorded = Extract<PruneStep, { readonly action: 'record' }>;

class PruneRun {
  readonly #deps: PruneRunDeps;
  readonly #done: PruneItem[] = [];
  readonly #left: { what: string; why: string }[] = [];
  readonly #failed: PodctlError[] = [];
  /** Bytes of the archives that are whole, by volume. */
  readonly #bytes = new Map<string, number>();
  #recorded: Recorded | null = null;

  constructor(deps: PruneRunDeps) {
    this.#deps = deps;
  }

  async one(step: PruneStep): Promise<void> {
    if (step.do === 'exec') return this.#exec(step);
    if (step.action === 'keep-volume') return this.#keep(step);
    this.#recorded = step;
    if (this.#bytes.size > 0) await this.#deps.record(step.kept, this.#things(step));
  }

  /** What was kept and did not go after all is no longer kept. */
  async finish(): Promise<PruneResult> {
    const gone = this.#done.flatMap(({ still }) => (still.kind === 'volume' ? [still.name] : []));
    const recorded = this.#recorded;
    const things = recorded === null ? [] : this.#things(recorded);
    const kept = things.filter(({ name }) => gone.includes(name));
    if (recorded !== null && kept.length < things.length) {
      await this.#deps.record(recorded.kept, kept);
      for (const { at } of things.filter((thing) => !kept.includes(thing))) await this.#deps.removeArchive(at);
    }
    return { done: this.#done, left: this.#left, failed: this.#failed, kept };
  }

  #things({ things }: Recorded): readonly KeptVolume[] {
    return things.flatMap((thing) => {
      const bytes = this.#bytes.get(thing.name);
      return bytes === undefined ? [] : [{ ...thing, bytes }];
    });
  }

  async #keep({ volume, path, still }: Extract<PruneKeep, { readonly action: 'keep-volume' }>): Promise<void> {
    const item = { still, word: volume.name, what: `volume ${volume.name}` };
    if ((await changesOf([item], this.#deps.ask)).size > 0) return;
    // Without an archive the volume stays: that is an error, and the end.
    this.#bytes.set(volume.name, (await this.#deps.store.keep(volume, path)).bytes);
  }

  async #exec(step: PruneExec): Promise<void> {
    const { ask } = this.#deps;
    const changes = await changesOf(step.items, ask.last);
    const going = step.items.filter((item) => {
      const unkept = item.still.kind === 'volume' && !this.#bytes.has(item.still.name) ? 'it was not kept' : null;
      const why = changes.get(item) ?? unkept;
      if (why !== null) this.#left.push({ what: item.what, why });
      return why === null;
    });
    if (going.length === 0) return;
    const words = step.argv.slice(ask.before, step.argv.length - step.items.length);
    try {
      await ask.text([...words, ...going.map(({ word }) => word)]);
      this.#done.push(...going);
    } catch (error) {
      if (!(error instanceof PodctlError)) throw error;
      await this.#part(going, error);
    }
  }

  // Of several on one line some may be gone: by this line, or because somebody was faster. Neither is a failure.
  async #part(going: readonly PruneItem[], error: PodctlError): Promise<void> {
    const after = await changesOf(going, this.#deps.ask.last);
    const there = going.filter((item) => after.get(item) !== GONE_ALREADY);
    this.#done.push(...going.filter((item) => !there.includes(item)));
    for (const item of there) {
      const used = after.has(item) || IN_USE.test(error.message);
      this.#left.push({ what: item.what, why: after.get(item) ?? (used ? 'it is used by now' : 'the engine refused') });
      if (!used && !this.#failed.includes(error)) this.#failed.push(error);
    }
  }
}

const IN_USE = /in use|being used|used by|is running|active endpoints|dependent child|has children/i;
