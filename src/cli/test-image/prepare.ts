import { PodctlError } from '../../core/errors.js';
import { LABEL } from '../../core/project.js';
import { escapeControl } from '../../core/text.js';
import { auditRefusal } from '../../plan/audit.js';
import { decideTest, type ImageProbe, type TestInput, type TestSteps } from '../../plan/decide-test.js';
import { refusalError } from '../../plan/refusal.js';
import type { Plan } from '../../plan/step.js';
import { looksInside, pythonProgram } from '../../plan/test-expect.js';
import { TEST_COMMAND } from '../../profile/test-tree.js';
import type { ImageFacts } from '../../spec/facts.js';
import type { Context } from '../context.js';
import { type Draft, draftRun } from '../run/draft.js';
import { type FetchValues, makeFetch } from '../run/fetch.js';
import { type Prepared, prepareRun } from '../run/prepare.js';
import { warningText } from '../run/site.js';
import type { RunIdentity, RunSite } from '../run/wanted.js';
import type { RunMark, TestBed } from './bed.js';
import type { TestOptions } from './options.js';
import { type FoundRemains, findRemains } from './remains.js';
import { planReports, reportOwner } from './reports.js';

/** A run of tests that was thought through; nothing was changed yet. */
export type PreparedTest = {
  readonly mark: RunMark;
  readonly test: Prepared | null;
  readonly services: readonly PreparedService[];
  /** What the engine knows of the tested image; null: it does not have it, or was not asked. */
  readonly image: ImageFacts | null;
  readonly remains: FoundRemains;
  readonly steps: TestSteps;
  readonly plan: Plan;
};

export type PreparedService = { readonly name: string; readonly prepared: Prepared };

export type Asked = { readonly mark: RunMark; readonly options: TestOptions };

/** Look at the host and the engine, and lay the whole run out. */
export async function prepareTest(bed: TestBed, asked: Asked, context: Context): Promise<PreparedTest> {
  const { mark, options } = asked;
  const listing = findRemains(bed);
  // Whatever fails first is told; the other failure must not count as one that nobody looks at.
  listing.catch(() => undefined);
  const site = bed.target === null ? null : await testSite(bed, asked, context);
  const test = site === null ? null : allowed(await prepareRun(site, context));
  const mode = site?.draft.resolved.mode ?? null;
  const services = await prepareServices(bed, { mode, asked, context });
  const image = test === null ? await lookedAt(bed, options) : test.image;
  const remains = await listing;
  const seen = { mark, mode, test, services, image, remains };
  const decision = decideTest(await inputOf(bed, { seen, options, context }));
  if (decision.kind === 'refused') throw refusalError(decision);
  return { mark, test, services, image, remains, steps: decision.steps, plan: decision.plan };
}

type Mode = Draft['resolved']['mode'];

/** A service shows no more than the tests may, which have this mode. */
type ServiceWish = { readonly mode: Mode; readonly asked: Asked; readonly context: Context };

async function prepareServices(
  bed: TestBed,
  { mode, asked, context }: ServiceWish,
): Promise<readonly PreparedService[]> {
  const services: PreparedService[] = [];
  for (const { name, loaded } of bed.services) {
    // oxlint-disable-next-line no-await-in-loop -- in the profile's order, so that the first problem is the first one's
    const site = await serviceSite(bed, { name, loaded, mode }, { asked, context });
    // oxlint-disable-next-line no-await-in-loop -- as above
    services.push({ name, prepared: allowed(await prepareRun(site, context)) });
  }
  return services;
}

type Seen = Omit<PreparedTest, 'steps' | 'plan'> & { readonly mode: Mode };

async function inputOf(
  bed: TestBed,
  { seen, options, context }: { readonly seen: Seen; readonly options: TestOptions; readonly context: Context },
): Promise<TestInput> {
  const { mark, mode, test, services, image, remains } = seen;
  return {
    profile: bed.chosen.loaded.name,
    mode: mode?.name ?? null,
    engine: bed.found.facts,
    connection: bed.found.connection,
    via: options.via,
    labels: mark.labels,
    network: services.length === 0 ? null : mark.name,
    services: services.map(({ name, prepared }) => ({ name, input: prepared.input })),
    test: test?.input ?? null,
    probe: probeOf(bed, { mark, image, ref: test?.spec.image ?? bed.image.ref }),
    pull: pulledFirst(bed, seen, options),
    reports: test === null ? [] : await planReports(bed, options, context.world),
    owner: reportOwner(context.world),
    remains: remains.gone,
  };
}

// Only an image is looked at, which is neither here nor built now.
function pulledFirst(bed: TestBed, { test, image }: Seen, { build }: TestOptions): string | null {
  return test === null && image === null && !build && !bed.found.facts.assumed ? bed.image.ref : null;
}

