import { describe, expect, it } from 'vitest';
import { type ProtectedData, protectedAmong, refuseProtected } from '../../src/plan/protected-data.js';

const KEPT: readonly ProtectedData[] = [
  { key: 'jobs', type: 'volume', source: 'jobs' },
  { key: 'runs', type: 'bind', source: '/srv/runs' },
];

describe('protected data', () => {
  it.each([
    ['their volume', { type: 'volume', source: 'jobs' }, ['jobs']],
    ['another volume', { type: 'volume', source: 'cache' }, []],
    ['a folder of the same name as the volume', { type: 'bind', source: 'jobs' }, []],
    ['their folder', { type: 'bind', source: '/srv/runs' }, ['runs']],
    ['a folder above', { type: 'bind', source: '/srv' }, ['runs']],
    ['a folder inside', { type: 'bind', source: '/srv/runs/2025' }, ['runs']],
    ['a folder beside', { type: 'bind', source: '/srv/runs-old' }, []],
  ] as const)('removing %s', (_name, removal, keys) => {
    expect(protectedAmong([removal], KEPT).map(({ data }) => data.key)).toEqual(keys);
  });

  it('one refusal names them all', () => {
    const removals = [
      { type: 'volume', source: 'jobs' },
      { type: 'volume', source: 'cache' },
      { type: 'bind', source: '/srv' },
    ] as const;
    expect(refuseProtected(removals, KEPT)).toMatchObject({
      code: 'REFUSED',
      message: 'protected data are never removed: volume `jobs` (data `jobs`), bind `/srv` (data `runs`)',
    });
    expect(refuseProtected([{ type: 'volume', source: 'cache' }], KEPT)).toBeNull();
  });
});
