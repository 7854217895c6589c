import { describe, expect, test } from 'vitest';
import { parseDotenv } from '../../src/profile/dotenv.js';
import { diffEnv, differences, type EnvDiff } from '../../src/profile/env-diff.js';

const ENVIRONMENT = { HOST: { value: 'fromhost' } };

function diff(text: string): EnvDiff {
  const { entries } = parseDotenv({ file: '.env', text }, ENVIRONMENT);
  const compose = new Map(entries.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const])));
  return diffEnv({ files: [{ file: '.env', text }], environment: ENVIRONMENT, podctl: compose, compose });
}

function row(text: string): Readonly<Record<string, readonly string[]>> {
  const [first] = diff(text).rows;
  return Object.fromEntries(Object.entries(first?.read ?? {}).map(([reader, { how }]) => [reader, how]));
}

describe('one line', () => {
  const same = { docker: [], podman: [], compose: [] };
  const both = (...how: readonly string[]) => ({ docker: how, podman: how, compose: [] });

  test.each([
    ['A=1\n', same],
    ['A=\n', same],
    ['HOST\n', same],
    ['A="x y"\n', both('quotes kept', '5 characters against 3')],
    ["A='x'\n", both('quotes kept', '3 characters against 1')],
    ['A=x # why\n', both('comment kept', '7 characters against 1')],
    ['A="x" # why\n', both('quotes kept', 'comment kept', '9 characters against 1')],
    ['A=${HOST}\n', both('variables not filled in', '7 characters against 8')],
    ['A=$HOSTX\n', both('variables not filled in', '6 characters against 0')],
    ['A=a$$b\n', both('dollars kept double', '4 characters against 3')],
    ['A="a\\nb"\n', both('quotes kept', 'escapes kept', 'only its first line', '6 characters against 3')],
    ['A=x  \n', both('blanks kept', '3 characters against 1')],
    ['A= x\n', both('blanks kept', '2 characters against 1')],
    ['A=x\n', same],
  ])('%j', (text, expected) => {
    expect(row(text)).toEqual(expected);
  });

  test('`export` stops docker, and gives podman another name', () => {
    const { rows, refusals } = diff('A=1\nexport TOKEN=secret\n');
    expect(refusals).toEqual([
      { reader: 'docker', file: '.env', line: 2, reason: 'there is a blank in the variable name' },
    ]);
    expect(rows.map(({ name, podctl, read }) => [name, podctl, read.docker.how, read.podman.how])).toEqual([
      ['A', '1', ['not set'], []],
      ['TOKEN', 'secret', ['not set'], ['not set']],
      ['export TOKEN', null, [], ['set, 6 characters']],
    ]);
  });

  test('a byte order mark ends up in the name on podman', () => {
    const { rows } = diff('\ufeffA=1\n');
    expect(rows.map(({ name, read }) => [name, read.docker.how, read.podman.how])).toEqual([
      ['A', [], ['not set']],
      ['\ufeffA', [], ['set, 1 character']],
    ]);
  });

  test('several lines', () => {
    const { rows, refusals } = diff('A="one\ntwo"\n');
    expect(rows[0]?.read.podman.how).toEqual(['quotes kept', 'only its first line', '4 characters against 7']);
    expect(refusals).toEqual([]);
  });

  test('a later file wins, as it does for the programs', () => {
    const files = [
      { file: 'a.env', text: 'A=1\nB=1\n' },
      { file: 'b.env', text: 'A=2\n' },
    ];
    const given = new Map([
      ['A', '2'],
      ['B', '1'],
    ]);
    const { rows } = diffEnv({ files, environment: {}, podctl: given, compose: given });
    expect(rows.flatMap(({ read }) => Object.values(read).flatMap(({ how }) => how))).toEqual([]);
  });
});

test.each([
  [null, null, []],
  ['a', null, ['not set']],
  [null, 'a', ['set, 1 character']],
  ['ab', 'ba', ['other 2 characters']],
  ['x', 'x\r', ['blanks kept', 'carriage return kept', '2 characters against 1']],
])('%j against %j', (ours, theirs, how) => {
  expect(differences(ours, theirs)).toEqual(how);
});
