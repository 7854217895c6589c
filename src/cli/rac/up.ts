import type { RacSettings } from '../../rac/settings.js';
import type { Context } from '../context.js';
import type { RacWork } from './action.js';
import { racHome } from './home.js';
import { serveUntilSignal } from './serve.js';
import { decideSettings } from './up-settings.js';
import { upLines } from './up-words.js';

/** `podctl rac up`: settle and keep the settings, then be the service or start one in the background. */
export const racUp: RacWork = async ({ flags }, context) => {
  const { world, output } = context;
  const home = racHome(flags, world);
  const { keepSettings } = await import('../../rac/settings-kept.js');
  const settings = await decideSettings(flags, home, context);
  await keepSettings(settings, world.files);
  if (flags.foreground === true) return serveUntilSignal(settings, context, () => tell(settings, context));
  throw new Error(`later ${String(output)}`);
};

function tell(settings: RacSettings, { output }: Context): void {
  output.text(upLines(settings));
}
