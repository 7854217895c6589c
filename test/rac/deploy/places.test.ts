import { expect, it } from 'vitest';
import { makeCalls } from '../../../src/rac/deploy/calls.js';
import { Places } from '../../../src/rac/deploy/places.js';
import { openFakeEngineApi } from '../../support/fake-engine-api.js';

it('says that no network is left where a route leads into all of them', async () => {
  const engine = await openFakeEngineApi();
  const calls = makeCalls(engine.api, { instance: 'a5aba7ee', engine: 'docker' });
  const header = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n';
  const vpn = `${header}tun0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n`;
  const routes = { text: vpn };
  const places = new Places({
    calls,
    instance: 'a5aba7ee',
    image: 'hold',
    spare: 0,
    reach: 'bridge',
    routes: () => Promise.resolve(routes.text),
    log: () => undefined,
  });
  await expect(places.take(80)).rejects.toMatchObject({ code: 'HOST_SETTING' });
  // The VPN is gone.
  routes.text = header;
  expect(await places.take(80)).toMatchObject({ slot: 0 });
  await engine.close();
});
