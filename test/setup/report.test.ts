import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { add, countReport, countRun, exitCodeOf, failuresIn, lastLine, readReport, slowestIn } from './report.mjs';

const file = (status: string, ...states: string[]) => ({
  status,
  assertionResults: states.map((state) => ({ status: state })),
});

describe('counting a report', () => {
  it.each([
    ['passed, failed and pending tests', [file('failed', 'passed', 'failed', 'pending', 'todo')], [1, 1, 2]],
    ['a file that did not load is a failure', [file('failed'), file('passed', 'passed')], [1, 1, 0]],
    ['a failed hook is a failure although its tests were skipped', [file('failed', 'skipped', 'skipped')], [0, 1, 2]],
    ['a failed test is not counted twice', [file('failed', 'failed')], [0, 1, 0]],
    ['no file', [], [0, 0, 0]],
  ])('%s', (_name, testResults, [passed, failed, skipped]) => {
    expect(countReport({ testResults })).toEqual({ passed, failed, skipped });
  });
});

describe('counting a run', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'podctl-report-test-'));
    writeFileSync(join(folder, 'good.json'), JSON.stringify({ testResults: [file('passed', 'passed')] }));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['good.json', 0, { passed: 1, failed: 0, skipped: 0 }],
    ['good.json', 1, { passed: 1, failed: 1, skipped: 0 }],
    ['absent.json', 1, { passed: 0, failed: 1, skipped: 0 }],
    ['absent.json', 0, { passed: 0, failed: 0, skipped: 0 }],
  ])('%s with exit code %i', (name, code, counts) => {
    expect(countRun(readReport(join(folder, name)), code)).toEqual(counts);
  });
});

it('names what failed, file by file, with the start of its error', () => {
  const error = ['Error: 3 is not 4', '', ...Array.from({ length: 40 }, (_, at) => `line ${at}`)].join('\n');
  const testResults = [
    {
      name: 'a.test.ts',
      status: 'failed',
      assertionResults: [{ status: 'failed', fullName: 'adds', failureMessages: [error] }, { status: 'passed' }],
    },
    {
      name: 'b.test.ts',
      status: 'failed',
      message: 'no such module',
      assertionResults: [{ status: 'skipped', fullName: 'waits' }],
    },
    { name: 'c.test.ts', status: 'passed', assertionResults: [{ status: 'passed', fullName: 'works' }] },
  ];
  const [first = '', second, ...others] = failuresIn({ testResults });
  expect(first.split('\n').slice(0, 3)).toEqual(['a.test.ts: adds', '    Error: 3 is not 4', '    line 0']);
  expect(first.split('\n')).toHaveLength(13);
  expect([second, ...others]).toEqual(['b.test.ts\n    no such module']);
});

describe('the end of a test run', () => {
  const counts = add({ passed: 2, failed: 0, skipped: 1 }, { passed: 3, failed: 0, skipped: 0 });

  it('is one line with the sums', () => {
    expect(lastLine(counts)).toBe('5 passed, 0 failed, 1 skipped');
  });

  it.each([
    [counts, 0],
    [{ ...counts, failed: 1 }, 1],
    [{ passed: 0, failed: 0, skipped: 4 }, 1],
  ])('%o exits with %i', (given, code) => {
    expect(exitCodeOf(given)).toBe(code);
  });
});

it('tells the longest files first', () => {
  const testResults = [
    { name: 'a', startTime: 1000, endTime: 2400 },
    { name: 'b', startTime: 1000, endTime: 9000 },
    { name: 'c', startTime: 0, endTime: 10 },
  ];
  expect(slowestIn({ testResults }, 2)).toEqual([
    { name: 'b', seconds: 8 },
    { name: 'a', seconds: 1 },
  ]);
});
