import { isDeepStrictEqual } from 'node:util';
import { PodctlError } from '../../core/errors.js';
import type { RacSettings } from '../../rac/settings.js';
import type { Context } from '../context.js';
import type { RacWork } from './action.js';
import { racHome } from './home.js';
import { serveUntilSignal } from './serve.js';
import { endService, startService } from './service-process.js';
import { decideSettings } from './up-settings.js';
import { upFacts, upLines } from './up-words.js';

/** `podctl rac up`: settle and keep the settings, then be the service or start one in the background. */
export const racUp: RacWork = async ({ flags }, context) => {
  const { world, output } = context;
  const home = racHome(flags, world);
  const [{ keepSettings, readSettings }, { readRunFile }] = await Promise.all([
    import('../../rac/settings-kept.js'),
    import('../../rac/run-file.js'),
  ]);
  await refuseCutOff(home, context);
  const before = await readSettings(home, world.files);
  if (before === null) await checkHome(home, context);
  const settings = await withParts(await decideSettings(flags, before, { home, context }), before, context);
  const same = isDeepStrictEqual(before, settings);
  const runs = (await readRunFile(home, world)) !== null;
  const json = flags.json === true;
  if (runs && same && flags.foreground !== true) {
    output.note('RAC is up already');
    tell(settings, json, context);
    return 0;
  }
  if (runs) {
    output.note('RAC runs with other settings: it is started again');
    await endService(home, context);
  }
  await keepSettings(settings, world.files);
  if (flags.foreground === true) return serveUntilSignal(settings, context, () => tell(settings, json, context));
  await startService(home, context);
  tell(settings, json, context);
  return 0;
};

// Its volumes may be gone from the engine: applications would begin with empty ones.
async function refuseCutOff(home: string, { world }: Context): Promise<void> {
  const { isCutOff } = await import('../../rac/kept-volumes.js');
  if (!(await isCutOff(home, world.files))) return;
  throw new PodctlError('REFUSED', `taking away the RAC in ${home}, or bringing it back, was cut off`, {
    hint: 'podctl rac undo brings all of it back; podctl rac down --purge goes on taking it away',
  });
}

// RAC makes its folder its own: nobody else may look into it, and a purge takes it away with all that is in it.
const OWN_FILES = ['instance.json', 'host-secret', 'logins.json', 'service.log'];

async function checkHome(home: string, { world }: Context): Promise<void> {
  const found = (await world.files.list(home)) ?? [];
  if (found.length === 0 || found.some((name) => OWN_FILES.includes(name))) return;
  throw new PodctlError('REFUSED', `${home} is not empty, and RAC needs a folder of its own`, {
    hint: 'name a new one: --home DIR',
  });
}

// What was found is kept, so that a service manager with another PATH finds the same.
async function withParts(settings: RacSettings, before: RacSettings | null, { world }: Context): Promise<RacSettings> {
  if (before !== null && settings.engine === before.engine && settings.registry === before.registry) return settings;
  const { findParts } = await import('../../rac/find-parts.js');
  return { ...settings, ...(await findParts(settings, world)) };
}

function tell(settings: RacSettings, json: boolean, { output }: Context): void {
  if (settings.publicUrl !== null && settings.trustedProxies.length === 0) {
    output.note('no --trusted-proxy is set: everybody who comes through the proxy in front counts as one address');
  }
  if (json) output.json(upFacts(settings));
  else output.text(upLines(settings));
}
