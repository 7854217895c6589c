import { backupId } from '../../core/backup.js';
import { PodctlError } from '../../core/errors.js';
import { formatBytes } from '../../core/size.js';
import { decideUndo, type UndoFolder, type UndoVolume } from '../../plan/clean/decide-undo.js';
import type { Journal } from '../../plan/clean/journal.js';
import {
  type Kept,
  type KeptFolder,
  type KeptVolume,
  keptBytes,
  removalOf,
  thingWords,
} from '../../plan/clean/kept.js';
import { cleanPlanToJson, formatCleanSteps } from '../../plan/clean/print-clean.js';
import { refuseProtected } from '../../plan/protected-data.js';
import { refusalError } from '../../plan/refusal.js';
import type { ContainerFacts } from '../../spec/facts.js';
import type { Context } from '../context.js';
import { undoDir } from '../state.js';
import { formatTable } from '../ui/table.js';
import { carryJournal, lockProject } from './carry.js';
import { dropKept } from './drop.js';
import { readInterrupted, resumeFor } from './interrupted.js';
import { imageFor, judgeFolder, usersOf } from './look.js';
import type { UndoOptions } from './options.js';
import { type CleanSite, openCleanSite, refreshed } from './site.js';
import { waitForUsers } from './wait-for-users.js';

/** `podctl undo [ID]`, `--list`, `--drop`. */
export async function runUndo(options: UndoOptions, context: Context): Promise<number> {
  const { list, drop, dryRun } = options;
  const site = await openCleanSite({ ...options, bare: true, purpose: list || dryRun ? 'plan' : 'act' }, context);
  const kept = await allKept(site, context);
  if (list) {
    printKept(kept, options, context);
    return 0;
  }
  if (drop) return dropKept(meantKept(options, kept), { options, site }, context);
  if (dryRun) {
    show((await planUndo(newestOr(options, kept), site, context)).journal, { options, site }, context);
    return 0;
  }
  const release = await lockProject(site.project, context);
  try {
    return await undo(options, site, context);
  } finally {
    await release();
  }
}

/** All that is kept for a project, oldest first. */
async function allKept({ project }: CleanSite, { world, rooms }: Context): Promise<readonly Kept[]> {
  const { listKept } = await rooms.cleanLook();
  return listKept(undoDir(world.host, project.id));
}

async function undo(options: UndoOptions, site: CleanSite, context: Context): Promise<number> {
  const cut = await readInterrupted(site.project, context);
  let meant: Kept;
  if (cut === null) meant = newestOr(options, await allKept(site, context));
  else {
    const way = await resumeFor({ next: 'undo', journal: cut }, site, context);
    const back = (await allKept(site, context)).find(({ id }) => id === cut.kept);
    // A reset that went too far to be taken back is undone now that it is whole; everything else is as it was meant to be.
    if (way === 'back' || cut.verb !== 'reset' || back === undefined) return 0;
    meant = back;
  }
  const fresh = await refreshed(site);
  const { journal, users } = await planUndo(meant, fresh, context);
  const exitCode = await carryJournal(journal, fresh, context);
  if (exitCode !== 0) return exitCode;
  report({ kept: meant, journal }, options, context);
  await waitForUsers(users, fresh, context);
  return 0;
}

type PlannedUndo = { readonly journal: Journal; readonly users: readonly ContainerFacts[] };

async function planUndo(kept: Kept, site: CleanSite, context: Context): Promise<PlannedUndo> {
  const { world } = context;
  const folders: UndoFolder[] = [];
  const volumes: UndoVolume[] = [];
  for (const thing of kept.things) {
    // oxlint-disable-next-line no-await-in-loop -- in the order of the list
    if (thing.kind === 'folder') folders.push(await lookAtKeptFolder(thing, site, context));
    // oxlint-disable-next-line no-await-in-loop -- in the order of the list
    else volumes.push(await lookAtKeptVolume(thing, site));
  }
  // What is put away for it may be protected by now; where nothing is, nothing goes.
  const now = [...folders, ...volumes].flatMap((one) => (one.now === null ? [] : [removalOf(one.kept)]));
  const refusal = refuseProtected(now, site.protectedData);
  if (refusal !== null) throw refusalError(refusal);
  const removals = kept.things.map(removalOf);
  const users = [...new Set(removals.flatMap(({ type, source }) => usersOf(type, source, site.containers)))];
  const time = world.clock.now();
  const ids = (await allKept(site, context)).map(({ id }) => id);
  const decision = decideUndo({
    ...site.frame,
    kept,
    folders,
    volumes,
    users,
    project: site.label,
    id: backupId(time, ids),
    made: new Date(time).toISOString(),
    store: undoDir(world.host, site.project.id),
  });
  if (decision.kind === 'refused') throw refusalError(decision);
  return { journal: decision.journal, users };
}

