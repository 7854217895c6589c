import { PodctlError } from '../../core/errors.js';
import { signalProcess } from '../../io/end-process.js';
import { ownProgram } from '../../io/own-program.js';
import { type RunFile, readRunFile } from '../../rac/run-file.js';
import type { Context } from '../context.js';

const UP_WITHIN_MS = 120_000;
const DOWN_WITHIN_MS = 90_000;
const LOG_LINES = 8;

/** Where the background service writes its log. */
export function serviceLog(home: string): string {
  return `${home}/service.log`;
}

/** Start the service in the background; resolves when every part of it answers. Throws PodctlError with its last words. */
export async function startService(home: string, { world, rooms }: Context): Promise<RunFile> {
  const { files, host, clock, assets } = world;
  const { startInBackground } = await rooms.background();
  const { node, bin } = await ownProgram(files, assets);
  const before = ((await files.readText(serviceLog(home))) ?? '').length;
  const said = async (): Promise<string> => ((await files.readText(serviceLog(home))) ?? '').slice(before);
  const args = [bin, 'rac', 'serve', '--home', home];
  const service = await startInBackground({ file: node, args, cwd: home }, { host, log: serviceLog(home) });
  const until = clock.now() + UP_WITHIN_MS;
  for (let pause = 20; clock.now() < until; pause = Math.min(pause * 1.5, 250)) {
    const run = await readRunFile(home, world);
    if (run !== null && run.pid === (service.pid ?? run.pid)) return run;
    if (!service.runs()) throw failed('ended at once', await said());
    await clock.sleep(pause);
  }
  throw failed(`was not up within ${UP_WITHIN_MS / 1000} s`, await said());
}

/** End the service and wait for that; false when none runs. */
export async function endService(home: string, { world }: Pick<Context, 'world'>): Promise<boolean> {
  const run = await readRunFile(home, world);
  if (run === null) return false;
  signalProcess(run.pid, 'SIGTERM');
  const until = world.clock.now() + DOWN_WITHIN_MS;
  while ((await readRunFile(home, world))?.pid === run.pid) {
    if (world.clock.now() > until) {
      throw new PodctlError('TRY_AGAIN', `RAC (process ${run.pid}) has not ended within ${DOWN_WITHIN_MS / 1000} s`, {
        hint: 'try again; podctl rac logs says what it waits for',
      });
    }
    await world.clock.sleep(50);
  }
  return true;
}

function failed(how: string, log: string): PodctlError {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const said = lines.slice(-LOG_LINES).map((message) => ({ message }));
  return new PodctlError('UNAVAILABLE', `RAC ${how}; it said`, {
    hint: 'correct that, or watch it: podctl rac up --foreground',
    problems: said,
  });
}
