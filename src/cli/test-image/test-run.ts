import { PodctlError } from '../../core/errors.js';
import type { EventWatch } from '../../engine/test-events.js';
import type { Step } from '../../plan/step.js';
import type { Expectation } from '../../plan/test-expect.js';
import {
  type ContainerEnd,
  deadServices,
  type Interruption,
  interferenceWith,
  judgeTest,
  type Stopped,
  type TestVerdict,
  withExpectations,
} from '../../plan/test-verdict.js';
import { carryOut } from '../carry-out.js';
import type { Context } from '../context.js';
import type { TestBed } from './bed.js';
import { type CopiedReport, copyReports } from './copy-reports.js';
import { lookAtImage } from './look.js';
import type { PreparedTest } from './prepare.js';
import { waitForService } from './services.js';
import { openGate, type SignalGate } from './signal-gate.js';

/** What a run came to, for people and for machines. */
export type TestResult = {
  readonly verdict: TestVerdict;
  readonly end: ContainerEnd | null;
  readonly expectations: readonly Expectation[];
  readonly reports: readonly CopiedReport[];
  /** Milliseconds. */
  readonly took: number;
};

/** Events come a moment after what they tell of. */
const EVENTS_WITHIN_MS = 1_000;

export type RunLimits = {
  /** Milliseconds; null: none. */
  readonly timeout: number | null;
  /** Aborts when the run is to end because a file changed. */
  readonly changed: AbortSignal | null;
};

/** Carry a prepared run out: every step as it was printed, with the waits between them. All that it made is gone afterwards. */
export async function carryOutTest(
  parts: { readonly bed: TestBed; readonly prepared: PreparedTest; readonly limits: RunLimits },
  context: Context,
): Promise<TestResult> {
  return new TestRun(parts, context).all();
}

class TestRun {
  readonly #bed: TestBed;
  readonly #prepared: PreparedTest;
  readonly #limits: RunLimits;
  readonly #gate: SignalGate;
  /** Carries steps out; signals reach whatever runs, but never end podctl in between. */
  readonly #context: Context;
  readonly #over = new AbortController();
  #stopped: Stopped | null = null;
  #watch: EventWatch | null = null;
  #testing = false;
  #clientCode = 0;
  #expectations: readonly Expectation[] = [];
  #reports: readonly CopiedReport[] = [];

  constructor(
    { bed, prepared, limits }: { readonly bed: TestBed; readonly prepared: PreparedTest; readonly limits: RunLimits },
    context: Context,
  ) {
    this.#bed = bed;
    this.#prepared = prepared;
    this.#limits = limits;
    this.#gate = openGate(context.world.signals, (signal) => this.#stop({ by: 'signal', signal }, null));
    this.#context = { ...context, world: { ...context.world, signals: this.#gate.signals } };
  }

  async all(): Promise<TestResult> {
    const { clock } = this.#context.world;
    const began = clock.now();
    const onChange = (): void => {
      this.#stop({ by: 'change' }, 'SIGINT');
      // A second one kills: nobody waits for what this run would still say.
      this.#gate.inject('SIGINT');
    };
    this.#limits.changed?.addEventListener('abort', onChange);
    let end: ContainerEnd | null = null;
    try {
      await this.#look();
      end = await this.#test();
      const verdict = await this.#judge(end);
      return { verdict, end, expectations: this.#expectations, reports: this.#reports, took: clock.now() - began };
    } finally {
      await this.#tearDown();
      this.#limits.changed?.removeEventListener('abort', onChange);
      this.#over.abort();
      await this.#watch?.end();
      this.#gate.close();
    }
  }

  // The first reason counts; what runs now hears of it.
  #stop(why: Stopped, signal: Interruption | null): void {
    this.#stopped ??= why;
    this.#over.abort();
    if (signal !== null) this.#gate.inject(signal);
  }

  async #look(): Promise<void> {
    await this.#carry(this.#prepared.steps.pull);
    const { expect } = this.#bed.settings;
    const nothing = Object.values(expect).every(
      (value) => value === null || (typeof value === 'object' && Object.keys(value).length === 0),
    );
    if (this.#stopped !== null || nothing) return;
    this.#expectations = await lookAtImage(this.#bed, this.#prepared, this.#context);
  }

