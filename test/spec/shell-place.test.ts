import { expect, test } from 'vitest';
import { placeInside, type Shared } from '../../src/spec/shell-place.js';

const bind = (source: string, target: string): Shared => ({ type: 'bind', source, target });
const TREE = [bind('/home/ann/pan', '/var/pan'), bind('/home/ann/pan/logs', '/logs'), bind('/srv', '/')];

test.each([
  ['the mounted folder itself', ['/home/ann/pan'], TREE, '/var/pan'],
  ['a folder below it', ['/home/ann/pan/src/deep'], TREE, '/var/pan/src/deep'],
  ['the nearest of two mounts', ['/home/ann/pan/logs/old'], TREE, '/logs/old'],
  ['a mount on the root', ['/srv/x'], TREE, '/x'],
  ['a neighbour with a longer name', ['/home/ann/panther'], TREE, null],
  ['the second name of the folder', ['/ann/pan', '/home/ann/pan/src'], TREE, '/var/pan/src'],
  ['nothing mounted', ['/home/ann/pan'], [], null],
  ['a volume of that name', ['/data'], [{ type: 'volume', source: '/data', target: '/x' }], null],
])('%s', (_name, cwd, mounts, inside) => {
  expect(placeInside(cwd, mounts, 'posix')).toBe(inside);
});

test('Windows paths, whatever their case', () => {
  const mounts = [bind('C:\\Code\\App', '/app')];
  expect(placeInside(['c:\\code\\app\\src\\x'], mounts, 'windows')).toBe('/app/src/x');
  expect(placeInside(['C:\\Code\\Apple'], mounts, 'windows')).toBeNull();
});
