import { backupId } from '../../core/backup.js';
import type { RacSettings } from '../../rac/settings.js';
import type { Context } from '../context.js';
import type { Flags } from '../parser.js';
import { confirmTyped } from '../ui/confirm.js';
import { endService } from './service-process.js';
import { stopLeft } from './stop-left.js';

type Purge = { readonly settings: RacSettings; readonly flags: Flags };

/**
 * `podctl rac down --purge`: says what goes, has a name typed or takes `--confirm NAME`, keeps data and volumes unless `--no-snapshot`, and
 * then takes everything of this RAC off the engine and out of its folder. Each step can be done a second time.
 */
export async function purgeRac({ settings, flags }: Purge, context: Context): Promise<number> {
  const { world, output, rooms } = context;
  const { home } = settings;
  const [{ openRemoval }, { openKeptHomes }] = await Promise.all([rooms.racRemoval(), rooms.racKept()]);
  const { name, volumes } = await openRemoval(settings, world);
  const homes = openKeptHomes(home, world.files);
  const keeps = flags.snapshot !== false;
  if (keeps) await volumes.check();
  for (const line of whatGoes(home, await volumes.list(), keeps)) output.note(line);
  const given = flags.confirm ?? null;
  await confirmTyped({ names: [name], given, called: 'the name', about: 'this empties data', to: 'go on' }, world);
  await endService(home, context);
  if (keeps) await volumes.keep();
  await stopLeft(settings, 'purge', context);
  const id = backupId(world.clock.now(), await homes.ids());
  if (keeps) await homes.putAside(id);
  else await homes.remove();
  if (flags.json === true) output.json({ home, purged: true, kept: keeps ? id : null });
  else output.note(keeps ? `RAC is gone; podctl rac undo brings it back (kept as ${id})` : 'RAC is gone');
  return 0;
}

function whatGoes(home: string, volumes: readonly string[], keeps: boolean): readonly string[] {
  return [
    `this takes RAC away from ${home}:`,
    `  accounts, names, variables and settings in ${home}`,
    '  every container, network and image of its names, and the registry with its images',
    ...volumes.map((name) => `  volume ${name}`),
    keeps ? '  all of it is kept: podctl rac undo brings it back' : '  nothing is kept: it is gone for good',
  ];
}
