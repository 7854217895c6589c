import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestRoom, type TestRoom } from '../../src/engine/test-room.js';
import { realClock } from '../../src/io/clock.js';
import { realFiles } from '../../src/io/files.js';
import { type Desk, LABEL, openDesk, uniqueName } from '../engine/real.js';
import { describeEngines } from '../support/engines.js';
import { until } from '../support/machine.js';
import { inTurn } from '../support/soak.js';

describeEngines('questions of a run of tests', (engine) => {
  describe.each(['socket', 'program'] as const)('by %s', (way) => {
    const via = way === 'socket' ? 'api' : 'cli';
    let desk: Desk;
    let room: TestRoom;

    beforeAll(async () => {
      desk = await openDesk(engine, way);
      room = openTestRoom(desk.found, { host: desk.host, files: realFiles(), clock: realClock });
    });
    afterAll(async () => {
      await engine.clear(LABEL);
      desk.clear();
    });

    it.each(inTurn(engine, via, 0))('what is in a container that never ran', async () => {
      const name = uniqueName();
      await engine.run(['create', '--name', name, '--label', LABEL, '--entrypoint', '/nope', engine.busybox]);
      const paths = ['/bin/sh', '/bin', '/nope', '/bin/sh/below', '/etc/../bin/busybox'];
      const found = await Promise.all(paths.map((path) => room.hasPath(name, path)));
      expect(found).toEqual([true, true, false, false, true]);
      expect(await room.endOf(name)).toMatchObject({ started: false, running: false });
      expect(await room.endOf(uniqueName())).toBeNull();
    });

    it.each(inTurn(engine, via, 1))('networks with a label', async () => {
      const name = uniqueName();
      const label = `${LABEL}.network-${way}`;
      await engine.run(['network', 'create', '--label', `${label}=1`, '--label', `${LABEL}=1`, name]);
      expect(await room.networks(`${label}=1`)).toEqual([{ name, labels: { [label]: '1', [LABEL]: '1' } }]);
      expect(await room.networks(`${label}=2`)).toEqual([]);
    });

    it.each(inTurn(engine, via, 2))('what happens to containers with a label, and how one ended', async () => {
      const name = uniqueName();
      const label = `${LABEL}.events=${way}`;
      const heard: string[] = [];
      const watch = room.watch(label, ({ container, action }) => void heard.push(`${container} ${action}`));
      const options = ['--name', name, '--label', label, '--label', LABEL, '--network', 'none'];
      await engine.run(['run', '--detach', ...options, engine.busybox, 'sleep', '60']);
      await engine.run(['kill', name]);
      await watch.settle(({ action }) => action === 'die', 120_000);
      await watch.end();
      expect(heard).toContain(`${name} kill`);
      expect(heard).toContain(`${name} die`);
      await until(async () => (await room.endOf(name))?.running === false);
      expect(await room.endOf(name)).toMatchObject({ started: true, exitCode: 137, oomKilled: false });
    });

    it.each(inTurn(engine, via, 3))('the health of a container', async () => {
      const [well, plain] = [uniqueName(), uniqueName()];
      // It fails often enough that a slow machine does not call it unhealthy before it is up.
      const check = ['--health-cmd', 'test -f /up', '--health-interval', '1s', '--health-retries', '300'];
      await engine.run([
        'run',
        '--detach',
        '--name',
        plain,
        '--label',
        LABEL,
        '--network',
        'none',
        engine.busybox,
        'sleep',
        '600',
      ]);
      const sleeps = [engine.busybox, 'sleep', '600'];
      await engine.run(['run', '--detach', '--name', well, '--label', LABEL, '--network', 'none', ...check, ...sleeps]);
      expect(await room.health(plain)).toBe('none');
      expect(await room.health(well)).toBe('starting');
      await engine.run(['exec', well, 'touch', '/up']);
      await until(async () => (await room.health(well)) === 'healthy');
      await engine.run(['kill', well, plain]);
      await until(async () => (await room.health(well)) === 'ended');
    });

    it.each(inTurn(engine, via, 4))('the size of an image', async () => {
      expect(await room.imageSize(engine.busybox)).toBeGreaterThan(500_000);
      expect(await room.imageSize(`${engine.busybox}-none`)).toBeNull();
    });
  });
});
