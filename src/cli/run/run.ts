import { ifPossible, PodctlError } from '../../core/errors.js';
import { escapeControl } from '../../core/text.js';
import { auditRefusal } from '../../plan/audit.js';
import { judgePlatforms } from '../../plan/foreign-image.js';
import { refusalError } from '../../plan/refusal.js';
import type { Plan } from '../../plan/step.js';
import { carryOut } from '../carry-out.js';
import type { ProfileCommand } from '../choose-profile.js';
import type { Context } from '../context.js';
import { chooseEngine } from '../engine-choice.js';
import { printPlan } from '../print-plan.js';
import { finishDetached } from './detached.js';
import { tellUnfetched } from './fetch.js';
import type { RunOptions } from './options.js';
import { type Prepared, prepareRun } from './prepare.js';
import { draftCommand, runSite } from './site.js';
import type { RunSite } from './wanted.js';

/** Run, print or explain a profile's command. Resolves with the exit code: the container's own for an attached run. */
export async function runProfileCommand(
  target: ProfileCommand,
  options: RunOptions,
  context: Context,
): Promise<number> {
  const site = await openRunSite(target, options, context);
  const prepared = await prepareRun(site, context);
  const plan = planFor(prepared);
  if (context.purpose === 'explain') {
    tellUnfetched(site.draft.unfetched, context);
    tellNotes(prepared, context);
    const { printExplanation } = await import('./explain.js');
    await printExplanation({ plan, built: prepared.built, texts: target.loaded.layers, how: options }, context);
    return 0;
  }
  if (options.dryRun) {
    tellUnfetched(site.draft.unfetched, context);
    tellNotes(prepared, context);
    printPlan(plan, options, context);
    return 0;
  }
  const ready = await pullFirst({ plan, prepared }, site, context);
  tellNotes(ready.prepared, context);
  if (options.flags.detach) await forgetAttached(ready.prepared, site, context);
  const result = await carryOut(ready.plan, site.found, context);
  if (!options.flags.detach || result.exitCode !== 0) {
    if (result.exitCode !== 0)
      await (await import('./why-ended.js')).tellWhyEnded(result.exitCode, ready.prepared, context);
    return result.exitCode;
  }
  const id = result.stdout.trim().split('\n').at(-1) ?? '';
  const { spec, built } = ready.prepared;
  return finishDetached({ id, name: spec.name, ready: built.ready, found: site.found, json: options.json }, context);
}

/** Resolve the profile, then find the engine: what needs no engine is checked first. */
async function openRunSite(target: ProfileCommand, options: RunOptions, context: Context): Promise<RunSite> {
  const draft = await draftCommand(target, options, context);
  const printed = options.dryRun || context.purpose === 'explain';
  const purpose = printed ? 'plan' : 'act';
  const meanwhile = printed ? undefined : (): void => void warmUp(options.via, context);
  const found = await chooseEngine({ wanted: options.engine, project: target.project, purpose, meanwhile }, context);
  // An engine that names itself at once is still to be asked about image and container.
  meanwhile?.();
  return runSite({ target, options, draft, found }, context);
}

// The engine takes its time to answer; what the plan will be carried out with is loaded meanwhile.
async function warmUp(via: RunOptions['via'], { rooms }: Context): Promise<void> {
  // Loading does not let go of the processor: first the question has to be on its way.
  await new Promise<void>((resolve) => setImmediate(resolve));
  try {
    const room = await rooms.warmUp();
    await room.warmUp(via);
  } catch {
    // Whoever really needs it meets the same failure, and tells it.
  }
}

function tellNotes({ built, obstacles }: Prepared, { output }: Context): void {
  for (const message of obstacles) output.note(`note: it would not start now: ${escapeControl(message)}`);
  for (const { message } of built.notes) output.note(`note: ${escapeControl(message)}`);
}

// Safety first: a public mode that shows what is hidden is refused whatever else is wrong.
function planFor({ audit, decision }: Prepared): Plan {
  const violation = audit === null ? null : auditRefusal(audit);
  if (violation !== null) throw refusalError(violation);
  if (decision.kind === 'plan') return decision.plan;
  if (decision.kind === 'refused') throw refusalError(decision);
  throw new PodctlError('CANNOT_CREATE', decision.message, { hint: decision.hint });
}

// A killed podctl may have left word that it is attached to a container of this name; it must not count for the new one.
async function forgetAttached({ spec }: Prepared, { found }: RunSite, { rooms, world }: Context): Promise<void> {
  const { dropLease } = await rooms.lease();
  await dropLease(spec.name, { connection: found.connection, host: world.host, files: world.files });
}

type Ready = { readonly plan: Plan; readonly prepared: Prepared };

// What a missing image needs is known only once it is there: pull it, look again and plan again.
async function pullFirst(ready: Ready, site: RunSite, context: Context): Promise<Ready> {
  if (ready.prepared.presence !== 'missing') return ready;
  const pulls = ready.plan.steps.filter((step) => step.do !== 'file' && step.output === 'progress');
  if (pulls.length > 0) await refuseForeign(ready.prepared, site, context);
  await carryOut({ ...ready.plan, steps: pulls }, site.found, context);
  const prepared = await prepareRun(site, context);
  return { prepared, plan: planFor(prepared) };
}

// The registry knows for which machines an image is; when it does not answer, the pull itself will say what is wrong.
async function refuseForeign({ spec }: Prepared, { found }: RunSite, { rooms, world }: Context): Promise<void> {
  const room = await rooms.registry();
  const { host, files } = world;
  const image = await ifPossible(() => room.lookUp(spec.image, { host, files, found }));
  if (image === null) return;
  const remote = { ref: spec.image, platforms: image.platforms, wanted: spec.platform };
  const refusal = judgePlatforms(remote, found.facts);
  if (refusal !== null) throw refusalError(refusal);
}