async function lookAtKeptFolder(kept: KeptFolder, site: CleanSite, context: Context): Promise<UndoFolder> {
  const { lookAtFolder, measureFolder } = await context.rooms.cleanLook();
  const named = { ...site, named: [...site.named, kept.path] };
  const { verdict } = await judgeFolder(kept.path, named, context);
  if (verdict !== null) throw new PodctlError('REFUSED', verdict.message, { hint: verdict.hint });
  const [there, now] = [await lookAtFolder(kept.at), await lookAtFolder(kept.path)];
  if (there === null) {
    throw new PodctlError('MISSING_INPUT', `what was kept of \`${kept.path}\` is gone: \`${kept.at}\``, {
      hint: 'podctl undo --list shows what else is kept',
    });
  }
  if (now === null) return { kept, is: there.is, now: null };
  const { bytes } = await measureFolder(kept.path, context.world.host.uid);
  return { kept, is: there.is, now: { is: now.is, owner: now.owner, bytes } };
}

async function lookAtKeptVolume(kept: KeptVolume, site: CleanSite): Promise<UndoVolume> {
  const facts = await site.observer.volume(kept.name);
  const services = site.mounts.filter(({ source }) => source === kept.name).map(({ service }) => service);
  const image = await imageFor(usersOf('volume', kept.name, site.containers), services, site);
  return { kept, image, now: facts === null ? null : { facts, bytes: await site.volumeBytes(facts) } };
}

/** What `--drop` means: the ids given, else all. */
function meantKept({ words }: UndoOptions, kept: readonly Kept[]): readonly Kept[] {
  for (const word of words) if (!kept.some(({ id }) => id === word)) throw noSuch(word);
  return words.length === 0 ? kept : kept.filter(({ id }) => words.includes(id));
}

function newestOr({ words }: UndoOptions, kept: readonly Kept[]): Kept {
  const [word, ...more] = words;
  if (more.length > 0)
    throw new PodctlError('USAGE', 'one thing at a time can be undone', { hint: 'podctl undo --list' });
  const found = word === undefined ? kept.at(-1) : kept.find(({ id }) => id === word);
  if (found !== undefined) return found;
  if (word !== undefined) throw noSuch(word);
  throw new PodctlError('MISSING_INPUT', 'nothing is kept for this project, so nothing can be undone', {
    hint: 'podctl reset and podctl prune keep what they remove',
  });
}

function noSuch(word: string): PodctlError {
  return new PodctlError('USAGE', `nothing is kept as \`${word}\``, { hint: 'podctl undo --list' });
}

function printKept(kept: readonly Kept[], { json }: UndoOptions, { output }: Context): void {
  if (json) {
    output.json({
      kept: kept.map((one) => {
        const { id, by, made, engine, things } = one;
        return { id, by, made, engine, bytes: keptBytes(one), things };
      }),
    });
    return;
  }
  const rows = kept.map((one) => [
    one.id,
    one.by,
    one.things.some(({ bytes }) => bytes === null) ? `${formatBytes(keptBytes(one))}+` : formatBytes(keptBytes(one)),
    one.things.map(thingWords).join(', '),
  ]);
  output.text(formatTable(['ID', 'BY', 'SIZE', 'DATA'], rows));
}

type Undone = { readonly kept: Kept; readonly journal: Journal };
type Shown = { readonly options: UndoOptions; readonly site: CleanSite };

function show(journal: Journal, { options, site }: Shown, { output }: Context): void {
  const { profile, mode, engine } = site.frame;
  if (options.json) output.json(cleanPlanToJson({ profile, mode, engine }, journal.steps));
  else output.text(formatCleanSteps(journal.steps, options.shell));
}

function report({ kept, journal }: Undone, { json }: UndoOptions, { output }: Context): void {
  if (json) {
    output.json({ undone: kept.id, by: kept.by, data: journal.about, kept: journal.kept });
    return;
  }
  output.text(journal.about.map((one) => `${one}\n`).join(''));
  if (journal.kept !== null) output.note(`what was there is kept as ${journal.kept}: podctl undo again brings it back`);
}
