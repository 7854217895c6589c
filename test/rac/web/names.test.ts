import { describe, expect, it } from 'vitest';
import { asList, asObject } from '../../../src/engine/json.js';
import type { Traffic } from '../../../src/rac/web/traffic.js';
import { type Answer, addAccount, addName, addRelease, release, type WebRoom, webRoom } from '../../support/rac-web.js';

async function room(parts: Parameters<typeof webRoom>[0] = {}): Promise<WebRoom> {
  const made = await webRoom(parts);
  for (const account of ['ann', 'bob']) addAccount(made.store, account);
  return made;
}

function namesIn(answer: Answer): readonly unknown[] {
  return asList(asObject(answer.json)['names']).map((name) => asObject(name)['name']);
}

const PROBLEM = 'it ended with 1 before it answered\npassword is hunter2\ncannot connect';

describe('names', () => {
  it('are listed in order, page by page, with what a page of the list needs', async () => {
    const { store, ask } = await room();
    for (const name of ['c', 'a', 'b/app']) addName(store, name);
    const first = await ask('GET', '/api/v1/names?limit=2');
    expect([namesIn(first), asObject(first.json)['next']]).toEqual([['a', 'b/app'], 'b/app']);
    const second = await ask('GET', '/api/v1/names?limit=2&after=b/app');
    expect([namesIn(second), asObject(second.json)['next']]).toEqual([['c'], null]);
    expect(asList(asObject(first.json)['names'])[1]).toMatchObject({
      url: 'http://b--app.localhost:8080/',
      owner: null,
      state: 'on',
      tier: 'holder',
      current: { id: 3, tag: '1', state: 'ready' },
    });
  });

  it('fill their pages although most may not be seen', async () => {
    const { store, ask } = await room();
    for (let index = 0; index < 300; index += 1) {
      addName(store, `bob/n${String(index).padStart(3, '0')}`, {
        owner: 'bob',
        visibility: index % 100 === 99 ? 'public' : 'private',
      });
    }
    const shown = await ask('GET', '/api/v1/names?limit=2', { as: 'ann' });
    expect([namesIn(shown), asObject(shown.json)['next']]).toEqual([['bob/n099', 'bob/n199'], 'bob/n199']);
    expect(namesIn(await ask('GET', '/api/v1/names?after=bob/n199'))).toEqual(['bob/n299']);
    expect(namesIn(await ask('GET', '/api/v1/names?limit=200', { as: 'bob' }))).toHaveLength(200);
  });

  it('are found by a part of them, which is no pattern, and by their owner', async () => {
    const { store, ask } = await room();
    addName(store, 'ann/a_b', { owner: 'ann' });
    addName(store, 'ann/axb', { owner: 'ann' });
    addName(store, 'bob/a_b', { owner: 'bob' });
    expect(namesIn(await ask('GET', '/api/v1/names?q=a_b'))).toEqual(['ann/a_b', 'bob/a_b']);
    expect(namesIn(await ask('GET', '/api/v1/names?q=a_b&owner=bob'))).toEqual(['bob/a_b']);
    expect(namesIn(await ask('GET', '/api/v1/names?q=%25'))).toEqual([]);
  });

  it.each([
    ['off', { wanted: 'off' }, 'off'],
    ['held', { wanted: 'held' }, 'held'],
    ['on', {}, 'on'],
  ])('state %s', async (_, how, state) => {
    const { store, ask } = await room();
    addName(store, 'ann/shop', { owner: 'ann', ...how });
    expect((await ask('GET', '/api/v1/names/ann%2Fshop')).json).toMatchObject({ name: { state } });
  });

  it.each(['pulling', 'failed', 'refused'])('a first release that is %s', async (state) => {
    const { store, ask } = await room();
    addName(store, 'shop');
    store.run('UPDATE name SET current_release = NULL');
    store.run('UPDATE release SET state = ?', state);
    const expected = state === 'pulling' ? 'deploying' : 'failed';
    expect((await ask('GET', '/api/v1/names/shop')).json).toMatchObject({ name: { state: expected, current: null } });
  });

  it('say what may be done with them', async () => {
    const { store, ask } = await room();
    addName(store, 'free');
    addName(store, 'ann/shop', { owner: 'ann' });
    const may = async (name: string, as?: string): Promise<unknown> =>
      asObject(
        asObject((await ask('GET', `/api/v1/names/${encodeURIComponent(name)}`, as === undefined ? {} : { as })).json)[
          'name'
        ],
      )['may'];
    expect(await may('free')).toEqual({ manage: false, claim: false });
    expect(await may('free', 'bob')).toEqual({ manage: false, claim: true });
    expect(await may('ann/shop', 'bob')).toEqual({ manage: false, claim: false });
    expect(await may('ann/shop', 'ann')).toEqual({ manage: true, claim: false });
  });

  it('tell strangers why a push failed, and not what the application wrote', async () => {
    const wakes: Traffic['wakes'] = [{ at: 1, ms: 5, from: 'holder', problem: PROBLEM }];
    const { store, ask } = await room({
      trafficOf: () => ({ requests: 0, failures: 1, openStreams: 0, lastRequestAt: null, wakes }),
    });
    addName(store, 'ann/shop', { owner: 'ann' });
    addRelease(store, 'ann/shop', { state: 'failed', problem: PROBLEM });
    for (const path of ['/api/v1/names', '/api/v1/names/ann%2Fshop', '/api/v1/names/ann%2Fshop/releases']) {
      const stranger = await ask('GET', path);
      expect(stranger.text).toContain('it ended with 1');
      expect(stranger.text).not.toContain('hunter2');
      expect((await ask('GET', path, { as: 'ann' })).text).toContain('hunter2');
    }
  });
});

