import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tagsAsHeard } from '../../../src/rac/registry/tag-links.js';

const ONE = `sha256:${'1'.repeat(64)}`;
const TWO = `sha256:${'2'.repeat(64)}`;

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'podctl-links-'));
});
afterEach(() => rmSync(data, { recursive: true }));

// As Distribution 2.8 and 3 lay them out.
function link(name: string, tag: string, text: string): void {
  const path = join(data, 'docker/registry/v2/repositories', name, '_manifests/tags', tag, 'current/link');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const heard = (tags: Readonly<Record<string, string>>) => tagsAsHeard(data)('me/app', (tag) => tags[tag] ?? null);

it('is sure only where every tag has the digest that was heard', async () => {
  link('me/app', '1', ONE);
  link('me/app', '2', TWO);
  expect(await heard({ '1': ONE, '2': TWO })).toBe(true);
  expect(await heard({ '1': ONE, '2': TWO, gone: ONE })).toBe(true);
  expect(await heard({ '1': ONE, '2': ONE })).toBe(false);
  expect(await heard({ '1': ONE })).toBe(false);
});

it.each(['', 'sha256:12', 'of another kind'])('is not sure of a file that holds %j', async (text) => {
  link('me/app', '1', text);
  expect(await heard({ '1': text })).toBe(false);
});

it('is not sure of a name that is not there, or that is none', async () => {
  expect(await heard({})).toBe(false);
  link('me/app', '1', ONE);
  expect(await tagsAsHeard(data)('me/../me/app', () => ONE)).toBe(false);
});
