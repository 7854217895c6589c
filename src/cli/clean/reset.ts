import { PodctlError } from '../../core/errors.js';
import { formatBytes } from '../../core/size.js';
import { runningOf } from '../../plan/clean/decide-reset.js';
import { cleanPlanToJson, formatCleanSteps } from '../../plan/clean/print-clean.js';
import type { Context } from '../context.js';
import { formatTable } from '../ui/table.js';
import { carryJournal, lockProject } from './carry.js';
import { confirmName } from './confirm.js';
import { readInterrupted, resumeFor } from './interrupted.js';
import type { ResetOptions } from './options.js';
import { type PlannedReset, planReset } from './plan-reset.js';
import { type CleanSite, openCleanSite, refreshed } from './site.js';
import { waitForUsers } from './wait-for-users.js';

/** `podctl reset [SERVICE…]`. */
export async function runReset(options: ResetOptions, context: Context): Promise<number> {
  const site = await openCleanSite({ ...options, purpose: options.dryRun ? 'plan' : 'act' }, context);
  if (options.dryRun) {
    show(await planReset(options, site, context), { options, site }, context);
    return 0;
  }
  const release = await lockProject(site.project, context);
  try {
    const cut = await readInterrupted(site.project, context);
    if (cut === null) return await reset(options, site, context);
    await confirmName(site.project, options.confirm, context);
    await resumeFor({ next: 'reset', journal: cut }, site, context);
    const fresh = await refreshed(site);
    const planned = await planReset(options, fresh, context);
    const about = planned.journal?.about ?? [];
    if (cut.verb === 'reset' && about.every((one) => cut.about.includes(one))) return 0;
    return await reset(options, fresh, context);
  } finally {
    await release();
  }
}

async function reset(options: ResetOptions, site: CleanSite, context: Context): Promise<number> {
  const planned = await planReset(options, site, context);
  if (planned.journal === null) {
    if (options.json) context.output.json(documentOf(planned, site));
    else context.output.note('nothing to do: there are no data to empty');
    return 0;
  }
  context.output.note(listOf(planned).trimEnd());
  for (const { source, why } of planned.left) context.output.note(`note: ${source} stays: ${why}`);
  if (!options.snapshot) context.output.note('warning: --no-snapshot: nothing of this can be brought back');
  await confirmName(site.project, options.confirm, context);
  // The list was frozen when it was shown; whoever came meanwhile was not on it.
  const now = await planReset(options, await refreshed(site), context);
  if (marksOf(now) !== marksOf(planned)) throw changed();
  const exitCode = await carryJournal(now.journal ?? planned.journal, site, context);
  if (exitCode !== 0) return exitCode;
  report({ ...planned, journal: now.journal }, { options, site }, context);
  await waitForUsers(now.users, site, context);
  return 0;
}

type Shown = { readonly options: ResetOptions; readonly site: CleanSite };

function show(planned: PlannedReset, { options, site }: Shown, { output }: Context): void {
  const steps = planned.journal?.steps ?? [];
  const { profile, mode, engine } = site.frame;
  const frame = { profile, mode, engine };
  if (options.json) {
    output.json({ ...cleanPlanToJson(frame, steps), ...documentOf(planned, site) });
    return;
  }
  if (planned.things.length > 0) output.note(listOf(planned).trimEnd());
  for (const { source, why } of planned.left) output.note(`note: ${source} stays: ${why}`);
  output.text(formatCleanSteps(steps, options.shell));
}

function listOf({ things }: PlannedReset): string {
  const rows = things.map((thing) => {
    const name = thing.kind === 'folder' ? thing.path : `volume ${thing.facts.name}`;
    const owner = thing.kind === 'folder' && thing.owner !== null ? `${thing.owner.uid}:${thing.owner.gid}` : '-';
    return [name, thing.bytes === null ? 'unknown' : formatBytes(thing.bytes), owner, thing.services.join(', ')];
  });
  return formatTable(['DATA', 'SIZE', 'OWNER', 'SERVICES'], rows);
}

function documentOf({ journal, things, left, users }: PlannedReset, { label }: CleanSite) {
  return {
    project: label,
    kept: journal?.kept ?? null,
    data: things.map((thing) => ({
      ...(thing.kind === 'folder'
        ? { kind: thing.kind, path: thing.path, owner: thing.owner }
        : { kind: thing.kind, volume: thing.facts.name }),
      bytes: thing.bytes,
      services: thing.services,
    })),
    left,
    containers: runningOf(users).map(({ name }) => name),
  };
}

function report(planned: PlannedReset, { options, site }: Shown, { output }: Context): void {
  if (options.json) return output.json(documentOf(planned, site));
  const { journal, things } = planned;
  output.text(
    things.map((thing) => `${thing.kind === 'folder' ? thing.path : `volume ${thing.facts.name}`}\n`).join(''),
  );
  const kept = journal?.kept ?? null;
  if (kept === null) return;
  output.note(`kept as ${kept}: \`podctl undo\` brings it back, \`podctl undo --drop ${kept}\` frees its room`);
  const asides = things.filter((thing) => thing.kind === 'folder').length;
  if (asides > 0)
    output.note('note: kept folders stand beside the new ones as .podctl-kept-…; keep them out of git and builds');
}

// What a list says: which data, and who is stopped.
function marksOf({ things, users }: PlannedReset): string {
  const data = things.map((thing) => (thing.kind === 'folder' ? `${thing.path} ${thing.is}` : thing.facts.name));
  return JSON.stringify([data, users.map(({ id }) => id).toSorted()]);
}

function changed(): PodctlError {
  return new PodctlError('TRY_AGAIN', 'the list changed while it was looked at; nothing was changed', {
    hint: 'run podctl reset again, and look at the new list',
  });
}
