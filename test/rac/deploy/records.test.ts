import { expect, it } from 'vitest';
import type { AppSpec } from '../../../src/rac/deploy/app-spec.js';
import { makeRecords } from '../../../src/rac/deploy/records.js';
import { openStore } from '../../../src/rac/store/store.js';
import { APP } from '../../support/wake-bed.js';

const DAY = 86_400_000;

async function room() {
  const store = await openStore(':memory:');
  const records = makeRecords(store);
  let pushes = 0;
  const release = (name: string, app: Partial<AppSpec> = {}): number => {
    pushes += 1;
    const push = {
      id: `${pushes}`,
      name,
      tag: '1',
      digest: `sha256:${pushes}`,
      actor: null,
      address: '',
      at: pushes,
    };
    records.pushed(push, DAY);
    const { id } = records.add(push);
    records.change(id, { state: 'starting', app: { ...APP, ...app } });
    records.takeOver(name, id, pushes);
    return id;
  };
  return { store, records, release };
}

it('finds what is always on among what is not, as it is served now', async () => {
  const { records, release } = await room();
  const env = { alwaysOn: 'true', TEXT: '"alwaysOn":true' };
  release('a', { env });
  for (const name of ['b', 'c', 'd', 'e']) release(name, { alwaysOn: true });
  release('c');
  records.setWanted('d', 'off');
  records.halt('e', 'it uses too much');
  const found = (): readonly string[] => records.alwaysOn().map(({ name }) => name);
  expect(found()).toEqual(['b']);
  records.unhalt('e');
  expect(found()).toEqual(['b', 'e']);
});

it('looks neither through all names nor through all releases for it', async () => {
  const { store, records, release } = await room();
  release('a');
  const asked: string[] = [];
  makeRecords({
    ...store,
    all: (sql) => {
      asked.push(sql);
      return [];
    },
  }).alwaysOn();
  const plan = store.all(`EXPLAIN QUERY PLAN ${asked[0] ?? ''}`).map(({ detail }) => String(detail));
  expect(plan[0]).toContain('release_always_on');
  expect(plan.join('\n')).not.toMatch(/SCAN name/);
  expect(records.alwaysOn()).toEqual([]);
});

it('only names that have something to take away are looked through for it', async () => {
  const { records, release } = await room();
  for (const name of ['one', 'two', 'two', 'gone', 'gone']) release(name);
  const [newest, old] = records.releases('gone');
  records.change(old?.id ?? 0, { state: 'collected' });
  const failed = release('failed');
  records.change(failed, { state: 'failed' });
  expect(newest?.current).toBe(true);
  expect(records.collectable()).toEqual(['failed', 'two']);
});
