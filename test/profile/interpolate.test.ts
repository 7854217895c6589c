import { describe, expect, test } from 'vitest';
import { interpolate, own } from '../../src/profile/interpolate.js';
import { failure } from './desk.js';

const SCOPE = {
  variables: { A: { value: 'a' }, EMPTY: { value: '' }, DEEP: { value: '${A} {mode} $$' } },
  names: { project: '/p', mode: 'public', config: undefined },
};

describe('what is filled in', () => {
  test.each([
    ['plain', 'plain'],
    ['', ''],
    ['${A}', 'a'],
    ['x${A}y${A}z', 'xayaz'],
    ['${EMPTY}', ''],
    ['${A:-d}', 'a'],
    ['${NO:-d}', 'd'],
    ['${NO:-}', ''],
    ['${NO-d}', 'd'],
    ['${EMPTY:-d}', 'd'],
    ['${EMPTY-d}', ''],
    ['${A:+alt}', 'alt'],
    ['${NO:+alt}', ''],
    ['${EMPTY:+alt}', ''],
    ['${EMPTY+alt}', 'alt'],
    ['${A+alt}', 'alt'],
    ['${A:?must be set}', 'a'],
    ['${EMPTY?must be set}', ''],
    ['${NO:-${A}}', 'a'],
    ['${NO:-${NO2:-deep}}', 'deep'],
    ['${NO:-x${A}y}', 'xay'],
    ['${NO:-{project}/x}', '/p/x'],
    ['${NO:-a b:c?d-e}', 'a b:c?d-e'],
    ['${A:-${NO}}', 'a'],
    ['127.0.0.1:${NO:-5000}', '127.0.0.1:5000'],
    ['{project}/data', '/p/data'],
    ['{mode}{mode}', 'publicpublic'],
  ])('%j is %j', (text, expected) => {
    expect(interpolate(text, SCOPE).text).toBe(expected);
  });
});

describe('what stays as it is', () => {
  test.each([
    ['$$', '$'],
    ['$${A}', '${A}'],
    ['$$$${A}', '$${A}'],
    ['$$${A}', '$a'],
    ['$', '$'],
    ['$A', '$A'],
    ['$(date)', '$(date)'],
    ['$1 $@ $?', '$1 $@ $?'],
    ['cost 5$', 'cost 5$'],
    ['{{project}', '{project}'],
    ['{{project}}', '{project}}'],
    ['{{A}}/{mode}', '{A}}/public'],
    ['{', '{'],
    ['}', '}'],
    ['{}', '{}'],
    ['{ project }', '{ project }'],
    ['{a,b}', '{a,b}'],
    ['{{.Names}}', '{{.Names}}'],
    ['{{ jinja }}', '{{ jinja }}'],
    ['{"json": {"a": 1}}', '{"json": {"a": 1}}'],
    ['f() { echo hi; }', 'f() { echo hi; }'],
    ['{1..3}', '{1..3}'],
    ['${NO:-{"a":1}', '{"a":1'],
    ['größe ✓', 'größe ✓'],
  ])('%j gives %j', (text, expected) => {
    expect(interpolate(text, SCOPE).text).toBe(expected);
  });

  test('a value is not looked into again', () => {
    expect(interpolate('${DEEP}', SCOPE).text).toBe('${A} {mode} $$');
  });
});

describe('what is an error', () => {
  test.each([
    ['${NO}', 'the variable `NO` is not set', 'set NO, or give it a default in the profile: ${NO:-default}'],
    ['${NO:?}', 'the variable `NO` is not set', 'set NO, or give it a default in the profile: ${NO:-default}'],
    ['${NO:?choose a folder}', 'the variable `NO` is not set', 'choose a folder'],
    ['${NO?choose}', 'the variable `NO` is not set', 'choose'],
    ['${EMPTY:?choose}', 'the variable `EMPTY` is empty', 'choose'],
    ['${NO:?see {project}/README}', 'the variable `NO` is not set', 'see /p/README'],
    ['${NO:-${NO2}}', 'the variable `NO2` is not set', 'set NO2, or give it a default in the profile: ${NO2:-default}'],
    [
      '${constructor}',
      'the variable `constructor` is not set',
      'set constructor, or give it a default in the profile: ${constructor:-default}',
    ],
    [
      '{config}',
      '`{config}` has no value here',
      'name the file with -c FILE, or give the profile a place for it: default = "…" in [config]',
    ],
    ['{uid}', '`{uid}` has no value here', 'this machine does not say; use a variable with a default in its place'],
    [
      '{each}',
      '`{each}` has no value here',
      'only a mount with `each`, or `shown` with `shown_each`, walks through a list',
    ],
    ['{projct}', '`{projct}` is not a named value', 'did you mean {project}? For the plain text write {{projct}'],
    ['${', '`${` is not a variable', 'a variable is written ${NAME}; for a plain dollar write $$'],
    ['${}', '`${}` is not a variable', 'a variable is written ${NAME}; for a plain dollar write $$'],
    ['${1}', '`${1}` is not a variable', 'a variable is written ${NAME}; for a plain dollar write $$'],
    ['${A', '`${A` is not a variable', 'close it: ${A}'],
    ['${A:-x', '`${A:-x` is not a variable', 'a closing } is missing'],
    [
      '${A:=x}',
      '`${A:=x}` is not a variable',
      'after the name come }, :-default, :?message, :+other or %/*; for a plain dollar write $$',
    ],
    [
      `\${A%${'y'.repeat(60)}}`,
      `\`\${A%${'y'.repeat(36)}…\` is not a variable`,
      'after the name come }, :-default, :?message, :+other or %/*; for a plain dollar write $$',
    ],
  ])('%j', async (text, message, hint) => {
    expect(await failure(() => interpolate(text, SCOPE))).toMatchObject({ code: 'BAD_DATA', message, hint });
  });
});

describe('what a text drew on', () => {
  test.each([
    ['x', []],
    ['${A}', [{ kind: 'variable', name: 'A', defaulted: false }]],
    ['${NO:-d}', [{ kind: 'variable', name: 'NO', defaulted: true }]],
    [
      '${NO:-${A}}',
      [
        { kind: 'variable', name: 'NO', defaulted: true },
        { kind: 'variable', name: 'A', defaulted: false },
      ],
    ],
    ['${A:-${B}}', [{ kind: 'variable', name: 'A', defaulted: false }]],
    ['${NO:+x}', [{ kind: 'variable', name: 'NO', defaulted: true }]],
    ['{project}', [{ kind: 'name', name: 'project' }]],
  ])('%j', (text, uses) => {
    expect(interpolate(text, SCOPE).uses).toEqual(uses);
  });
});

test('inherited keys are not values', () => {
  expect(own({ a: 1 }, 'toString')).toBeUndefined();
  expect(own({ a: 1 }, 'a')).toBe(1);
});
