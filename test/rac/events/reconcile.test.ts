import { describe, expect, it } from 'vitest';
import { openInbox } from '../../../src/rac/events/inbox.js';
import { reconcile } from '../../../src/rac/events/reconcile.js';
import { openStore } from '../../../src/rac/store/store.js';
import { DIGEST, digestOf, NOW, push } from './samples.js';

const QUIET = { info: () => undefined, warn: () => undefined };
const ALL = { choose: (names: readonly string[]) => names, missed: () => undefined };
type Tags = Record<string, Record<string, string>>;

const nobodyKnown = () => null;

async function room(tags: Tags) {
  const inbox = openInbox(await openStore(':memory:'), () => NOW);
  const registry = {
    names: () => Promise.resolve(Object.keys(tags)),
    tags: (name: string) => {
      const known = tags[name];
      return known === undefined ? Promise.reject(new Error('no such name')) : Promise.resolve(Object.keys(known));
    },
    digestOf: (name: string, tag: string) => Promise.resolve(tags[name]?.[tag] ?? null),
  };
  const asked: [string, number][] = [];
  const pusherSince = (name: string, time: number) => {
    asked.push([name, time]);
    return name === 'known' ? { actor: 'ann', address: '' } : null;
  };
  const accept = (pushes: Parameters<typeof inbox.accept>[0]) => void inbox.accept(pushes);
  const compare = () =>
    reconcile({ tagsAsHeard: null, registry, inbox, accept, pusherSince, shares: ALL, now: () => NOW, log: QUIET });
  const waiting = () => inbox.due(NOW, new Set()).map(({ name, tag, digest }) => [name, tag, digest]);
  return { inbox, compare, waiting, asked };
}

describe('comparing tags with what was heard', () => {
  it('takes a push whose event was lost, once', async () => {
    const { compare, waiting } = await room({ 'me/app': { '1': DIGEST } });
    expect([await compare(), await compare()]).toEqual([1, 0]);
    expect(waiting()).toEqual([['me/app', '1', DIGEST]]);
  });

  it('is told whose push it must have been, of all since the one that was heard of', async () => {
    const { compare, inbox, asked } = await room({ known: { '1': DIGEST }, other: { '1': DIGEST } });
    inbox.accept([{ ...push('other', '1', digestOf('b')), at: NOW - 9 }]);
    expect(await compare()).toBe(2);
    expect(asked).toEqual([
      ['known', 0],
      ['other', NOW - 9],
    ]);
    const due = inbox.due(NOW, new Set()).map(({ name, digest, actor, address }) => [name, digest, actor, address]);
    expect(due).toContainEqual(['known', DIGEST, 'ann', '']);
    expect(inbox.heard('other', '1')).toEqual({ digest: DIGEST, at: NOW });
  });

  it('finds nothing where every event came', async () => {
    const { compare, inbox } = await room({ a: { '1': DIGEST }, b: { x: digestOf('b') } });
    inbox.accept([push('a'), push('b', 'x', digestOf('b'))]);
    expect(await compare()).toBe(0);
  });

  it('sees a tag that went back to a digest that it had before', async () => {
    const tags: Tags = { a: { '1': digestOf('a') } };
    const { compare, inbox } = await room(tags);
    inbox.accept([push('a', '1', digestOf('a')), push('a', '1', digestOf('b'))]);
    expect([await compare(), inbox.heard('a', '1')?.digest, await compare()]).toEqual([1, digestOf('a'), 0]);
    inbox.accept([push('a', '1', digestOf('c'))]);
    expect(await compare()).toBe(1);
  });

  it('leaves out names that are none, and tags that went meanwhile', async () => {
    const { compare } = await room({ 'No/Name': { '1': DIGEST } });
    expect(await compare()).toBe(0);
  });

  it('goes on with the other names when one cannot be read', async () => {
    const tags: Tags = { b: { '1': DIGEST } };
    const { waiting } = await room(tags);
    expect(waiting()).toEqual([]);
    const inbox = openInbox(await openStore(':memory:'), () => NOW);
    const registry = {
      names: () => Promise.resolve(['a', 'b']),
      tags: (name: string) => (name === 'a' ? Promise.reject(new Error('broken')) : Promise.resolve(['1'])),
      digestOf: () => Promise.resolve(DIGEST),
    };
    const accept = (pushes: Parameters<typeof inbox.accept>[0]) => void inbox.accept(pushes);
    expect(
      await reconcile({
        tagsAsHeard: null,
        registry,
        inbox,
        accept,
        pusherSince: nobodyKnown,
        shares: ALL,
        now: () => NOW,
        log: QUIET,
      }),
    ).toBe(1);
  });

  it('rejects when the registry does not answer', async () => {
    const inbox = openInbox(await openStore(':memory:'), () => NOW);
    const away = () => Promise.reject(new Error('away'));
    const registry = { names: away, tags: away, digestOf: away };
    const deps = {
      registry,
      tagsAsHeard: null,
      inbox,
      accept: () => undefined,
      pusherSince: nobodyKnown,
      shares: ALL,
      now: () => NOW,
      log: QUIET,
    };
    await expect(reconcile(deps)).rejects.toThrow('away');
  });
});

describe('a name whose tags can be seen without the registry', () => {
  async function asked(asHeard: boolean) {
    const inbox = openInbox(await openStore(':memory:'), () => NOW);
    inbox.accept([push('a')]);
    const questions: string[] = [];
    const registry = {
      names: () => Promise.resolve(['a']),
      tags: (name: string) => {
        questions.push(name);
        return Promise.resolve(['1']);
      },
      digestOf: () => Promise.resolve(digestOf('b')),
    };
    const tagsAsHeard = (name: string, heard: (tag: string) => string | null) =>
      Promise.resolve(asHeard && name === 'a' && heard('1') === DIGEST && heard('2') === null);
    const rest = { pusherSince: nobodyKnown, shares: ALL, now: () => NOW, log: QUIET };
    const accept = (pushes: Parameters<typeof inbox.accept>[0]) => void inbox.accept(pushes);
    const found = await reconcile({ registry, tagsAsHeard, inbox, accept, ...rest });
    return { found, questions };
  }

  it('is not asked for when they are as RAC heard', async () => {
    expect(await asked(true)).toEqual({ found: 0, questions: [] });
  });

  it('is asked for when they are not', async () => {
    expect(await asked(false)).toEqual({ found: 1, questions: ['a'] });
  });
});
