import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatMount, type MountWords } from '../../src/render/argv/mount.js';
import { parseCsv } from '../../src/spec/csv.js';
import { parseMountFlag } from '../../src/spec/mount-flag.js';
import { BLANK_MOUNT } from '../../src/spec/mount-words.js';
import type { Mount } from '../../src/spec/spec.js';
import { errorOf } from './desk.js';

const bind = { ...BLANK_MOUNT, type: 'bind' } as const satisfies Mount;

describe('a --mount flag', () => {
  test.each<[string, Mount]>([
    ['type=bind,src=/a,dst=/b', { ...bind, source: '/a', target: '/b' }],
    ['type=bind,source=/a,target=/b,readonly', { ...bind, source: '/a', target: '/b', readOnly: true }],
    ['type=bind,source=/a,destination=/b,ro', { ...bind, source: '/a', target: '/b', readOnly: true }],
    ['readonly,type=bind,src=/a,dst=/b', { ...bind, source: '/a', target: '/b', readOnly: true }],
    ['type=bind,src=/a,dst=/b,readonly=false', { ...bind, source: '/a', target: '/b' }],
    ['type=bind,src=/a,dst=/b,readonly=1', { ...bind, source: '/a', target: '/b', readOnly: true }],
    ['"type=bind","src=/a, ""b""","dst=/x,y"', { ...bind, source: '/a, "b"', target: '/x,y' }],
    ['type=bind,"src=C:\\data, 1",dst=/b', { ...bind, source: 'C:\\data, 1', target: '/b' }],
    ['type=bind,src=\\\\server\\share,dst=/b', { ...bind, source: '\\\\server\\share', target: '/b' }],
    ['type=bind,src=/a=b,dst=/b', { ...bind, source: '/a=b', target: '/b' }],
    ['type=bind,src=./a b,dst=/ü', { ...bind, source: './a b', target: '/ü' }],
    ['type=bind,src=-x,dst=/b', { ...bind, source: '-x', target: '/b' }],
    ['type=bind,src=$HOME,dst=/b', { ...bind, source: '$HOME', target: '/b' }],
    ['type=bind,src=/a,dst=/b,bind-propagation=rslave', { ...bind, source: '/a', target: '/b', propagation: 'rslave' }],
    ['type=bind,src=/a,dst=/b,z', { ...bind, source: '/a', target: '/b', selinux: 'shared' }],
    ['type=bind,src=/a,dst=/b,Z', { ...bind, source: '/a', target: '/b', selinux: 'private' }],
    ['type=bind,src=/a,dst=/b,relabel=private', { ...bind, source: '/a', target: '/b', selinux: 'private' }],
    ['type=bind,src=/a,dst=/b,relabel=shared', { ...bind, source: '/a', target: '/b', selinux: 'shared' }],
    ['src=cache,dst=/b', { ...BLANK_MOUNT, source: 'cache', target: '/b' }],
    ['type=volume,dst=/b', { ...BLANK_MOUNT, target: '/b' }],
    [
      'type=volume,src=nfs,dst=/b,volume-driver=local,volume-opt=type=nfs,"volume-opt=o=addr=1.2.3.4,rw"',
      {
        ...BLANK_MOUNT,
        source: 'nfs',
        target: '/b',
        driver: 'local',
        options: { type: 'nfs', o: 'addr=1.2.3.4,rw' },
      },
    ],
    [
      'type=tmpfs,dst=/t,tmpfs-size=64m,tmpfs-mode=1777',
      { ...BLANK_MOUNT, type: 'tmpfs', target: '/t', size: 64 * 1024 ** 2, mode: '1777' },
    ],
  ])('%s', (text, mount) => {
    expect(parseMountFlag(text)).toEqual(mount);
  });
});

