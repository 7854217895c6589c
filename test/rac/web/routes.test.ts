import { describe, expect, it } from 'vitest';
import { addAccount, addName, webRoom } from '../../support/rac-web.js';

/** Who may call it: `all`, `account` (anybody logged in), `owner` of the name. */
type Row = { readonly who: 'all' | 'account' | 'owner'; readonly body?: unknown };

// Every route of the server. One that is not here fails the first test, so that nobody adds a door without saying who may open it.
const ROUTES: Readonly<Record<string, Row>> = {
  'GET /': { who: 'all' },
  'GET /api/v1/site': { who: 'all' },
  'GET /api/v1/session': { who: 'all' },
  'POST /api/v1/session': { who: 'all', body: { name: 'ann', password: 'right horse' } },
  'POST /api/v1/session/signup': { who: 'all', body: { name: 'ann', password: 'right horse' } },
  'DELETE /api/v1/session': { who: 'account' },
  'GET /api/v1/names': { who: 'all' },
  'GET /api/v1/changes': { who: 'all' },
  'GET /api/v1/names/:name': { who: 'all' },
  'GET /api/v1/names/:name/releases': { who: 'all' },
  'DELETE /api/v1/names/:name': { who: 'owner', body: { confirm: 'ann/shop' } },
  'POST /api/v1/names/:name/rollback': { who: 'owner', body: {} },
  'PUT /api/v1/names/:name/pin': { who: 'owner', body: {} },
  'DELETE /api/v1/names/:name/pin': { who: 'owner' },
  'POST /api/v1/names/:name/stop': { who: 'owner' },
  'POST /api/v1/names/:name/start': { who: 'owner', body: {} },
  'GET /api/v1/names/:name/variables': { who: 'owner' },
  'PATCH /api/v1/names/:name/variables': { who: 'owner', body: { set: { A: '1' } } },
  'GET /api/v1/names/:name/logs': { who: 'owner' },
  'POST /api/v1/names/:name/exec': { who: 'owner', body: {} },
};

/** Status of whoever does not get further than the door; exec without a frame is one of those who do. */
const DENIED = [401, 403];

describe('who may call which route', () => {
  it('has a row for every route', async () => {
    const { app } = await webRoom();
    const there = app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`);
    expect(there.toSorted()).toEqual(Object.keys(ROUTES).toSorted());
  });

  it.each(Object.entries(ROUTES))('%s', async (route, { who, body }) => {
    const { store, ask, calls } = await webRoom();
    addAccount(store, 'ann');
    addName(store, 'ann/shop', { owner: 'ann' });
    const [method = '', path = ''] = route.replace(':name', 'ann%2Fshop').split(' ');
    const status = async (how: { as?: string; page?: string }): Promise<number> =>
      (await ask(method, path, { ...how, body })).status;
    const stranger = await status({});
    const other = await status({ as: 'bob' });
    expect(DENIED.includes(stranger)).toBe(who !== 'all');
    expect(DENIED.includes(other)).toBe(who === 'owner');
    expect(who === 'owner' ? calls : []).toEqual([]);
    expect(await status({ as: 'ann' })).not.toBeOneOf(DENIED);
    expect(await status({ page: 'ann' })).not.toBeOneOf(DENIED);
    expect(await status({ as: 'root' })).not.toBeOneOf(DENIED);
  });

  it.each(Object.keys(ROUTES).filter((route) => route.includes(':name')))(
    '%s: a private name is unknown',
    async (route) => {
      const { store, ask, calls } = await webRoom();
      addAccount(store, 'ann');
      addName(store, 'ann/shop', { owner: 'ann', visibility: 'private' });
      const [method = '', path = ''] = route.split(' ');
      const { body } = ROUTES[route] ?? {};
      const hidden = await ask(method, path.replace(':name', 'ann%2Fshop'), { as: 'bob', body });
      const none = await ask(method, path.replace(':name', 'ann%2Fnone'), { as: 'bob', body });
      expect([hidden.status, none.status, calls]).toEqual([404, 404, []]);
      const words = ({ json }: { json: unknown }): string => JSON.stringify(json).replace(/"requestId":"[^"]*"/, '');
      expect(words(hidden)).toBe(words(none));
    },
  );
});