describe('releases', () => {
  it('are listed newest first, page by page', async () => {
    const { store, ask } = await room();
    addName(store, 'shop');
    for (const tag of ['2', '3']) addRelease(store, 'shop', { tag });
    const idsIn = ({ json }: Answer): readonly unknown[] =>
      asList(asObject(json)['releases']).map((one) => asObject(one)['id']);
    const first = await ask('GET', '/api/v1/names/shop/releases?limit=2');
    expect([idsIn(first), asObject(first.json)['next']]).toEqual([[3, 2], 2]);
    const second = await ask('GET', '/api/v1/names/shop/releases?limit=2&before=2');
    expect([idsIn(second), asObject(second.json)['next']]).toEqual([[1], null]);
  });

  it.each([
    ['POST', '/rollback', { release: 3 }, 'rollback ann/shop 3'],
    ['POST', '/rollback', {}, 'rollback ann/shop null'],
    ['PUT', '/pin', {}, 'pin ann/shop null'],
    ['PUT', '/pin', { release: 2 }, 'pin ann/shop 2'],
    ['DELETE', '/pin', undefined, 'unpin ann/shop'],
    ['POST', '/stop', undefined, 'stop ann/shop'],
    ['POST', '/start', {}, 'start ann/shop'],
    ['DELETE', '', { confirm: 'ann/shop' }, 'remove ann/shop'],
  ])('%s %s %j', async (method, rest, body, call) => {
    const { store, ask, calls } = await room();
    addName(store, 'ann/shop', { owner: 'ann' });
    const answer = await ask(method, `/api/v1/names/ann%2Fshop${rest}`, { as: 'ann', body });
    expect([answer.status, calls]).toEqual([200, [call]]);
    const told = { podctl: 1, release: { id: 7, tag: '1', digest: release().digest, state: 'ready' } };
    expect(['/stop', '/start', ''].includes(rest) ? told : answer.json).toEqual(told);
  });

  it("a stranger's image runs only when that is said", async () => {
    const { store, ask, calls } = await room();
    addName(store, 'ann/shop', { owner: 'ann', wanted: 'held' });
    const refused = await ask('POST', '/api/v1/names/ann%2Fshop/start', { as: 'ann', body: {} });
    expect([refused.status, calls]).toEqual([403, []]);
    expect(refused.json).toMatchObject({ error: { code: 'REFUSED', hint: expect.stringContaining('--adopt') } });
    await ask('POST', '/api/v1/names/ann%2Fshop/start', { as: 'ann', body: { adopt: true } });
    expect(calls).toEqual(['start ann/shop']);
  });
});
