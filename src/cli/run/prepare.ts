import { resolvePath } from '../../core/path.js';
import { secretDir } from '../../io/state-dir.js';
import type { Audit } from '../../plan/audit.js';
import { decideRun, decideUnhindered, type RunDecision } from '../../plan/decide-run.js';
import type { PreflightAnswers } from '../../plan/host-answers.js';
import {
  missingToCreate,
  preflight,
  preflightQuestions,
  preflightRefusal,
  withoutMissing,
} from '../../plan/preflight.js';
import type { Refusal } from '../../plan/refusal.js';
import type { PlanFrame, RunInput } from '../../plan/run-input.js';
import type { ContainerFacts } from '../../spec/facts.js';
import type { Context } from '../context.js';
import { flavourOf } from '../project.js';
import { terminalOf } from '../terminal.js';
import { answerPaths, answerPorts } from './answers.js';
import { askVolumes, auditRun } from './audit.js';
import type { RunData } from './data.js';
import { refuseUnfetched } from './fetch.js';
import { containerName } from './identity.js';
import { buildWanted, type RunSite, type Wanted } from './wanted.js';

/** A start that was thought through: the container, what the audit of a public mode says, and the decision. */
export type Prepared = Wanted & {
  /** What was decided on. */
  readonly input: RunInput;
  readonly audit: Audit | null;
  readonly decision: RunDecision;
  /** What keeps it from starting now, where only an explanation is wanted: the decision is then made as if these were not there. */
  readonly obstacles: readonly string[];
};

/** Look at the host and the engine, and decide how to start. Nothing is changed. */
export async function prepareRun(site: RunSite, context: Context): Promise<Prepared> {
  if (site.acts) refuseUnfetched(site.draft.unfetched);
  const asked = askNamed(site);
  // Whatever fails first is told; the other failure must not count as one that nobody looks at.
  asked.catch(() => undefined);
  const first = await buildWanted(site, context);
  await checkLock(site, first);
  const data = await dataOf(first, site, context);
  const built = data === null ? first : withData(first, data);
  const questions = preflightQuestions(built.spec, built.image?.entrypoint ?? null);
  const answers = {
    paths: await answerPaths(questions.paths, context.world),
    ports: await answerPorts(questions.ports, context),
    secrets: await answerSecrets(questions.secrets, site),
  };
  const wanted = { ...built, spec: withoutMissing(built.spec, answers) };
  const isPublic = site.draft.resolved.mode?.exposure === 'public';
  const input = await runInput(wanted, site, { answers, named: await asked, context, data });
  const decision = decideRun(input);
  // What runs already holds its own ports; that is no finding.
  const refusal = decision.kind === 'running' ? null : judgeStart(wanted, input, { answers, decision, context, data });
  const prepared = { ...wanted, input, audit: isPublic ? await auditRun(wanted, site, context) : null };
  const outcome = refusal ?? decision;
  return outcome.kind !== 'plan' && context.purpose === 'explain'
    ? { ...prepared, decision: decideUnhindered(input), obstacles: obstaclesOf(outcome) }
    : { ...prepared, decision: outcome, obstacles: [] };
}

async function checkLock({ draft }: RunSite, { image }: Wanted): Promise<void> {
  if (draft.lockedId === undefined || draft.lockedId === null) return;
  const { checkLockedId } = await import('../lock/run.js');
  checkLockedId(draft.lockedId, image);
}

// Few profiles declare data; the others do without all that looks at them.
async function dataOf(wanted: Wanted, site: RunSite, context: Context): Promise<RunData | null> {
  if (Object.keys(site.loaded.profile.data).length === 0) return null;
  const { lookAtData } = await import('./data.js');
  return lookAtData(wanted, site, context);
}

function withData(wanted: Wanted, { spec, notes }: RunData): Wanted {
  return { ...wanted, spec, built: { ...wanted.built, notes: [...wanted.built.notes, ...notes] } };
}

