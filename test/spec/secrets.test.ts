import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import { buildSpec } from '../../src/spec/build.js';
import { type SecretReader, secretMode } from '../../src/spec/secrets.js';
import { DOCKER } from '../support/samples.js';
import { engine, image, request, resolved } from './desk.js';

const READER: SecretReader = {
  engine: DOCKER,
  host: { uid: 1000 },
  user: null,
  userns: null,
  imageUser: '',
  runsAs: null,
  capDrop: [],
};
const rootless = { ...DOCKER, name: 'podman', rootless: true } as const;

describe('the mode of a secret file', () => {
  test.each<[string, Partial<SecretReader>, SecretReader['host']['uid'], string]>([
    ['root in a rootful engine reads everything', {}, 1000, '600'],
    ['but not without that right', { capDrop: ['ALL'] }, 1000, '444'],
    ['the right goes by several names', { capDrop: ['cap_dac_override'] }, 1000, '444'],
    ['root owns what root writes, whatever rights it has', { capDrop: ['ALL'] }, 0, '600'],
    ['the host user by number', { user: '1000:1000' }, 1000, '600'],
    ['another number', { user: '33' }, 1000, '444'],
    ['another number, with podctl as root', { user: '1000' }, 0, '444'],
    ["the image's user by name", { imageUser: 'nobody' }, 1000, '444'],
    ["the image's root by name", { imageUser: 'root' }, 1000, '600'],
    ['nobody knows the image', { imageUser: null }, 1000, '444'],
    ['the image changes its user by itself', { runsAs: '1000' }, 0, '444'],
    ['rootless: root inside is the owner', { engine: rootless }, 1000, '600'],
    ['rootless: root inside, without rights', { engine: rootless, capDrop: ['ALL'] }, 1000, '600'],
    ['rootless: every other user is a subordinate id', { engine: rootless, user: '1000' }, 1000, '444'],
    ['keep-id: the same number', { engine: rootless, userns: 'keep-id', user: '1000' }, 1000, '600'],
    ['keep-id: root is somebody else', { engine: rootless, userns: 'keep-id', user: '0' }, 1000, '444'],
    [
      'keep-id: mapped to the image’s',
      { engine: rootless, userns: 'keep-id:uid=33,gid=33', imageUser: '33' },
      1000,
      '600',
    ],
    ['a user namespace of its own', { userns: 'auto', user: '1000' }, 1000, '444'],
    ['remapped by the daemon', { engine: { ...DOCKER, usernsRemap: true } }, 1000, '444'],
    ['file sharing of a virtual machine', { engine: { ...DOCKER, vm: true }, user: '33' }, 501, '600'],
  ])('%s', (_, changes, uid, mode) => {
    expect(secretMode({ ...READER, host: { uid }, ...changes }).toString(8)).toBe(mode);
  });
});

describe('secrets of a container', () => {
  const value = new Secret('hunter2');
  const container = {
    secrets: [
      { by: 'file', name: 'TOKEN', value, target: '/run/secrets/TOKEN' },
      { by: 'engine', name: 'KEY', secret: 'app-key', as: 'env', target: 'KEY' },
    ],
  } as const;

  test('a file gets its place, the mode for its reader and the label that SELinux asks for', () => {
    const { spec } = buildSpec(
      resolved({ container }),
      request({ secretFiles: '/state/d@c@1@', image: image({ user: 'app' }), engine: engine({ selinux: true }) }),
    );
    expect(spec.secrets).toEqual([
      {
        by: 'file',
        name: 'TOKEN',
        value,
        target: '/run/secrets/TOKEN',
        source: '/state/d@c@1@TOKEN',
        mode: 0o444,
        selinux: 'private',
      },
      { by: 'engine', name: 'KEY', secret: 'app-key', as: 'env', target: 'KEY' },
    ]);
  });

  test('none is shown by the spec itself', () => {
    const { spec } = buildSpec(resolved({ container }), request({ secretFiles: '/state/d@c@1@' }));
    expect(JSON.stringify(spec)).not.toContain('hunter2');
  });
});
