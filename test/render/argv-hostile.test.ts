import { describe, expect, test } from 'vitest';
import { parseCsv } from '../../src/spec/csv.js';
import { argv, ENGINES, mount, refusalOf, spec } from './desk.js';

/** Values that shells, CSV readers and option parsers stumble over. */
const HOSTILE = [
  'a b',
  ' lead',
  'trail ',
  '"quoted"',
  "it's",
  '$HOME',
  '$(id)',
  '`id`',
  'two\nlines',
  'tab\there',
  '-x',
  '--rm',
  '--',
  'a,b',
  'a=b',
  'a:b',
  '',
  'grüße 漢字 😀',
  String.raw`C:\path`,
  String.raw`\\server\share`,
  'D:/data',
  '%PATH%',
  '*',
  '#',
  ';',
  '\\',
] as const;

describe('a hostile value stays one argument, unchanged', () => {
  test.each(HOSTILE)('%j as an argument', (value) => {
    for (const engine of ENGINES) {
      expect(argv(engine, spec({ args: [value, 'next'] }))).toEqual([
        engine,
        'run',
        '--detach=false',
        'app:1',
        value,
        'next',
      ]);
    }
  });

  test.each(HOSTILE)('%j as a label', (value) => {
    for (const engine of ENGINES) {
      expect(argv(engine, spec({ labels: { note: value } }))).toEqual([
        engine,
        'run',
        '--detach=false',
        '--label',
        `note=${value}`,
        'app:1',
      ]);
    }
  });

  test.each(HOSTILE)('%j as a flag with a value of its own', (value) => {
    for (const engine of ENGINES) {
      const line = argv(engine, spec({ user: value, workdir: value, stopSignal: value }));
      expect(line).toEqual([
        engine,
        'run',
        '--detach=false',
        '--user',
        value,
        '--workdir',
        value,
        '--stop-signal',
        value,
        'app:1',
      ]);
    }
  });

  test.each(HOSTILE.filter((value) => value !== ''))('%j in both paths of a mount', (value) => {
    for (const engine of ENGINES) {
      const [flag, text] = argv(engine, spec({ mounts: [mount({ source: value, target: `/in/${value}` })] })).slice(3);
      expect([flag, parseCsv(text ?? '')]).toEqual(['--mount', ['type=bind', `src=${value}`, `target=/in/${value}`]]);
    }
  });

  test('an image that starts with a dash is not taken for a flag', () => {
    for (const engine of ENGINES) {
      expect(argv(engine, spec({ image: '-v', args: ['-x'] }))).toEqual([
        engine,
        'run',
        '--detach=false',
        '--',
        '-v',
        '-x',
      ]);
    }
  });
});

describe('mount values', () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ['comma', '/a,b', 'type=bind,"src=/a,b",target=/data'],
    ['double quote', '/a"b', 'type=bind,"src=/a""b",target=/data'],
    ['blank', '/a b', 'type=bind,src=/a b,target=/data'],
    ['colon', '/a:b', 'type=bind,src=/a:b,target=/data'],
    ['equals sign', '/a=b', 'type=bind,src=/a=b,target=/data'],
    ['newline', '/a\nb', 'type=bind,"src=/a\nb",target=/data'],
    ['drive letter', String.raw`C:\Users\me`, String.raw`type=bind,src=C:\Users\me,target=/data`],
    ['UNC path', String.raw`\\server\share`, String.raw`type=bind,src=\\server\share,target=/data`],
    ['non-ASCII', '/daten/grüße', 'type=bind,src=/daten/grüße,target=/data'],
  ];
  test.each(rows)('%s', (_what, source, value) => {
    for (const engine of ENGINES) {
      expect(argv(engine, spec({ mounts: [mount({ source })] }))).toEqual([
        engine,
        'run',
        '--detach=false',
        '--mount',
        value,
        'app:1',
      ]);
    }
  });

  test('a drive letter is no colon for relabelling', () => {
    const mounts = [mount({ source: String.raw`C:\data`, selinux: 'shared' })];
    expect(argv('docker', spec({ mounts })).slice(3, 5)).toEqual(['--volume', String.raw`C:\data:/data:z`]);
  });

  test.each([{ source: '/a:b' }, { target: '/a:b' }])('docker cannot relabel %j', (paths) => {
    const [code, message, hint] = refusalOf(() =>
      argv('docker', spec({ mounts: [mount({ ...paths, selinux: 'shared' })] })),
    );
    expect([code, hint]).toEqual([
      'UNAVAILABLE',
      'rename the folder, or set selinux = "none" on mount `data` and label it yourself',
    ]);
    expect(message).toContain('/a:b');
  });
});

describe('lists that podman reads as CSV are quoted for it alone', () => {
  test('groups, devices, name servers, aliases', () => {
    const container = spec({
      groups: ['a,b'],
      devices: ['/dev/a,b'],
      dns: ['1,2'],
      networkAliases: ['x"y'],
      network: 'n',
    });
    expect(argv('podman', container)).toEqual([
      'podman',
      'run',
      '--detach=false',
      '--group-add',
      '"a,b"',
      '--network',
      'n',
      '--network-alias',
      '"x""y"',
      '--dns',
      '"1,2"',
      '--device',
      '"/dev/a,b"',
      'app:1',
    ]);
    expect(argv('docker', container)).toEqual([
      'docker',
      'run',
      '--detach=false',
      '--group-add',
      'a,b',
      '--network',
      'n',
      '--network-alias',
      'x"y',
      '--dns',
      '1,2',
      '--device',
      '/dev/a,b',
      'app:1',
    ]);
  });

  test('the path of the env file', () => {
    const env = [{ name: 'A', value: '1' }];
    expect(argv('podman', spec({ env }), { envFile: '/run/a,b' }).slice(3, 5)).toEqual(['--env-file', '"/run/a,b"']);
    expect(argv('docker', spec({ env }), { envFile: '/run/a,b' }).slice(3, 5)).toEqual(['--env-file', '/run/a,b']);
  });
});
