import { renderPull } from '../render/argv/image.js';
import { renderRun } from '../render/argv/run.js';
import {
  renderCopyOut,
  renderNetworkCreate,
  renderNetworkRemove,
  renderStartAttached,
} from '../render/argv/test-run.js';
import { renderLifecycle } from '../render/argv/verbs.js';
import { EMPTY_SPEC } from '../spec/spec.js';
import { decideRun } from './decide-run.js';
import { engineStep, execStep, folderStep, wayOf } from './make-step.js';
import type { Refusal } from './refusal.js';
import { type PlanFrame, planOf, type RunInput } from './run-input.js';
import type { ExecStep, Plan, Step } from './step.js';

/** What a killed run left on the engine, as it was listed: exactly this is removed. */
export type Remains = {
  readonly containers: readonly { readonly name: string; readonly running: boolean }[];
  readonly networks: readonly string[];
};

/** A report that is copied out. `to` is absolute; `missing`: folders on the way to it that are not there yet, outermost first. */
export type ReportCopy = { readonly path: string; readonly to: string; readonly missing: readonly string[] };

/** A container that is made of the image only to look into it. `python` null: nobody asks for a version. */
export type ImageProbe = { readonly name: string; readonly image: string; readonly python: string | null };

export type TestInput = PlanFrame & {
  readonly via: 'cli' | 'api';
  /** Labels of everything that this run makes. */
  readonly labels: Readonly<Record<string, string>>;
  /** null: there are no services, and the tests run in the network that the profile says. */
  readonly network: string | null;
  readonly services: readonly { readonly name: string; readonly input: RunInput }[];
  /** null: only the image itself is looked at. */
  readonly test: RunInput | null;
  readonly probe: ImageProbe | null;
  /** An image that is pulled although nothing of it is run; null: none. */
  readonly pull: string | null;
  readonly reports: readonly ReportCopy[];
  /** Whom the copies shall belong to where podctl runs as root for somebody; null: to whoever runs podctl. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  readonly remains: Remains;
};

/** The steps of a run of tests, by what they are for; the waits in between change nothing and are no steps. */
export type TestSteps = {
  readonly pull: readonly Step[];
  readonly reap: readonly Step[];
  readonly probe: { readonly make: readonly Step[]; readonly ask: ExecStep | null; readonly remove: readonly Step[] };
  readonly setUp: readonly Step[];
  readonly services: readonly { readonly name: string; readonly steps: readonly Step[] }[];
  readonly test: readonly Step[];
  readonly reports: readonly { readonly path: string; readonly to: string; readonly steps: readonly Step[] }[];
  /** Each is done, whatever becomes of the others. */
  readonly tearDown: readonly Step[];
};

export type TestDecision = { readonly kind: 'plan'; readonly steps: TestSteps; readonly plan: Plan } | Refusal;

/** Prints the version on stdout, from Python 2 on. */
const VERSION_CODE = 'import platform; print(platform.python_version())';

/** Lay out a whole run of tests: what is left of killed runs goes, services start, the tests run, reports are copied, all is removed. */
export function decideTest(input: TestInput): TestDecision {
  const services: { readonly name: string; readonly steps: readonly Step[] }[] = [];
  for (const { name, input: service } of input.services) {
    const start = startOf(service, `service \`${name}\``);
    if (start.kind === 'refused') return start;
    services.push({ name, steps: start.steps });
  }
  const after = input.services.length === 0 ? 'the tests' : 'the tests, once every service answers';
  const test = input.test === null ? NO_START : startOf(input.test, after);
  if (test.kind === 'refused') return test;
  const steps: TestSteps = {
    pull: input.pull === null ? [] : [pullStep(input, input.pull)],
    reap: reapSteps(input),
    probe: probeSteps(input),
    setUp: input.network === null ? [] : [makeNetwork(input, input.network)],
    services,
    test: test.steps,
    reports: input.test === null ? [] : copySteps(input, input.test.spec.name),
    tearDown: tearDownSteps(input),
  };
  return { kind: 'plan', steps, plan: planOf(input, inOrder(steps)) };
}

type Start = { readonly kind: 'start'; readonly steps: readonly Step[] };

const NO_START: Start = { kind: 'start', steps: [] };

// A start says of itself only that it starts something; here it says what.
function startOf(input: RunInput, what: string): Start | Refusal {
  const decision = decideRun(input);
  if (decision.kind === 'refused') return decision;
  if (decision.kind !== 'plan') return NO_START;
  return {
    kind: 'start',
    steps: decision.plan.steps.map((step) => (isStart(step) ? { ...step, why: `start ${what}` } : step)),
  };
}

function isStart(step: Step): boolean {
  return step.do !== 'file' && (step.output === 'attached' || step.output === 'result');
}

/** All steps in the order in which they are done. */
function inOrder({ pull, reap, probe, setUp, services, test, reports, tearDown }: TestSteps): readonly Step[] {
  const ask = probe.ask === null ? [] : [probe.ask];
  const look = [...probe.make, ...ask, ...probe.remove];
  const beside = services.flatMap(({ steps }) => steps);
  return [
    ...reap,
    ...pull,
    ...look,
    ...setUp,
    ...beside,
    ...test,
    ...reports.flatMap(({ steps }) => steps),
    ...tearDown,
  ];
}

function pullStep(input: TestInput, image: string): Step {
  const why = 'the engine does not have the image yet';
  return execStep(renderPull(wayOf(input), { image, platform: null }), { output: 'progress', why });
}

function reapSteps(input: TestInput): readonly Step[] {
  const { containers, networks } = input.remains;
  const why = 'a run that was killed left this behind';
  // Podman's forced removal would give a running one its whole stop timeout.
  const running = containers.filter((container) => container.running).map(({ name }) => name);
  const kill = running.length === 0 ? [] : [quiet(input, { verb: 'kill', containers: running, signal: null }, why)];
  const all = containers.map(({ name }) => name);
  const remove =
    all.length === 0 ? [] : [quiet(input, { verb: 'rm', containers: all, force: true, volumes: true }, why)];
  const nets =
    networks.length === 0 ? [] : [execStep(renderNetworkRemove(wayOf(input), networks), { output: 'quiet', why })];
  return [...kill, ...remove, ...nets];
}

function probeSteps(input: TestInput): TestSteps['probe'] {
  const { probe } = input;
  if (probe === null) return { make: [], ask: null, remove: [] };
  const way = wayOf(input);
  // Without a question the container is never started, so that its program need not be there.
  const entrypoint = [probe.python ?? '/podctl-never-started'];
  const args = probe.python === null ? [] : ['-c', VERSION_CODE];
  const spec = {
    ...EMPTY_SPEC,
    name: probe.name,
    image: probe.image,
    labels: input.labels,
    network: 'none',
    entrypoint,
    args,
  };
  const shape = { detach: false, remove: false };
  const create = renderRun(spec, { ...way, shape, envFile: null, inlineEnv: [], verb: 'create' });
  return {
    make: [execStep(create, { output: 'quiet', why: 'a container to look into the image with, without a shell' })],
    ask:
      probe.python === null
        ? null
        : execStep(renderStartAttached(way, probe.name), { output: 'result', why: 'ask its Python for the version' }),
    remove: [
      quiet(input, { verb: 'rm', containers: [probe.name], force: true, volumes: true }, 'it is not needed any more'),
    ],
  };
}

function makeNetwork(input: TestInput, name: string): Step {
  const why = "a network of the run's own, in which services have their names";
  const { labels } = input;
  if (input.via === 'cli')
    return execStep(renderNetworkCreate(wayOf(input), { name, labels }), { output: 'quiet', why });
  const body = { Name: name, Labels: labels };
  return engineStep(input, { method: 'POST', path: '/networks/create', body, output: 'quiet', why });
}

// The engine's program copies for both ways: what it writes belongs to the user who runs it.
function copySteps(input: TestInput, container: string): TestSteps['reports'] {
  const { owner } = input;
  const made = new Set<string>();
  return input.reports.map(({ path, to, missing }) => {
    const own = missing.filter((folder) => !made.has(folder));
    for (const folder of own) made.add(folder);
    const folders = own.map((folder) => folderStep(folder, null, 'the folder for the report is not there yet'));
    const copy = execStep(renderCopyOut(wayOf(input), { container, path, to }), {
      output: 'quiet',
      why: `copy the report \`${path}\` out, also when the tests failed`,
    });
    const mine = owner === null ? [] : giveSteps({ own, copied: `${to}/${nameOf(path)}` }, owner);
    return { path, to, steps: [...folders, copy, ...mine] };
  });
}

// podctl as root for somebody: what it made and copied belongs to that user, and nothing else is touched.
function giveSteps(
  { own, copied }: { readonly own: readonly string[]; readonly copied: string },
  { uid, gid }: { readonly uid: number; readonly gid: number },
): readonly ExecStep[] {
  const why = 'podctl runs as root for this user';
  const give = (words: readonly string[]): ExecStep =>
    execStep(
      ['chown', ...words].map((text) => ({ text, at: 'test/reports' })),
      { output: 'quiet', why },
    );
  const folders = own.length === 0 ? [] : [give(['--no-dereference', `${uid}:${gid}`, '--', ...own])];
  return [...folders, give(['--recursive', '--no-dereference', `${uid}:${gid}`, '--', copied])];
}

function nameOf(path: string): string {
  return path.replace(/\/+$/, '').split('/').at(-1) ?? '';
}

function tearDownSteps(input: TestInput): readonly Step[] {
  const names = [
    ...(input.test === null ? [] : [input.test.spec.name]),
    ...input.services.map((one) => one.input.spec.name),
  ];
  const containers = names.map((name) => removeContainer(input, name));
  return [...containers, ...(input.network === null ? [] : [removeNetwork(input, input.network)])];
}

function removeContainer(input: TestInput, name: string): Step {
  const why = 'nothing of the run stays behind, nor its anonymous volumes';
  if (input.via === 'cli') return quiet(input, { verb: 'rm', containers: [name], force: true, volumes: true }, why);
  const path = `/containers/${encodeURIComponent(name)}?force=true&v=true`;
  return engineStep(input, { method: 'DELETE', path, output: 'quiet', why });
}

function removeNetwork(input: TestInput, name: string): Step {
  const why = 'nothing of the run stays behind';
  if (input.via === 'cli') return execStep(renderNetworkRemove(wayOf(input), [name]), { output: 'quiet', why });
  return engineStep(input, { method: 'DELETE', path: `/networks/${encodeURIComponent(name)}`, output: 'quiet', why });
}

function quiet(frame: PlanFrame, action: Parameters<typeof renderLifecycle>[1], why: string): ExecStep {
  return execStep(renderLifecycle(wayOf(frame), action), { output: 'quiet', why });
}
