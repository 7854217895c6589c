import { PodctlError } from '../../core/errors.js';
import type { RacSettings } from '../../rac/settings.js';
import type { Context } from '../context.js';
import type { RacWork } from './action.js';
import { racHome } from './home.js';

/** `podctl rac serve`: run the service with the settings that `up` has kept, until a signal ends it. */
export const racServe: RacWork = async ({ flags }, context) => {
  const { readSettings, defaultSettings } = await import('../../rac/settings-kept.js');
  const home = racHome(flags, context.world);
  const settings = (await readSettings(home, context.world.files)) ?? defaultSettings(home);
  return serveUntilSignal(settings, context);
};

/**
 * Run the service until SIGINT or SIGTERM; the registry ends with it. `ready` is called when everything answers. What fails at the start
 * is thrown.
 */
export async function serveUntilSignal(
  settings: RacSettings,
  { world }: Context,
  ready: () => void | Promise<void> = () => undefined,
): Promise<number> {
  const { host, files, clock, streams, assets } = world;
  const [{ openRac }, { makeLog }, run] = await Promise.all([
    import('../../rac/service.js'),
    import('../../rac/log.js'),
    import('../../rac/run-file.js'),
  ]);
  const log = makeLog((line) => streams.print('stderr', line), clock.now);
  const other = await run.readRunFile(settings.home, { files, host });
  if (other !== null && other.pid !== host.pid) {
    throw new PodctlError('REFUSED', `RAC runs already in ${settings.home}, as process ${other.pid}`, {
      hint: 'podctl rac down ends it',
    });
  }
  const ended = firstSignal(world);
  const rac = await openRac(settings, { host, files, clock, log, assets });
  try {
    await rac.start();
    const url = `http://127.0.0.1:${settings.apiPort}`;
    await run.writeRunFile(settings.home, url, { files, host, now: clock.now() });
    log.info('up', { url });
    await ready();
    log.info('down', { signal: await ended });
  } finally {
    await rac.stop('down');
    // It may be another one's, that was quicker.
    if ((await run.readRunFile(settings.home, { files, host }))?.pid === host.pid)
      await run.removeRunFile(settings.home, files);
  }
  return 0;
}

function firstSignal({ signals }: Context['world']): Promise<string> {
  return new Promise((resolve) => {
    const off = signals.on(['SIGINT', 'SIGTERM'], (name) => {
      off();
      resolve(name);
    });
    // A terminal that closes takes nothing down.
    signals.on(['SIGHUP'], () => undefined);
  });
}