// Asked while the image is looked at: with an engine that has to be asked through its program each question takes a while.
async function askNamed({ draft, found, observer, project, as }: RunSite): Promise<ContainerFacts | null> {
  // A name of one run's own is nobody else's.
  return found.facts.assumed || as !== undefined ? null : observer.container(containerName(draft.resolved, project.id));
}

function obstaclesOf(outcome: Exclude<RunDecision, { readonly kind: 'plan' }>): readonly string[] {
  return outcome.kind === 'running' ? [outcome.message] : outcome.problems.map(({ message }) => message);
}

/** What every decision about this site is made for. */
function frameOf({ draft, found }: Pick<RunSite, 'draft' | 'found'>): PlanFrame {
  const { resolved } = draft;
  return {
    profile: resolved.name,
    mode: resolved.mode?.name ?? null,
    engine: found.facts,
    connection: found.connection,
  };
}

type Looking = { readonly answers: PreflightAnswers; readonly context: Context; readonly data: RunData | null };
type Named = Looking & { readonly named: ContainerFacts | null };

async function runInput(wanted: Wanted, site: RunSite, { answers, named, context, data }: Named): Promise<RunInput> {
  const { spec, built } = wanted;
  return {
    ...frameOf(site),
    spec,
    shape: built.shape,
    via: site.via,
    envFile: envFilePath(spec.name, context),
    image: { presence: wanted.presence, buildable: buildableImage(site) },
    named,
    lease: named === null ? 'none' : await leaseOf(named, site, context),
    volumes: await askVolumes(spec, site),
    missing: missingToCreate(spec, answers),
    leftSecrets: named === null ? [] : await leftSecrets(named.name, site, context),
    ...(data?.owner == null ? {} : { folderOwner: data.owner }),
    ...(data === null ? {} : { sidecars: data.sidecars }),
  };
}

async function leftSecrets(
  container: string,
  { found }: Pick<RunSite, 'found'>,
  { rooms, world }: Context,
): Promise<readonly string[]> {
  const { secretFilePrefix, secretFilesOf } = await rooms.secretFiles();
  const deps = { connection: found.connection, host: world.host, files: world.files };
  const own = secretFilePrefix(container, deps);
  return (await secretFilesOf(container, deps)).filter((path) => !path.startsWith(own));
}

async function answerSecrets(
  names: readonly string[],
  { found, observer }: Pick<RunSite, 'found' | 'observer'>,
): Promise<Readonly<Record<string, boolean>>> {
  if (found.facts.assumed) return {};
  const answers = await Promise.all(names.map(async (name) => [name, await observer.secret(name)] as const));
  return Object.fromEntries(answers);
}

function judgeStart(
  wanted: Wanted,
  input: RunInput,
  { answers, decision, context, data }: Looking & { readonly decision: RunDecision },
): Refusal | null {
  const stale = decision.kind === 'plan' ? (input.named?.ports ?? []) : [];
  return preflightRefusal([
    ...preflight(wanted.spec, answers, {
      engine: input.engine,
      image: { ...input.image, arch: wanted.image?.arch ?? null, entrypoint: wanted.image?.entrypoint ?? null },
      terminal: terminalOf(context.world),
      detach: input.shape.detach,
      origins: wanted.built.origins,
      ownPorts: stale.map(({ hostPort }) => hostPort),
    }),
    ...(data?.problems ?? []),
  ]);
}

async function leaseOf(
  container: ContainerFacts,
  { found }: Pick<RunSite, 'found'>,
  { rooms, world }: Context,
): Promise<RunInput['lease']> {
  const room = await rooms.lease();
  return room.leaseOf(container.name, { connection: found.connection, host: world.host, files: world.files });
}

// An image that the user named is not the profile's, so podctl cannot build it.
function buildableImage({ draft, flags }: RunSite): string | null {
  const { image, images } = draft.resolved;
  return flags.image === null && images[image]?.context !== undefined ? image : null;
}

function envFilePath(name: string, { world }: Context): string {
  return resolvePath(secretDir(world.host), `${name}-${world.host.pid}.env`, flavourOf(world.host));
}
