import { describe, expect, it } from 'vitest';
import { folderOwner, namedUser } from '../../src/spec/folder-owner.js';

const ROOTFUL = { rootless: false, vm: false, usernsRemap: false };
const BASE = { engine: ROOTFUL, host: { uid: 0 }, user: null, imageUser: '' };

describe('who owns a folder that podctl makes', () => {
  it.each([
    ['root inside', {}, null],
    ["the image's user", { imageUser: '1000' }, { uid: 1000, gid: 1000 }],
    ["the image's user with its group", { imageUser: '1000:33' }, { uid: 1000, gid: 33 }],
    ['--user over the image', { user: '7:8', imageUser: '1000' }, { uid: 7, gid: 8 }],
    ['a user by name', { imageUser: 'app' }, null],
    ['an ordinary user of the host', { host: { uid: 1000 }, imageUser: '999' }, null],
    ['Windows', { host: { uid: null }, imageUser: '999' }, null],
    ['rootless', { engine: { ...ROOTFUL, rootless: true }, imageUser: '999' }, null],
    ['a virtual machine', { engine: { ...ROOTFUL, vm: true }, imageUser: '999' }, null],
    ['an image that was not inspected', { imageUser: null }, null],
  ] as const)('%s', (_name, parts, owner) => {
    expect(folderOwner({ ...BASE, ...parts })).toEqual(owner);
  });

  it('a name is told only where podctl would have to know its number', () => {
    expect(namedUser({ ...BASE, imageUser: 'app:app' })).toBe('app');
    expect(namedUser({ ...BASE, imageUser: 'root' })).toBeNull();
    expect(namedUser({ ...BASE, imageUser: '1000' })).toBeNull();
    expect(namedUser({ ...BASE, imageUser: 'app', host: { uid: 1000 } })).toBeNull();
  });
});