async function testSite(bed: TestBed, { mark, options }: Asked, context: Context): Promise<RunSite> {
  const { target } = bed;
  if (target === null) throw new PodctlError('BUG', 'there are no tests to prepare');
  const { mode, config, envFiles } = options;
  const fetch = fetchFor(bed, options, context);
  const request = { chosen: target, command: TEST_COMMAND, mode, config, envFiles, env: options.flags.env, fetch };
  const draft = tellWarnings(await draftRun(request, context.world), context);
  const network = bed.services.length === 0 ? null : { name: mark.name, aliases: [] };
  const image = bed.image.key === null ? bed.image.ref : null;
  return {
    ...siteOf(bed, options, context),
    loaded: target.loaded,
    draft,
    // What the contract declares was settled with the profile; see run/draft.ts.
    flags: { ...options.flags, image, env: draft.env },
    as: identity(mark, { name: mark.name, network, disposable: false, builds: options.build && options.dryRun }),
  };
}

type ServiceRequest = {
  readonly name: string;
  readonly loaded: TestBed['chosen']['loaded'];
  readonly mode: Mode;
};

async function serviceSite(
  bed: TestBed,
  { name, loaded, mode }: ServiceRequest,
  { asked, context }: { readonly asked: Asked; readonly context: Context },
): Promise<RunSite> {
  const { mark, options } = asked;
  const chosen = { loaded, project: bed.chosen.project };
  const fetch = fetchFor(bed, options, context);
  const request = { chosen, command: name, mode: undefined, config: undefined, envFiles: [], env: [], fetch };
  const draft = tellWarnings(await draftRun(request, context.world), context);
  const marked = { ...mark, labels: { ...mark.labels, [LABEL.command]: `${TEST_COMMAND}/${name}` } };
  return {
    ...siteOf(bed, options, context),
    loaded,
    draft: { ...draft, resolved: { ...draft.resolved, mode } },
    flags: { args: [], ports: [], image: null, tag: null, mounts: [], env: [], detach: true },
    as: identity(marked, {
      name: `${mark.name}-${name}`,
      network: { name: mark.name, aliases: [name] },
      disposable: true,
      builds: options.build && options.dryRun,
    }),
  };
}

// What is only printed asks no source for its value.
function fetchFor({ chosen }: TestBed, { dryRun }: TestOptions, context: Context): FetchValues | null {
  return dryRun || context.purpose === 'explain' ? null : makeFetch(chosen.project, context);
}

function siteOf({ chosen, found, observer }: TestBed, { via, dryRun }: TestOptions, { purpose }: Context) {
  const acts = !dryRun && purpose !== 'explain';
  return { project: chosen.project, via, found, observer, acts, iKnow: false };
}

function identity({ labels }: RunMark, own: Omit<RunIdentity, 'labels'>): RunIdentity {
  return { ...own, labels };
}

function tellWarnings(draft: Draft, { output }: Context): Draft {
  for (const warning of draft.warnings) output.note(`warning: ${escapeControl(warningText(warning))}`);
  return draft;
}

// Safety first: a public mode that shows what is hidden is refused whatever else is wrong.
function allowed(prepared: Prepared): Prepared {
  const violation = prepared.audit === null ? null : auditRefusal(prepared.audit);
  if (violation !== null) throw refusalError(violation);
  if (prepared.decision.kind === 'refused') throw refusalError(prepared.decision);
  return prepared;
}

async function lookedAt({ found, observer, chosen, image }: TestBed, options: TestOptions): Promise<ImageFacts | null> {
  if (found.facts.assumed) return null;
  const facts = await observer.image(image.ref);
  const buildable = image.key !== null && chosen.loaded.profile.images[image.key]?.context !== undefined;
  if (facts !== null || !buildable || options.dryRun) return facts;
  throw new PodctlError('UNAVAILABLE', `the image \`${image.ref}\` is not there yet`, {
    hint: 'build it with `podctl build`, or add --build',
  });
}

function probeOf(
  { settings }: TestBed,
  { mark, image, ref }: { readonly mark: RunMark; readonly image: ImageFacts | null; readonly ref: string },
): ImageProbe | null {
  const { expect } = settings;
  if (!looksInside(expect)) return null;
  const program = expect.pythonProgram ?? pythonProgram(image?.entrypoint ?? null);
  return { name: `${mark.name}-look`, image: ref, python: expect.python === null ? null : program };
}

/** Tell what is good to know about the containers, although nothing is wrong. */
export function tellNotes({ test, services }: PreparedTest, { output }: Context): void {
  const all = [test, ...services.map(({ prepared }) => prepared)];
  for (const { message } of all.flatMap((one) => one?.built.notes ?? [])) output.note(`note: ${message}`);
}
