import { expect, it } from 'vitest';
import { readScopes } from '../../../src/rac/auth/scope.js';

const ROWS = [
  [['repository:me/app:push,pull'], [['repository', undefined, 'me/app', ['push', 'pull']]]],
  [['repository:host:5000/app:pull'], [['repository', undefined, 'host:5000/app', ['pull']]]],
  [['repository(plugin):app:pull'], [['repository', 'plugin', 'app', ['pull']]]],
  [['registry:catalog:*'], [['registry', undefined, 'catalog', ['*']]]],
  [
    ['repository:a:pull repository:b:pull'],
    [
      ['repository', undefined, 'a', ['pull']],
      ['repository', undefined, 'b', ['pull']],
    ],
  ],
  [['repository:a:pull', 'repository:a:push,pull'], [['repository', undefined, 'a', ['pull', 'push']]]],
  [
    ['repository:a:pull', 'repository(plugin):a:pull'],
    [
      ['repository', undefined, 'a', ['pull']],
      ['repository', 'plugin', 'a', ['pull']],
    ],
  ],
  [['repository:a:'], [['repository', undefined, 'a', []]]],
  [['', '  '], []],
  [['repository'], null],
  [['repository:a'], null],
  [['REPOSITORY:a:pull'], null],
  [['repository(x:a:pull'], null],
  [['repository:a:pull;push'], null],
  [[`repository:${'a'.repeat(600)}:pull`], null],
] as const;

it.each(ROWS)('%j', (texts, wanted) => {
  const scopes = readScopes(texts)?.map(({ type, class: kind, name, actions }) => [type, kind, name, actions]) ?? null;
  expect(scopes).toEqual(wanted);
});