describe('docker’s short syntax', () => {
  test.each<[string, Mount]>([
    ['/a:/b', { ...bind, source: '/a', target: '/b' }],
    ['/a:/b:ro', { ...bind, source: '/a', target: '/b', readOnly: true }],
    ['/a:/b:readonly', { ...bind, source: '/a', target: '/b', readOnly: true }],
    ['/a:/b:rw', { ...bind, source: '/a', target: '/b' }],
    ['./a:/b:ro,z', { ...bind, source: './a', target: '/b', readOnly: true, selinux: 'shared' }],
    ['~/a:/b:Z', { ...bind, source: '~/a', target: '/b', selinux: 'private' }],
    ['../a:/b:rshared', { ...bind, source: '../a', target: '/b', propagation: 'rshared' }],
    ['/a,type=b:/x', { ...bind, source: '/a,type=b', target: '/x' }],
    ['/a b/$x:/b', { ...bind, source: '/a b/$x', target: '/b' }],
    ['C:\\x:/y', { ...bind, source: 'C:\\x', target: '/y' }],
    ['C:\\x:/y:ro', { ...bind, source: 'C:\\x', target: '/y', readOnly: true }],
    ['d:/x y:/y:ro', { ...bind, source: 'd:/x y', target: '/y', readOnly: true }],
    ['\\\\server\\share\\x:/y', { ...bind, source: '\\\\server\\share\\x', target: '/y' }],
    ['\\\\?\\C:\\x:/y', { ...bind, source: '\\\\?\\C:\\x', target: '/y' }],
    ['cache:/b', { ...BLANK_MOUNT, source: 'cache', target: '/b' }],
    ['cache:/b:ro', { ...BLANK_MOUNT, source: 'cache', target: '/b', readOnly: true }],
    ['/b', { ...BLANK_MOUNT, target: '/b' }],
  ])('%s', (text, mount) => {
    expect(parseMountFlag(text)).toEqual(mount);
  });
});

describe('a wrong mount is a usage error that says what to write', () => {
  test.each([
    ['type=bind,src=/a', 'it has no target', 'add target=/path, the path in the container'],
    ['type=bind,dst=/b', 'the bind has no source', 'add source=PATH, the path on this machine'],
    ['type=bind,src=/a,dst=b', 'the target `b` is not an absolute path', 'write a path that starts with /'],
    ['type=npipe,src=/a,dst=/b', '`npipe` is not a type of mount', 'types are bind, volume and tmpfs'],
    ['type=bind,src=/a,dst=/b,readnly', '`readnly` is not an option of a mount', 'did you mean readonly?'],
    ['type=bind,src=/a,trget=/b', '`trget` is not an option of a mount', 'did you mean target?'],
    ['type=bind,src=/a,dst=/b,quux=1', '`quux` is not an option of a mount', 'options are type, source'],
    ['type=bind,src=/a,dst=/b,bind-nonrecursive', 'cannot pass `bind-nonrecursive` on', 'leave it out'],
    ['type=volume,src=a,dst=/b,volume-nocopy', 'cannot pass `volume-nocopy` on', 'leave it out'],
    ['type=bind,src=/a,dst=/b,consistency=cached', 'cannot pass `consistency` on', 'leave it out'],
    ['type=bind,src=/a,source=/c,dst=/b', '`source` stands twice', 'take one out'],
    ['type=volume,src=a,dst=/b,bind-propagation=shared', 'a volume has no `bind-propagation`', 'belongs to a bind'],
    ['type=tmpfs,dst=/b,src=/a', 'a tmpfs has no `source`', 'belongs to a bind or volume'],
    ['type=bind,src=/a,dst=/b,tmpfs-size=1m', 'a bind has no `tmpfs-size`', 'belongs to a tmpfs'],
    ['type=bind,src=/a,dst=/b,volume-opt=a=b', 'a bind has no `volume-opt`', 'belongs to a volume'],
    ['type=volume,src=a,dst=/b,volume-opt=device', 'has no value', 'write volume-opt=NAME=VALUE'],
    ['type=bind,src=/a,dst=/b,readonly=maybe', 'neither true nor false', 'write readonly or leave it out'],
    ['type=bind,src=/a,dst=/b,relabel=all', '`relabel=all` is not a label', 'relabel=shared or relabel=private'],
    ['type=bind,src=/a,dst=/b,z,Z', 'shared and private at once', 'keep one label'],
    ['type=bind,src=/a,dst=/b,bind-propagation=up', '`up` is not a propagation', 'private, rprivate, shared'],
    ['type=tmpfs,dst=/b,tmpfs-size=lots', '`lots` is not a size', 'tmpfs-size=64m'],
    ['type=tmpfs,dst=/b,tmpfs-mode=999', '`999` is not an octal mode', 'tmpfs-mode=1777'],
    ['type=bind,src="/a,dst=/b', 'double quote', 'put quotes around the whole field'],
    ['type=volume,src=a/b,dst=/b', '`a/b` is not a name of a volume', 'write type=bind'],
    ['a/b:/c', '`a/b` is not a name of a volume', 'start the path with ./ or /'],
    [':/c', 'empty or too many parts', 'SOURCE:TARGET[:OPTIONS]'],
    ['/a:', 'empty or too many parts', 'SOURCE:TARGET[:OPTIONS]'],
    ['/a:/b:ro:z', 'empty or too many parts', 'SOURCE:TARGET[:OPTIONS]'],
    ['', 'empty or too many parts', 'SOURCE:TARGET[:OPTIONS]'],
    ['/a:/b:r', '`r` is not an option of a mount', 'did you mean'],
    ['/a:/b:U', 'cannot pass `U` on', 'leave it out'],
    ['/a:/b:cached', 'cannot pass `cached` on', 'leave it out'],
    ['cache', 'the target `cache` is not an absolute path', 'starts with /'],
  ])('%s', (text, message, hint) => {
    const error = errorOf(() => parseMountFlag(text));
    expect(error.code).toBe('USAGE');
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });

  test('a driver’s options stay out of the message: they may hold a password', () => {
    const text = 'type=volume,src=a,"volume-opt=o=username=me,password=canary",dst=b';
    expect(errorOf(() => parseMountFlag(text)).message).not.toContain('canary');
    expect(errorOf(() => parseCsv('volume-opt=o=password="canary"')).message).not.toContain('canary');
  });
});

