import { readSettings } from '../../rac/settings-kept.js';
import type { RacWork } from './action.js';
import { racHome } from './home.js';
import { endService } from './service-process.js';

/** `podctl rac down`: end service, registry and applications; everything that lasts stays. */
export const racDown: RacWork = async ({ flags }, context) => {
  const { world, output } = context;
  const home = racHome(flags, world);
  if (flags.purge === true) {
    const settings = await readSettings(home, world.files);
    if (settings !== null) return (await import('./purge.js')).purgeRac({ settings, flags }, context);
  }
  const ended = await endService(home, context);
  // What a service that was killed left running.
  const left = ended ? false : await endLeft(home, context);
  if (flags.json === true) output.json({ home, ended: ended || left });
  else output.note(ended || left ? 'RAC is down; data stay, and podctl rac up brings it back' : 'RAC is not up');
  return 0;
};

async function endLeft(home: string, { world }: Parameters<RacWork>[1]): Promise<boolean> {
  const settings = await readSettings(home, world.files);
  if (settings === null) return false;
  const [{ openRac }, { makeLog }] = await Promise.all([import('../../rac/service.js'), import('../../rac/log.js')]);
  const log = makeLog((line) => world.streams.print('stderr', line), world.clock.now);
  const rac = await openRac(settings, { ...world, log });
  await rac.stop('down');
  return true;
}
