import { describe, expect, it } from 'vitest';
import { readEvent, watchEvents } from '../../src/engine/test-events.js';
import { realClock } from '../../src/io/clock.js';
import { DOCKER } from './fakes.js';

const KILL = JSON.stringify({
  Type: 'container',
  Action: 'kill',
  Actor: { ID: 'f00', Attributes: { name: 'run', signal: '15' } },
});
const DIE = JSON.stringify({ Action: 'die', Actor: { Attributes: { name: 'run', exitCode: '0' } } });

describe('an event', () => {
  it.each([
    ["docker's, and podman's API's", KILL, { container: 'run', action: 'kill', signal: 'SIGTERM' }],
    [
      "podman's own",
      '{"Name":"run","Status":"died","ContainerExitCode":3}',
      { container: 'run', action: 'die', signal: null },
    ],
    ['with a rare signal', KILL.replace('"15"', '"44"'), { container: 'run', action: 'kill', signal: 'signal 44' }],
    ['of nothing with a name', '{"Action":"prune","Actor":{"Attributes":{}}}', null],
    ['that is no JSON', 'Emulate Docker CLI using podman', null],
  ])('%s', (_what, line, event) => {
    expect(readEvent(line)).toEqual(event);
  });
});

function watching(lines: (signal: AbortSignal) => AsyncIterable<string>) {
  const paths: string[] = [];
  const heard: string[] = [];
  const unused = (): never => {
    throw new Error('no program may be started');
  };
  const watch = watchEvents('podctl.test=1a', ({ action }) => void heard.push(action), {
    connection: DOCKER,
    clock: realClock,
    processes: { run: unused, stream: unused, attach: unused } as never,
    lines: (_address, path, signal) => {
      paths.push(path);
      return lines(signal);
    },
  });
  return { watch, paths, heard };
}

describe('watching', () => {
  it('hears what happens to the containers of one run, and waits for it', async () => {
    const { watch, paths, heard } = watching(async function* events(signal) {
      yield KILL;
      await realClock.sleep(50);
      yield DIE;
      await realClock.sleep(60_000, signal);
    });
    await watch.settle(({ action }) => action === 'die', 5_000);
    expect(heard).toEqual(['kill', 'die']);
    expect(watch.works()).toBe(true);
    expect(decodeURIComponent(paths[0] ?? '')).toContain('"label":["podctl.test=1a"]');
    await watch.end();
    expect(watch.seen()).toHaveLength(2);
    expect(watch.works()).toBe(true);
  });

  it('knows that it hears nothing more when the engine ends the answer', async () => {
    const { watch } = watching(async function* events() {
      yield KILL;
    });
    const began = Date.now();
    await watch.settle(({ action }) => action === 'die', 5_000);
    expect(Date.now() - began).toBeLessThan(2_000);
    expect(watch.works()).toBe(false);
    await watch.end();
  });
});
