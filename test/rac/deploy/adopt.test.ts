import { expect, it } from 'vitest';
import { adopt } from '../../../src/rac/deploy/adopt.js';
import { makeCalls } from '../../../src/rac/deploy/calls.js';
import { Places } from '../../../src/rac/deploy/places.js';
import { makeRecords } from '../../../src/rac/deploy/records.js';
import { Units, type UnitsDeps } from '../../../src/rac/deploy/units.js';
import { openStore } from '../../../src/rac/store/store.js';
import { openFakeEngineApi } from '../../support/fake-engine-api.js';
import { APP } from '../../support/wake-bed.js';

const INSTANCE = 'a5aba7ee';

it('leaves alone what a request has started meanwhile', async () => {
  const engine = await openFakeEngineApi();
  const calls = makeCalls(engine.api, { instance: INSTANCE, engine: 'docker' });
  const store = await openStore(':memory:');
  const records = makeRecords(store);
  const push = { id: 'e1', name: 'app', tag: '1', digest: 'd1', actor: null, address: '', at: 1 };
  records.pushed(push, 9);
  const { id: release } = records.add(push);
  records.change(release, { app: APP });
  records.takeOver('app', release, 1);
  const own = { 'podctl.rac': INSTANCE };
  const holder = await calls.create('h', { Labels: { ...own, 'podctl.rac.role': 'holder', 'podctl.rac.slot': '0' } });
  const container = await calls.create('a', {
    Labels: { ...own, 'podctl.rac.role': 'app', 'podctl.rac.name': 'app', 'podctl.rac.release': String(release) },
    HostConfig: { NetworkMode: `container:${holder}` },
  });
  await calls.start(holder);
  await calls.start(container);
  const units = new Units({ calls } as unknown as UnitsDeps);
  const place = { slot: 0, network: `rac-${INSTANCE}-0`, holder, address: '127.0.0.1', publishedPort: null };
  const { inspect } = calls;
  const watched = {
    ...calls,
    inspect: (id: string) => {
      // The request's start ends just now.
      if (id === container) units.adopt('running', { name: 'app', release, app: APP, container, place });
      return inspect(id);
    },
  };
  const log = (): void => undefined;
  const routes = () => Promise.resolve('');
  const places = new Places({ calls, instance: INSTANCE, image: 'hold', spare: 0, reach: 'bridge', routes, log });
  await adopt({ calls: watched, places, records, units, log, instance: INSTANCE });
  expect(engine.running()).toEqual([container]);
  expect([...engine.containers.keys()]).toEqual([holder, container]);
  expect(units.standing('app')).toMatchObject({ container });
  await engine.close();
  store.close();
});
