import { describe, expect, it } from 'vitest';
import {
  type ImageExpectations,
  type ImageFindings,
  judgeExpectations,
  looksInside,
  pythonProgram,
} from '../../src/plan/test-expect.js';

const NOTHING: ImageExpectations = {
  python: null,
  user: null,
  entrypoint: null,
  exposed: null,
  labels: {},
  maxSize: null,
  root: null,
  filesPresent: [],
  filesAbsent: [],
};
const FOUND: ImageFindings = {
  python: '3.11.2',
  user: 'app',
  entrypoint: ['/venv/bin/python', '-m', 'gantry'],
  exposed: ['8080/tcp', '53/udp'],
  labels: { team: 'sky' },
  size: 50_000_000,
  files: { '/app': true, '/bin/sh': false },
};

describe('an expectation', () => {
  it.each<
    [wanted: Partial<ImageExpectations>, found: Partial<ImageFindings>, name: string, told: string, holds: boolean]
  >([
    [{ python: '3.11' }, {}, 'python', '3.11.2', true],
    [{ python: '3.11.2' }, {}, 'python', '3.11.2', true],
    [{ python: '3' }, {}, 'python', '3.11.2', true],
    [{ python: '3.1' }, {}, 'python', '3.11.2', false],
    [{ python: '3.12' }, {}, 'python', '3.11.2', false],
    [{ python: '3.11' }, { python: null }, 'python', 'no Python answered', false],
    [{ user: 'app' }, {}, 'user', 'app', true],
    [{ user: 'root' }, { user: '' }, 'user', 'root', true],
    [{ user: '1000' }, {}, 'user', 'app', false],
    [{ root: false }, {}, 'root', 'no (app)', true],
    [{ root: false }, { user: '' }, 'root', 'yes', false],
    [{ root: false }, { user: '0:1000' }, 'root', 'yes', false],
    [{ root: false }, { user: '1000:0' }, 'root', 'no (1000:0)', true],
    [
      { entrypoint: ['/venv/bin/python', '-m', 'gantry'] },
      {},
      'entrypoint',
      '["/venv/bin/python","-m","gantry"]',
      true,
    ],
    [{ entrypoint: [] }, { entrypoint: null }, 'entrypoint', 'none', true],
    [{ entrypoint: ['/app'] }, {}, 'entrypoint', '["/venv/bin/python","-m","gantry"]', false],
    [{ exposed: ['53/udp', '8080/tcp'] }, {}, 'exposed', '53/udp, 8080/tcp', true],
    [{ exposed: ['8080/tcp'] }, {}, 'exposed', '53/udp, 8080/tcp', false],
    [{ exposed: [] }, { exposed: [] }, 'exposed', 'none', true],
    [{ labels: { team: 'sky' } }, {}, 'label team', 'sky', true],
    [{ labels: { toString: 'x' } }, {}, 'label toString', 'none', false],
    [{ maxSize: 50_000_000 }, {}, 'max_size', '50 MB', true],
    [{ maxSize: 49_999_999 }, {}, 'max_size', '50 MB', false],
    [{ maxSize: 1 }, { size: null }, 'max_size', 'not found out', false],
    [{ filesPresent: ['/app'] }, {}, 'file /app', 'present', true],
    [{ filesPresent: ['/bin/sh'] }, {}, 'file /bin/sh', 'absent', false],
    [{ filesAbsent: ['/bin/sh'] }, {}, 'file /bin/sh', 'absent', true],
    [{ filesAbsent: ['/app'] }, {}, 'file /app', 'present', false],
    [{ filesAbsent: ['/other'] }, {}, 'file /other', 'not found out', false],
  ])('%j with %j', (wanted, found, name, told, holds) => {
    const rows = judgeExpectations({ ...NOTHING, ...wanted }, { ...FOUND, ...found });
    expect(rows).toMatchObject([{ name, found: told, holds }]);
  });
});

it('what is left out is not looked at', () => {
  expect(judgeExpectations(NOTHING, FOUND)).toEqual([]);
  expect(looksInside({ ...NOTHING, user: 'app', maxSize: 1 })).toBe(false);
  expect(looksInside({ ...NOTHING, filesAbsent: ['/bin/sh'] })).toBe(true);
});

it.each([
  [['/venv/bin/python', '-m', 'gantry'], '/venv/bin/python'],
  [['/usr/bin/python3.11'], '/usr/bin/python3.11'],
  [['/bin/sh', '-c', 'python x'], 'python3'],
  [['/opt/python-app'], 'python3'],
  [null, 'python3'],
])('the Python of entrypoint %j is %s', (entrypoint, program) => {
  expect(pythonProgram(entrypoint)).toBe(program);
});
