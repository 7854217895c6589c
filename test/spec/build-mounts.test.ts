import { describe, expect, test } from 'vitest';
import type { ResolvedMount } from '../../src/profile/resolved.js';
import { buildSpec } from '../../src/spec/build.js';
import type { BuiltSpec, SpecRequest } from '../../src/spec/request.js';
import { errorOf, ME, mount, request, resolved } from './desk.js';

const data: ResolvedMount = { key: 'data', type: 'bind', source: 'data', target: '/data' };

function build(
  mounts: readonly ResolvedMount[],
  flags: readonly string[] = [],
  parts: Partial<SpecRequest> = {},
): BuiltSpec {
  const asked = request({ cwd: '/work/project/sub', project: '/work/project', ...parts });
  return buildSpec(resolved({ container: { mounts } }), { ...asked, flags: { ...asked.flags, mounts: flags } });
}

describe('mounts of the profile', () => {
  test.each<[string, ResolvedMount, Parameters<typeof mount>[0]]>([
    ['a bind of the project', data, {}],
    ['an absolute one', { ...data, source: '/srv//x/../y' }, { source: '/srv/y' }],
    ['one above the project', { ...data, source: '../other' }, { source: '/work/other' }],
    ['the project', { ...data, source: '.' }, { source: '/work/project' }],
    ['the home', { ...data, source: '~' }, { source: '/home/me' }],
    ['below the home', { ...data, source: '~/x' }, { source: '/home/me/x' }],
    ['not the home of another', { ...data, source: '~x' }, { source: '/work/project/~x' }],
    ['a target that climbs', { ...data, target: '/a/../data/' }, {}],
    ['a name with everything', { ...data, source: '/a b,"c"$\n' }, { source: '/a b,"c"$\n' }],
    [
      'every word',
      {
        ...data,
        read_only: true,
        kind: 'directory',
        create: true,
        optional: true,
        propagation: 'rslave',
        selinux: 'private',
        about: 'x',
      },
      { readOnly: true, kind: 'directory', create: true, optional: true, propagation: 'rslave', selinux: 'private' },
    ],
    ['no label', { ...data, selinux: 'none' }, {}],
    [
      'a volume',
      { key: 'data', type: 'volume', source: 'cache', target: '/data', driver: 'local', options: { o: 'x' } },
      { type: 'volume', source: 'cache', driver: 'local', options: { o: 'x' } },
    ],
    ['an anonymous volume', { key: 'data', type: 'volume', target: '/data' }, { type: 'volume', source: '' }],
    [
      'a tmpfs',
      { key: 'data', type: 'tmpfs', target: '/data', size: '64m', mode: '1777' },
      { type: 'tmpfs', source: '', size: 64 * 1024 ** 2, mode: '1777' },
    ],
  ])('%s', (_, written, expected) => {
    expect(build([written]).spec.mounts).toEqual([mount(expected)]);
  });

  test.each([
    ['data', 'C:\\Work\\data'],
    ['D:/x/y', 'D:\\x\\y'],
    ['d:\\x', 'D:\\x'],
    ['\\\\server\\share\\x', '\\\\server\\share\\x'],
    ['~\\x', 'C:\\Users\\me\\x'],
    ['~/x', 'C:\\Users\\me\\x'],
    ['..\\other', 'C:\\other'],
  ])('on Windows %s is %s', (source, expected) => {
    const windows = {
      flavour: 'windows',
      project: 'c:\\Work',
      cwd: 'C:\\Work',
      host: { ...ME, platform: 'win32', uid: null, gid: null, home: 'C:\\Users\\me' },
    } as const;
    expect(build([{ ...data, source }], [], windows).spec.mounts.map((made) => made.source)).toEqual([expected]);
  });

  test('a size that cannot be read', () => {
    const error = errorOf(() => build([{ key: 't', type: 'tmpfs', target: '/t', size: 'big' }]));
    expect([error.code, error.message]).toEqual(['BAD_DATA', '`big` is not a size']);
  });
});

describe('--mount', () => {
  test('is added behind the profile’s, its paths counted from where podctl was called', () => {
    const built = build([data], ['type=bind,src=x,dst=/x,readonly', './y:/y', 'cache:/cache', '~/z:/z']);
    expect(built.spec.mounts.map(({ key, source, target }) => [key, source, target])).toEqual([
      ['data', '/work/project/data', '/data'],
      ['flag/0', '/work/project/sub/x', '/x'],
      ['flag/1', '/work/project/sub/y', '/y'],
      ['flag/2', 'cache', '/cache'],
      ['flag/3', '/home/me/z', '/z'],
    ]);
    expect(built.origins['mounts/flag/0']).toEqual([{ kind: 'flag', flag: '--mount' }]);
  });

  test('takes the place of a mount with its target, and says so', () => {
    const origins = {
      'mounts/data': [{ kind: 'flag', flag: 'x' }],
      'mounts/data/source': [{ kind: 'flag', flag: 'x' }],
    } as const;
    const asked = request({ flags: { mounts: ['type=volume,src=v,dst=/data/'] } });
    const built = buildSpec(resolved({ container: { mounts: [data] }, origins }), asked);
    expect(built.spec.mounts).toEqual([mount({ key: 'flag/0', type: 'volume', source: 'v' })]);
    expect(built.notes).toEqual([
      { at: 'mounts/flag/0', message: "--mount takes the place of the profile's mount `data` on /data" },
    ]);
    expect(Object.keys(built.origins).filter((at) => at.startsWith('mounts/'))).toEqual(['mounts/flag/0']);
  });

  test('twice for one target is a usage error; so is one that cannot be read', () => {
    const error = errorOf(() => build([], ['/a:/x', '/b:/x/', '/c']));
    expect([error.code, error.message]).toEqual(['USAGE', '`--mount` is given twice for the target `/x`']);
    const all = errorOf(() => build([], ['/a:b', 'type=what']));
    expect([all.code, all.problems.length]).toEqual(['USAGE', 2]);
  });
});
