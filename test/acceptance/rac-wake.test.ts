import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lifecycle } from '../../src/rac/deploy/lifecycle.js';
import { openWake, type Wake } from '../../src/rac/wake/wake.js';
import { describeEngines } from '../support/engines.js';
import { openRacBed, type RacBed } from '../support/rac-bed.js';
import { only } from '../support/soak.js';
import { ask, SETTINGS, until } from '../support/wake-bed.js';

const SOAK = process.env['PODCTL_SOAK'] === '1';
const AT_ONCE = SOAK ? 1_000 : 200;
const PAGE = { '/www/index.html': 'served\n' };
const SERVER = ['EXPOSE 8080', 'CMD ["httpd","-f","-p","8080","-h","/www"]'];

describeEngines('waking', (engine) => {
  let bed: RacBed;
  let wake: Wake;
  let port = 0;
  const wakes: string[] = [];

  beforeAll(async () => {
    bed = await openRacBed(engine);
    const { lifecycle } = bed.rac();
    // Counted where it is asked for.
    const counted: Lifecycle = {
      ...lifecycle,
      wake: (name) => {
        wakes.push(name);
        return lifecycle.wake(name);
      },
    };
    wake = openWake({
      settings: SETTINGS,
      store: bed.store,
      lifecycle: counted,
      rights: { pull: () => ({ ok: true }) },
      identity: { byToken: () => null, bySessionProof: () => null },
      log: { info: () => undefined, warn: () => undefined },
      now: Date.now,
      random: (bytes) => randomBytes(bytes),
      memory: () => ({ available: 1, total: 1 }),
    });
    ({ port } = await wake.start());
    await bed.push('app', { lines: SERVER, files: PAGE });
  });
  afterAll(async () => {
    await wake.stop();
    await bed.close();
  });

  it.each(['paused', 'holder', 'removed'] as const)('a request wakes what is %s, and says so', async (tier) => {
    const { lifecycle } = bed.rac();
    const sleep = { paused: lifecycle.pause, holder: lifecycle.stop, removed: lifecycle.remove }[tier];
    await sleep('app');
    await wake.tiers.sweep();
    expect(lifecycle.tierOf('app')).toBe(tier);
    const answer = await ask(port);
    expect(answer).toMatchObject({ status: 200, text: 'served\n' });
    expect(answer.headers['x-rac-cold-start']).toMatch(new RegExp(`^${tier};dur=\\d+$`));
    expect(lifecycle.tierOf('app')).toBe('running');
  });

  it.each(only(engine, 'docker'))(`${AT_ONCE} first requests at once are one start, and none is lost`, async () => {
    await bed.rac().lifecycle.stop('app');
    await wake.tiers.sweep();
    wakes.length = 0;
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => ask(port)));
    expect(answers.filter(({ status, text }) => status !== 200 || text !== 'served\n')).toEqual([]);
    expect(wakes).toEqual(['app']);
  });

  it.each(only(engine, 'podman'))('goes to sleep by the times that the image says, and comes back', async () => {
    await bed.push('sleepy', {
      lines: [...SERVER, 'LABEL rac.pause-after=1s rac.idle=3s'],
      files: PAGE,
    });
    const { lifecycle } = bed.rac();
    const host = 'sleepy.localhost';
    expect(await ask(port, { host })).toMatchObject({ status: 200 });
    await until(() => lifecycle.tierOf('sleepy') === 'paused');
    await until(() => lifecycle.tierOf('sleepy') === 'holder');
    const answer = await ask(port, { host });
    expect(answer).toMatchObject({ status: 200, text: 'served\n' });
    expect(answer.headers['x-rac-cold-start']).toMatch(/^holder;/);
  });

  it.each(only(engine, 'docker'))('does not sleep while a connection is open', async () => {
    const lines = ['EXPOSE 8080', 'CMD ["httpd","-f","-p","8080","-h","/www"]', 'LABEL rac.pause-after=1s rac.idle=2s'];
    // Answers slowly: a line each half second, for four seconds.
    const slow = `#!/bin/sh
printf "Content-Type: text/plain\\r\\n\\r\\n"
for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.5; done
`;
    await bed.push('slow', { lines, files: { ...PAGE, '/www/cgi-bin/slow': slow } });
    const { lifecycle } = bed.rac();
    const answer = ask(port, { host: 'slow.localhost', path: '/cgi-bin/slow' });
    const seen = new Set<string>();
    let over = false;
    void answer.finally(() => {
      over = true;
    });
    await until(() => wake.tiers.open('slow') === 1);
    const isOver = (): boolean => over;
    while (!isOver()) {
      seen.add(lifecycle.tierOf('slow'));
      await pause(50);
    }
    expect((await answer).text).toBe('1\n2\n3\n4\n5\n6\n7\n8\n');
    expect([...seen]).toEqual(['running']);
    await until(() => lifecycle.tierOf('slow') !== 'running');
  });
});