  async #test(): Promise<ContainerEnd | null> {
    const { test, services, steps } = this.#prepared;
    if (test === null) return null;
    const names = new Map(services.map(({ name, prepared }) => [prepared.spec.name, name]));
    this.#watch = this.#bed.room.watch(`podctl.test=${this.#prepared.mark.id}`, ({ container, action }) => {
      const name = names.get(container);
      if (this.#testing && action === 'die' && name !== undefined) this.#stop({ by: 'service', name }, 'SIGTERM');
    });
    await this.#carry(steps.setUp);
    // oxlint-disable-next-line no-await-in-loop -- in the profile's order
    for (const service of steps.services) await this.#carry(service.steps);
    await this.#awaitServices();
    if (this.#stopped !== null) return null;
    await this.#attach(steps.test);
    const end = await this.#bed.room.endOf(test.spec.name);
    await this.#watch.settle(
      ({ container, action }) => container === test.spec.name && action === 'die',
      EVENTS_WITHIN_MS,
    );
    const context = this.#undisturbed();
    this.#reports = end?.started === true ? await copyReports(this.#bed, this.#prepared, context) : [];
    return end;
  }

  async #awaitServices(): Promise<void> {
    if (this.#stopped !== null) return;
    const waiting = { bed: this.#bed, context: this.#context, signal: this.#over.signal };
    await Promise.all(
      this.#prepared.services.map(async (service) => {
        const ready = await waitForService(service, waiting);
        if (!ready) this.#stop({ by: 'service', name: service.name }, null);
      }),
    );
  }

  async #attach(steps: readonly Step[]): Promise<void> {
    const { timeout: limit } = this.#limits;
    const done = new AbortController();
    this.#testing = true;
    if (limit !== null) void this.#limit(limit, done.signal);
    try {
      this.#clientCode = await this.#carry(steps);
    } finally {
      this.#testing = false;
      done.abort();
    }
  }

  async #limit(limit: number, done: AbortSignal): Promise<void> {
    await this.#context.world.clock.sleep(limit, done);
    if (!done.aborted) this.#stop({ by: 'timeout', limit }, 'SIGTERM');
  }

  async #carry(steps: readonly Step[]): Promise<number> {
    if (steps.length === 0 || this.#stopped !== null) return 0;
    const { exitCode } = await carryOut({ ...this.#prepared.plan, steps }, this.#bed.found, this.#context);
    return exitCode;
  }

  async #judge(end: ContainerEnd | null): Promise<TestVerdict> {
    const unmet = this.#expectations.filter(({ holds }) => !holds).length;
    const { test, services } = this.#prepared;
    if (test === null && this.#stopped === null) return withExpectations(null, unmet);
    const ends = await Promise.all(
      services.map(async ({ name, prepared }) => ({ name, end: await this.#bed.room.endOf(prepared.spec.name) })),
    );
    // Before the tests ran, services may not have been made yet: then podctl's own reason is the whole story.
    const dead = end === null && this.#stopped?.by !== 'service' ? [] : deadServices(end, ends);
    const verdict = judgeTest({
      engine: this.#bed.found.facts.name,
      end,
      clientCode: this.#clientCode,
      stopped: this.#stopped,
      interference: interferenceWith(test?.spec.name ?? '', this.#watch?.seen() ?? [], this.#watch?.works() === true),
      dead,
    });
    return withExpectations(verdict, unmet);
  }

  #undisturbed(): Context {
    return { ...this.#context, world: { ...this.#context.world, signals: this.#gate.deaf } };
  }

  // Each is tried, whatever becomes of the others; what is left all the same is the next run's to remove.
  async #tearDown(): Promise<void> {
    const context = this.#undisturbed();
    for (const step of this.#prepared.steps.tearDown) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- a network goes after the containers in it
        await carryOut({ ...this.#prepared.plan, steps: [step] }, this.#bed.found, context);
      } catch (error) {
        if (!(error instanceof PodctlError)) throw error;
        if (!isGone(error)) context.output.note(`note: ${error.message}; the next run removes it`);
      }
    }
  }
}

/** True when an engine says that what was to be removed is not there. */
export function isGone(error: PodctlError): boolean {
  return /no such|not found|no container with/i.test(error.message);
}
