import { PodctlError } from '../../core/errors.js';
import type { RacWork } from './action.js';
import { racHome } from './home.js';
import { serviceLog } from './service-process.js';

const USUAL_LINES = 200;

/** `podctl rac logs` without a name: what the service itself wrote. */
export const racServiceLogs: RacWork = async ({ flags }, { world }) => {
  const path = serviceLog(racHome(flags, world));
  const lines = flags.tail === undefined ? USUAL_LINES : Number(flags.tail);
  if (!Number.isSafeInteger(lines) || lines < 0) {
    throw new PodctlError('USAGE', `\`--tail ${flags.tail}\` is not a number of lines`, {
      hint: 'for instance --tail 50',
    });
  }
  const text = await world.files.readText(path);
  if (text === null) {
    throw new PodctlError('MISSING_INPUT', 'RAC has written no log here', {
      hint: 'a service in the foreground, or of systemd, writes elsewhere: journalctl --user -u podctl-rac',
    });
  }
  const all = text.split('\n').slice(0, -1);
  world.streams.print(
    'stdout',
    all
      .slice(lines === 0 ? all.length : -lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
  if (flags.follow !== true) return 0;
  return followFrom(path, text.length, world);
};

const LOOK_EVERY_MS = 250;

async function followFrom(path: string, from: number, world: Parameters<RacWork>[1]['world']): Promise<number> {
  const ended = new AbortController();
  const off = world.signals.on(['SIGINT', 'SIGTERM'], () => ended.abort());
  let shown = from;
  while (!ended.signal.aborted) {
    const text = (await world.files.readText(path)) ?? '';
    // A log that became shorter was begun anew.
    if (text.length < shown) shown = 0;
    world.streams.print('stdout', text.slice(shown));
    shown = text.length;
    await world.clock.sleep(LOOK_EVERY_MS, ended.signal);
  }
  off();
  return 0;
}