const WORDS: MountWords = {
  readOnly: { bind: 'readonly', volume: 'readonly', tmpfs: 'readonly' },
  relabel: (label) => `relabel=${label}`,
  driver: true,
};

describe('parsing takes back what rendering writes', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', ' ', ',', '"', '=', '$', "'", '\\', ':', '-', 'ü', '\n'),
    maxLength: 12,
  });
  const path = text.map((rest) => `/${rest}`);
  const binds = fc.record({
    source: text.map((rest) => `x${rest}`),
    target: path,
    readOnly: fc.boolean(),
    selinux: fc.constantFrom('shared', 'private', null),
    propagation: fc.constantFrom('rslave', 'shared', null),
  });
  const volumes = fc.record({
    source: fc.constantFrom('', 'cache', 'a.b-c_1'),
    target: path,
    readOnly: fc.boolean(),
    driver: fc.constantFrom('local', null),
    options: fc.dictionary(fc.constantFrom('o', 'type', 'device'), text),
  });
  const tmpfs = fc.record({
    target: path,
    size: fc.constantFrom(1024, null),
    mode: fc.constantFrom('1777', null),
  });
  const any: fc.Arbitrary<Mount> = fc.oneof(
    binds.map((mount) => ({ ...bind, ...mount })),
    volumes.map((mount) => ({ ...BLANK_MOUNT, ...mount })),
    tmpfs.map((mount) => ({ ...BLANK_MOUNT, type: 'tmpfs' as const, ...mount })),
  );

  test('for any mount', () => {
    expect.hasAssertions();
    fc.assert(
      fc.property(any, (mount) => {
        expect(parseMountFlag(formatMount(mount, WORDS))).toEqual(mount);
      }),
    );
  });
});
