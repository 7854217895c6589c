import { expect, it } from 'vitest';
import { findProgram } from '../../src/io/find-program.js';
import { disk } from '../engine/fakes.js';

const files = async () => {
  const made = disk({ '/a/text': '', '/b/tool': '', '/b/text': '', '/c/tool.EXE': '' });
  for (const path of ['/b/tool', '/b/text', '/c/tool.EXE']) await made.writeText(path, '', 0o755);
  return made;
};

it.each([
  ['tool', '/a:/b', '/b/tool'],
  // The first one is no program.
  ['text', '/a:/b', '/b/text'],
  ['tool', '/a', null],
  ['tool', undefined, null],
  ['./tool', '/a', '/b/./tool'],
  ['/b/tool', '', '/b/tool'],
])('%s on %s', async (name, path, found) => {
  const host = { platform: 'linux', env: { PATH: path } } as const;
  expect(await findProgram(name, { host, files: await files(), folder: '/b' })).toBe(found);
});

it('on Windows an ending may be left out', async () => {
  const host = { platform: 'win32', env: { Path: '/a;/c', PATHEXT: '.COM;.EXE' } } as const;
  expect(await findProgram('tool', { host, files: await files(), folder: '/' })).toBe('/c/tool.EXE');
});
