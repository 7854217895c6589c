import { asObject, asText } from '../../engine/json.js';
import { readRunFile } from '../../rac/run-file.js';
import { readSettings } from '../../rac/settings-kept.js';
import type { Context } from '../context.js';
import type { RacWork } from './action.js';
import { racHome } from './home.js';
import { upFacts, upLines } from './up-words.js';

/** Exit code of a status that is not well, as service managers have it. */
const NOT_RUNNING = 3;

/** `podctl rac status`: whether every part answers, and the lines of `up`. */
export const racStatus: RacWork = async ({ flags }, context) => {
  const { world, output } = context;
  const home = racHome(flags, world);
  const [settings, run] = await Promise.all([readSettings(home, world.files), readRunFile(home, world)]);
  const health = run === null ? null : await healthOf(run.url, context);
  const up = asObject(health)['ok'] === true;
  if (flags.json === true) {
    output.json({ home, up, pid: run?.pid ?? null, health, ...(settings === null ? {} : upFacts(settings)) });
    return up ? 0 : NOT_RUNNING;
  }
  if (settings === null || run === null) {
    output.text('RAC is not up\n');
    return NOT_RUNNING;
  }
  const { registry, engine, waiting } = asObject(health);
  const rows = [
    ['service', `process ${run.pid}, since ${new Date(run.startedAt).toISOString()}`],
    ['engine', asText(engine)],
    ['registry', `${asText(registry)}${up ? '' : ', which does not answer'}`],
    ['pushes', `${Number(waiting ?? 0)} waiting`],
  ];
  output.text(`${rows.map(([what = '', is = '']) => `${what.padEnd(8)} ${is}`).join('\n')}\n\n${upLines(settings)}`);
  return up ? 0 : NOT_RUNNING;
};

async function healthOf(server: string, { rooms }: Context): Promise<unknown> {
  const { askRac } = await rooms.askRac();
  try {
    const { body } = await askRac({ method: 'GET', url: `${server}/healthz`, headers: {} });
    let text = '';
    for await (const chunk of body) text += String(chunk);
    return JSON.parse(text);
  } catch {
    return null;
  }
}
