import { expect, it } from 'vitest';
import { APP, addName, ask, until, wakeBed } from '../../support/wake-bed.js';

const NAMES = process.env['PODCTL_SOAK'] === '1' ? 2_000 : 400;
const USED = 20;

it(`of ${NAMES} names only the ${USED} that are used take memory here`, async () => {
  const bed = await wakeBed();
  try {
    for (let place = 0; place < NAMES; place++) {
      const name = `app${place}`;
      addName(bed.store, name);
      bed.served.set(`${name}.localhost`, { ok: true, name, release: 1, app: APP });
      for (const call of ['wake', 'pause', 'stop', 'remove']) bed.answers.set(`${call} ${name}`, async () => undefined);
    }
    for (let place = 0; place < NAMES; place++) {
      expect((await ask(bed.port, { host: `app${place}.localhost` })).status).toBe(200);
    }
    const all = bed.wake.tiers.counts();
    expect(all.running).toBe(NAMES);
    // Hours later only some are asked for.
    for (const later of [APP.pauseAfter ?? 0, APP.idle ?? 0, 3_600_000]) {
      bed.clock.now += later;
      for (let place = 0; place < USED; place++) await ask(bed.port, { host: `app${place}.localhost` });
      await until(() => bed.wake.tiers.open('app0') === 0);
      // A few at a time.
      for (let round = 0; round < NAMES / 16; round++) await bed.wake.tiers.sweep();
    }
    expect(bed.wake.tiers.counts()).toEqual({ running: USED, paused: 0, holder: 0 });
    expect(bed.wake.tiers.size()).toBe(USED);
  } finally {
    await bed.close();
  }
});
