import type { RacWork } from './action.js';
import { racHome } from './home.js';
import { fillVolumes, undoPurge } from './purge.js';

/** `podctl rac undo [ID]`: bring back what `down --purge` has kept. One that was cut off is carried on. */
export const racUndo: RacWork = async ({ words, flags }, context) => {
  const { world, output } = context;
  const home = racHome(flags, world);
  const { readSettings } = await import('../../rac/settings-kept.js');
  const cutOff = (await world.files.readText(`${home}/kept/volumes.json`)) !== null;
  const there = (await readSettings(home, world.files)) !== null;
  if (!cutOff || flags.list === true || flags.drop === true) {
    const code = await undoPurge(words[0] ?? null, { settings: { home, there }, flags }, context);
    if (code !== 0 || flags.list === true || flags.drop === true) return code;
  }
  const settings = await readSettings(home, world.files);
  const volumes = settings === null ? 0 : await fillVolumes(settings, context);
  if (flags.json === true) output.json({ home, volumes });
  else output.note(`RAC is back with ${volumes} volumes; podctl rac up starts it`);
  return 0;
};
