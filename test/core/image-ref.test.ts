import { describe, expect, test } from 'vitest';
import { checkServer, composeImageName, withImageParts } from '../../src/core/image-ref.js';
import { formatPlatform, isPlatform, parsePlatform } from '../../src/core/platform.js';
import { looksSecret } from '../../src/core/secret-name.js';

describe('parts of an image name', () => {
  test.each([
    ['app', { server: 'ghcr.io' }, 'ghcr.io/app'],
    ['app:1', { server: 'ghcr.io', project: 'a/b' }, 'ghcr.io/a/b/app:1'],
    ['gcr.io/panoptes-exp/utils:develop', { server: '' }, 'panoptes-exp/utils:develop'],
    ['gcr.io/panoptes-exp/utils:develop', { server: '', project: '' }, 'utils:develop'],
    ['gcr.io/panoptes-exp/utils:develop', { project: 'me' }, 'gcr.io/me/utils:develop'],
    ['gcr.io/panoptes-exp/utils:develop', { name: 'base' }, 'gcr.io/panoptes-exp/base:develop'],
    ['localhost:5000/a/b/c', { server: '127.0.0.1:6000' }, '127.0.0.1:6000/a/b/c'],
    [`a@sha256:${'0'.repeat(64)}`, { server: 'ghcr.io' }, `ghcr.io/a@sha256:${'0'.repeat(64)}`],
    ['app', {}, 'app'],
  ])('%s with %j', (name, parts, expected) => {
    expect(withImageParts(name, parts)).toBe(expected);
  });

  test.each([
    ['app', { server: 'ghcr' }, 'is not a server'],
    ['app', { server: 'ghcr.io/team' }, 'is not a server'],
    ['app', { project: 'A' }, '`A` would be taken for a server'],
    ['app', { project: 'a.b/c' }, 'would be taken for a server'],
    ['app', { server: 'ghcr.io', project: 'A' }, 'is not an image name'],
    ['app', { name: 'a b' }, 'is not an image name'],
    ['app', { name: '' }, 'is not an image name'],
  ])('%s with %j is none', (name, parts, words) => {
    expect(() => withImageParts(name, parts)).toThrow(words);
  });

  test('what is empty is left out', () => {
    expect(composeImageName({ server: '', project: '', name: 'app' })).toBe('app');
    expect(composeImageName({ server: 'ghcr.io', project: '', name: 'app' })).toBe('ghcr.io/app');
  });

  test.each(['', 'ghcr.io', 'localhost', 'localhost:5000', 'registry:5000', '[::1]:5000'])('%j is a server', (text) => {
    expect(() => checkServer(text)).not.toThrow();
  });
});

test('platforms are taken apart and put together', () => {
  for (const text of ['linux/amd64', 'linux/arm/v7']) {
    const platform = parsePlatform(text);
    expect(platform === null ? null : formatPlatform(platform)).toBe(text);
  }
  expect(['arm64', 'linux/', 'linux/arm/v7/x', 'Linux/arm'].filter(isPlatform)).toEqual([]);
  expect(parsePlatform('arm64')).toBeNull();
});

test.each([
  ['NPM_TOKEN', true],
  ['token', true],
  ['DB_PASSWORD', true],
  ['GITHUB_API_KEY', true],
  ['AWS_SECRET_ACCESS_KEY', true],
  ['SESSION_COOKIE', true],
  ['VERSION', false],
  ['TOKENIZER', false],
  ['KEYBOARD', false],
  ['PUBLIC_KEY', false],
])('%s looks secret: %s', (name, secret) => {
  expect(looksSecret(name)).toBe(secret);
});
