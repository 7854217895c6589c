import { backupId } from '../../core/backup.js';
import { PodctlError } from '../../core/errors.js';
import type { RacSettings } from '../../rac/settings.js';
import type { Context } from '../context.js';
import type { Flags } from '../parser.js';
import { terminalOf } from '../terminal.js';
import { endService } from './service-process.js';

type Purge = { readonly settings: RacSettings; readonly flags: Flags };

/**
 * `podctl rac down --purge`: says what goes, has a name typed or takes `--confirm NAME`, keeps data and volumes unless `--no-snapshot`, and
 * then takes everything of this RAC off the engine and out of its folder. Each step can be done a second time.
 */
export async function purgeRac({ settings, flags }: Purge, context: Context): Promise<number> {
  const { world, output } = context;
  const { home } = settings;
  const parts = await openParts(settings, context);
  const keeps = flags.snapshot !== false;
  const volumes = keeps ? await parts.volumes.list() : [];
  output.note(`this takes RAC away from ${home}:`);
  output.note(`  accounts, names, variables and settings in ${home}`);
  output.note('  every container, network and image of its names, and the registry with its images');
  for (const { name } of volumes) output.note(`  volume ${name}`);
  output.note(keeps ? '  all of it is kept: podctl rac undo brings it back' : '  nothing is kept: it is gone for good');
  await confirm(parts.name, flags.confirm ?? null, context);
  await endService(home, context);
  if (keeps) await parts.volumes.keep();
  await takeOffEngine(settings, context);
  const id = backupId(world.clock.now(), await parts.homes.list());
  if (keeps) await parts.homes.putAside(id);
  else await parts.homes.remove();
  if (flags.json === true) output.json({ home, purged: true, kept: keeps ? id : null });
  else output.note(keeps ? `RAC is gone; podctl rac undo brings it back (kept as ${id})` : 'RAC is gone');
  return 0;
}

async function openParts(settings: RacSettings, { world }: Context) {
  const [{ openKeptVolumes }, { openKeptHomes }, { openInstance }, { openRacEngine }] = await Promise.all([
    import('../../rac/kept-volumes.js'),
    import('../../rac/kept-homes.js'),
    import('../../rac/instance.js'),
    import('../../rac/engine.js'),
  ]);
  const { id: instance } = await openInstance(settings.home, world.files);
  const engine = await openRacEngine({ wanted: null, remembered: settings.engine }, world);
  const volumes = openKeptVolumes({ ...world, engine, home: settings.home, instance });
  return { name: `rac-${instance}`, volumes, homes: openKeptHomes(settings.home) };
}

async function takeOffEngine(settings: RacSettings, { world }: Context): Promise<void> {
  const [{ openRac }, { makeLog }] = await Promise.all([import('../../rac/service.js'), import('../../rac/log.js')]);
  const log = makeLog((line) => world.streams.print('stderr', line), world.clock.now);
  const rac = await openRac(settings, { ...world, log });
  await rac.stop('purge');
}

/** `podctl rac undo [ID]`: bring back what the last purge, or the one that is named, put aside. `--list` and `--drop` as elsewhere. */
export async function undoPurge(
  wanted: string | null,
  { settings, flags }: UndoLine,
  context: Context,
): Promise<number> {
  const { output } = context;
  const { openKeptHomes } = await import('../../rac/kept-homes.js');
  const homes = openKeptHomes(settings.home);
  const ids = await homes.list();
  if (flags.list === true) {
    if (flags.json === true) output.json({ kept: ids });
    else output.text(ids.map((id) => `${id}\n`).join(''));
    return 0;
  }
  const id = wanted ?? ids.at(-1);
  if (id === undefined || !ids.includes(id)) {
    throw new PodctlError('MISSING_INPUT', 'nothing of that is kept', { hint: 'podctl rac undo --list' });
  }
  if (flags.drop === true) {
    await confirm(id, flags.confirm ?? null, context);
    await homes.drop(id);
    output.note(`${id} is gone`);
    return 0;
  }
  if (settings.there) {
    throw new PodctlError('REFUSED', `there is a newer RAC in ${settings.home}`, {
      hint: 'podctl rac down --purge puts it aside too',
    });
  }
  await homes.bringBack(id);
  return 0;
}

export type UndoLine = {
  readonly settings: { readonly home: string; readonly there: boolean };
  readonly flags: Flags;
};

/** Fill the volumes of a home that has come back. */
export async function fillVolumes(settings: RacSettings, context: Context): Promise<number> {
  const { volumes } = await openParts(settings, context);
  return volumes.bringBack();
}

async function confirm(name: string, given: string | null, { world }: Context): Promise<void> {
  if (given === name) return;
  const hint = `in scripts: --confirm ${name}`;
  if (given !== null) throw new PodctlError('REFUSED', `\`${given}\` is not the name`, { hint });
  if (!terminalOf(world).stdin || !world.streams.isTerminal('stderr')) {
    throw new PodctlError('REFUSED', 'this empties data, and nobody can be asked', { hint });
  }
  const { askAll } = await import('../ui/questions.js');
  const wrong = (answer: string): string | null =>
    answer === name ? null : `that is not ${name}; Ctrl-C leaves everything as it is`;
  const question = { message: `type the name, ${name}, to go on`, secret: false, example: undefined, wrong };
  const answers = await askAll({ name: question }, world.streams);
  if (answers?.['name'] === name) return;
  throw new PodctlError('REFUSED', 'nothing was changed: the name was not typed', { hint });
}
