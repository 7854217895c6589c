import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.js';
import type { Push } from '../../../src/rac/deploy/push.js';
import { openInbox } from '../../../src/rac/events/inbox.js';
import { eventRoutes } from '../../../src/rac/events/routes.js';
import { openStore } from '../../../src/rac/store/store.js';
import { event, NOW } from './samples.js';

const RIGHT = { authorization: 'Bearer hook', 'content-type': 'application/vnd.docker.distribution.events.v1+json' };

async function room() {
  const store = await openStore(':memory:');
  const inbox = openInbox(store, () => NOW);
  const accept = (pushes: readonly Push[]): void => void inbox.accept(pushes);
  const app = eventRoutes({ hookSecret: new Secret('hook'), accept, now: () => NOW });
  const post = (body: string, headers: Record<string, string> = RIGHT) =>
    app.request('/events', { method: 'POST', body, headers });
  const stored = () => store.all('SELECT id FROM event').length;
  return { app, post, stored, store };
}

const RECORDED = JSON.parse(readFileSync(new URL('recorded-3.1.1.json', import.meta.url), 'utf8')) as readonly {
  contentType: string;
  body: object;
}[];
const SAME = {
  tag: '1',
  digest: 'sha256:c0fabbbe0a5c9941f38c3dec214f5c53af2959bc993ffd17aa21bc535533cebd',
  address: '127.0.0.1',
};
const ONE = JSON.stringify({ events: [event()] });

describe('POST /events', () => {
  it('has stored the push when it answers', async () => {
    const { post, stored } = await room();
    const answer = await post(ONE);
    expect([answer.status, await answer.json(), stored()]).toEqual([202, { stored: 1 }, 1]);
  });

  // What Distribution 3.1.1 sent after a push of nobody's and one of alice's: another media type, other ids.
  it('takes what Distribution 3 sends', async () => {
    const { post, store } = await room();
    for (const { contentType, body } of RECORDED) {
      const answer = await post(JSON.stringify(body), { ...RIGHT, 'content-type': contentType });
      expect([answer.status, await answer.json()]).toEqual([202, { stored: 1 }]);
    }
    expect(store.all('SELECT id, name, tag, digest, actor, address FROM event ORDER BY sequence')).toEqual([
      { id: '01a1faac-3662-7629-8f8d-10a01dc8f013', name: 'you/free', ...SAME, actor: null },
      { id: '01a1faac-3802-7bc2-a537-fad7301cf983', name: 'me/app', ...SAME, actor: 'alice' },
    ]);
  });

  it('stores an event once, however often it comes', async () => {
    const { post, stored } = await room();
    const again = [await post(ONE), await post(ONE), await post(JSON.stringify({ events: [event(), event()] }))];
    expect([again.map(({ status }) => status), stored()]).toEqual([[202, 202, 202], 1]);
  });

  it.each([
    ['none', undefined],
    ['another one', 'Bearer hook2'],
    ['the beginning of it', 'Bearer hoo'],
    ['another scheme', 'Basic hook'],
    ['a copy with a space', 'Bearer  hook'],
    ['none after the word', 'Bearer '],
  ])('refuses the secret: %s', async (_what, authorization) => {
    const { post, stored } = await room();
    const answer = await post(ONE, authorization === undefined ? {} : { authorization });
    expect([answer.status, stored()]).toEqual([401, 0]);
  });

  it.each([
    ['no JSON', '{"events":['],
    ['nothing', ''],
    ['another document', '{"hello":1}'],
    ['a list', '[]'],
  ])('refuses %s', async (_what, body) => {
    const { post, stored } = await room();
    expect([(await post(body)).status, stored()]).toEqual([400, 0]);
  });

  it('takes one with the longest header line that a registry lets in, and no more than 8 MiB', async () => {
    const { post, stored } = await room();
    const body = (length: number) => JSON.stringify({ events: [event()], more: 'x'.repeat(length) });
    expect([(await post(body(8 * 1024 * 1024))).status, stored()]).toEqual([413, 0]);
    expect([(await post(body(6.5 * 1024 * 1024))).status, stored()]).toEqual([202, 1]);
  });

  it('does not answer 202 for what it could not store', async () => {
    const { post, store } = await room();
    store.close();
    expect((await post(ONE)).status).toBe(500);
  });
});
