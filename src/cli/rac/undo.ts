import { PodctlError } from '../../core/errors.js';
import type { KeptHomes } from '../../rac/kept-homes.js';
import type { Context } from '../context.js';
import type { RacWork } from './action.js';
import { racHome } from './home.js';
import { dropKept, listKept, noSuch, tellOf } from './kept.js';

/** `podctl rac undo [ID]`: bring back what `down --purge` has kept, the newest when nothing is said; `--list` and `--drop` as elsewhere. */
export const racUndo: RacWork = async ({ words, flags }, context) => {
  const { world, rooms, output } = context;
  const home = racHome(flags, world);
  const { openKeptHomes } = await rooms.racKept();
  const homes = openKeptHomes(home, world.files);
  if (flags.list === true) return listKept(homes, flags, context);
  if (flags.drop === true) return dropKept(homes, { words, flags }, context);
  if (words.length > 1) {
    throw new PodctlError('USAGE', 'one thing at a time can be undone', { hint: 'podctl rac undo --list' });
  }
  const { isCutOff } = await import('../../rac/kept-volumes.js');
  const cutOff = await isCutOff(home, world.files);
  const id = cutOff ? null : await newestOr(homes, words[0], { home, context });
  if (flags.dryRun === true) {
    const meant = (await homes.list()).filter((one) => one.id === id);
    tellOf(meant, { home, bringsBack: id, carriesOn: cutOff }, { flags, output });
    return 0;
  }
  if (id !== null) await homes.bringBack(id);
  const volumes = await fillVolumes(home, context);
  if (flags.json === true) output.json({ home, volumes });
  else output.note(`RAC is back with ${volumes} volumes; podctl rac up starts it`);
  return 0;
};

type Place = { readonly home: string; readonly context: Context };

async function newestOr(homes: KeptHomes, wanted: string | undefined, { home, context }: Place): Promise<string> {
  const ids = await homes.ids();
  const id = wanted ?? ids.at(-1);
  if (id === undefined) {
    throw new PodctlError('MISSING_INPUT', 'nothing of RAC is kept, so nothing can be undone', {
      hint: 'podctl rac down --purge keeps what it removes',
    });
  }
  if (!ids.includes(id)) throw noSuch(id);
  const { readSettings } = await import('../../rac/settings-kept.js');
  if ((await readSettings(home, context.world.files)) !== null) {
    throw new PodctlError('REFUSED', `there is a newer RAC in ${home}`, {
      hint: 'podctl rac down --purge puts it aside too',
    });
  }
  return id;
}

async function fillVolumes(home: string, { world, rooms }: Context): Promise<number> {
  const { readSettings } = await import('../../rac/settings-kept.js');
  const settings = await readSettings(home, world.files);
  if (settings === null) return 0;
  const { openRemoval } = await rooms.racRemoval();
  return (await openRemoval(settings, world)).volumes.bringBack();
}
