import { readSettings } from '../../rac/settings-kept.js';
import type { RacWork } from './action.js';
import { racHome } from './home.js';
import { endService } from './service-process.js';
import { stopLeft } from './stop-left.js';

/** `podctl rac down`: end service, registry and applications; everything that lasts stays. */
export const racDown: RacWork = async ({ flags }, context) => {
  const { world, output } = context;
  const home = racHome(flags, world);
  const settings = await readSettings(home, world.files);
  if (flags.purge === true && settings !== null)
    return (await import('./purge.js')).purgeRac({ settings, flags }, context);
  const ended = await endService(home, context);
  const left = !ended && settings !== null;
  if (left) await stopLeft(settings, 'down', context);
  if (flags.json === true) output.json({ home, ended: ended || left });
  else output.note(ended || left ? 'RAC is down; data stay, and podctl rac up brings it back' : 'RAC is not up');
  return 0;
};
