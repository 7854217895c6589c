import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { checkConfigFile } from '../../src/profile/config-file.js';
import type { LoadedProfile } from '../../src/profile/merge.js';
import { configDefault, resolveImages } from '../../src/profile/resolve.js';
import { failure, line, load, resolve } from './desk.js';

const folder = new URL('../../profiles/', import.meta.url);
const names = (await readdir(folder)).filter((name) => name.endsWith('.toml')).map((name) => name.slice(0, -5));

async function shipped(name: string): Promise<LoadedProfile> {
  return load(await readFile(new URL(`${name}.toml`, folder), 'utf8'));
}

/** What the shipped profiles need from outside. */
const OUTSIDE = {
  variables: { DESI_SPECTRO_REDUX: '/data/redux', DB_FILE: '/var/lib/gantry/db', PANDIR: '/data/pan' },
  names: { config: '/work/config.toml', project: '/work' },
};

describe.each(names)('%s', (name) => {
  test('has the name of its file, and says what it is', async () => {
    const { profile } = await shipped(name);
    expect(profile.name).toBe(name);
    expect(profile.about).toBeTruthy();
  });

  test('says what every command, mode, mount, port and image is for', async () => {
    const { profile } = await shipped(name);
    const containers = [
      profile.container,
      ...[...Object.values(profile.modes), ...Object.values(profile.commands)].map(({ container }) => container),
    ];
    const tables = [
      profile.commands,
      profile.modes,
      profile.images,
      ...containers.flatMap((container) => [container?.mounts ?? {}, container?.ports ?? {}]),
    ];
    const silent = tables.flatMap((table) =>
      Object.entries(table).flatMap(([key, entry]) =>
        typeof entry === 'object' && 'about' in entry && typeof entry.about === 'string' ? [] : [key],
      ),
    );
    expect(silent).toEqual([]);
  });

  test('resolves for every command in every mode', async () => {
    const loaded = await shipped(name);
    const modes = [null, ...Object.keys(loaded.profile.modes)];
    const commands = Object.keys(loaded.profile.commands);
    const resolved = modes.flatMap((mode) => commands.map((command) => resolve(loaded, { ...OUTSIDE, mode, command })));
    expect(resolved).toHaveLength(modes.length * commands.length);
    expect(resolved.every(({ container }) => container.mounts.every(({ target }) => target.startsWith('/')))).toBe(
      true,
    );
  });
});

describe('desi-api', () => {
  const SHARED = [
    { key: 'cache', type: 'volume', source: 'desi-api-cache', target: '/cache' },
    {
      key: 'config',
      type: 'bind',
      kind: 'file',
      source: '/work/config.toml',
      target: '/config/config.toml',
      read_only: true,
    },
  ];
  test('public, the default: the public releases and nothing beside them', async () => {
    const { mode, container } = resolve(await shipped('desi-api'), { ...OUTSIDE, command: 'server' });
    expect(mode).toEqual({
      name: 'public',
      exposure: 'public',
      hidden: ['/data/redux'],
      shown: ['/data/redux/fuji', '/data/redux/iron'],
    });
    expect(container.mounts.map(withoutAbout)).toEqual([...SHARED, release('fuji'), release('iron')]);
  });

  test('private: the whole tree, read-only', async () => {
    const request = { ...OUTSIDE, command: 'server', mode: 'private' };
    const { mode, container } = resolve(await shipped('desi-api'), request);
    expect(mode).toEqual({ name: 'private', exposure: 'private', hidden: [], shown: [] });
    expect(container.mounts.map(withoutAbout)).toEqual([
      ...SHARED,
      {
        key: 'redux',
        type: 'bind',
        kind: 'directory',
        source: '/data/redux',
        target: '/desi/spectro/redux',
        read_only: true,
      },
    ]);
  });

  test.each([
    ['server', 'server', [{ key: 'http', container: 5000, host: '127.0.0.1:5000', about: 'the web server' }]],
    ['clean_cache', 'clean_cache', []],
    ['clean-cache', 'clean_cache', []],
    ['emergency_clean_cache', 'emergency_clean_cache', []],
    ['emergency-clean-cache', 'emergency_clean_cache', []],
  ])('%s', async (word, name, ports) => {
    const { command, container } = resolve(await shipped('desi-api'), { ...OUTSIDE, command: word });
    expect(command.args).toEqual([name, '-c', '/config/config.toml']);
    expect(container.ports).toEqual(ports);
    expect(container.init).toBe(true);
  });

  test('images, each with its own build; names, tags and the port from variables', async () => {
    const loaded = await shipped('desi-api');
    const plain = resolve(loaded, { ...OUTSIDE, command: 'server' });
    expect(plain.image).toBe('desiapi');
    expect(plain.images['desiapi']).toMatchObject({
      name: 'desiapi',
      tag: 'dev',
      base: 'desipod',
      context: '/work',
      file: '/work/Dockerfile',
      entrypoint: 'shell',
    });
    expect(plain.images['desipod']).toMatchObject({
      name: 'desipod',
      tag: 'latest',
      context: '/work',
      file: '/work/etc/docker/Containerfile-desipod',
    });
    const variables = {
      ...OUTSIDE.variables,
      DESI_API_IMAGE: 'ghcr.io/team/desiapi',
      DESI_API_TAG: 'v2',
      DESIPOD_IMAGE: 'pod',
      DESIPOD_TAG: 'dev',
      DESI_API_PORT: '5001',
    };
    const changed = resolve(loaded, { ...OUTSIDE, variables, command: 'server' });
    expect(changed.images['desiapi']).toMatchObject({ name: 'ghcr.io/team/desiapi', tag: 'v2' });
    expect(changed.images['desipod']).toMatchObject({ name: 'pod', tag: 'dev' });
    expect(changed.container.ports[0]?.host).toBe('127.0.0.1:5001');
  });

  test('a project adds a release by one list', async () => {
    const base = await readFile(new URL('desi-api.toml', folder), 'utf8');
    const loaded = await load(base, 'extends = "desi-api"\n[lists]\nreleases = ["fuji", "iron", "loa"]\n');
    const { mode, container } = resolve(loaded, { ...OUTSIDE, command: 'server' });
    expect(container.mounts.map(({ key }) => key).slice(2)).toEqual(['release/fuji', 'release/iron', 'release/loa']);
    expect(mode?.shown).toEqual(['/data/redux/fuji', '/data/redux/iron', '/data/redux/loa']);
  });

  test.each(['public', 'private'])('without DESI_SPECTRO_REDUX, in mode %s, the variable is named', async (mode) => {
    const loaded = await shipped('desi-api');
    const error = await failure(() => resolve(loaded, { ...OUTSIDE, variables: {}, mode, command: 'server' }));
    expect(error).toMatchObject({
      code: 'BAD_DATA',
      message: 'the variable `DESI_SPECTRO_REDUX` is not set',
      hint: 'set it to the folder that holds the releases',
    });
    expect(error.problems).toHaveLength(1);
  });

  test('the config file is ./config.toml unless -c says otherwise', async () => {
    expect(configDefault(await shipped('desi-api'), { variables: {}, names: {} })).toBe('./config.toml');
  });

  const SIZE_HINT = 'write a whole number and kb, mb or gb, for instance max_size = "1gb"';
  const AGE_HINT = 'write whole minutes, for instance max_age = 60; 0 means never stale';

  test.each(['1gb', '1GB', '10Mb', '512kB', '1024mb'])('max_size %s is what the server reads', async (size) => {
    expect(await settings(`path = "/cache"\nmax_age = 60\nmax_size = "${size}"`)).toEqual([]);
  });

  test.each(['1tb', '500b', '1024', '10kib', '1.9gb', '0gb', 'gb', '-1gb', '', '1gb '])(
    'max_size %j is refused',
    async (size) => {
      expect(await settings(`path = "/cache"\nmax_age = 0\nmax_size = "${size}"`)).toEqual([
        `4:1 cache.max_size: \`${size}\` is not written as this key needs it (${SIZE_HINT})`,
      ]);
    },
  );

  test.each([
    ['path = "/cache"\nmax_age = -1\nmax_size = "1gb"', [`3:1 cache.max_age: \`-1\` is less than 0 (${AGE_HINT})`]],
    [
      'path = "/cache"\nmax_age = 1.5\nmax_size = "1gb"',
      [`3:1 cache.max_age: must be a whole number, and is a number (${AGE_HINT})`],
    ],
    [
      'path = 5\nmax_age = "60"\nmax_size = 1',
      [
        '2:1 cache.path: must be text in quotes, and is a whole number (the volume is mounted there: path = "/cache")',
        `3:1 cache.max_age: must be a whole number, and is text in quotes (${AGE_HINT})`,
        `4:1 cache.max_size: must be text in quotes, and is a whole number (${SIZE_HINT})`,
      ],
    ],
    [
      'pat = "/cache"\nmax_age = 60\nmax_size = "1gb"',
      ['2:1 cache.pat: `pat` is not a known key (did you mean `path`?)'],
    ],
    [
      'path = ""\nmax_age = 60\nmax_size = "1gb"',
      ['2:1 cache.path: `` is not written as this key needs it (the volume is mounted there: path = "/cache")'],
    ],
    ['path = "/cache"\nmax_age = 60', [`1:2 cache.max_size: \`cache.max_size\` is missing (${SIZE_HINT})`]],
    ['path = "/cache"\nmax_age = 60\nmax_size = "1gb"\nspectro_redux = "/x"', []],
  ])('%j', async (text, expected) => {
    expect(await settings(text)).toEqual(expected);
  });
});

function withoutAbout(mount: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(mount).filter(([key]) => key !== 'about'));
}

function release(entry: string): object {
  return {
    key: `release/${entry}`,
    type: 'bind',
    kind: 'directory',
    source: `/data/redux/${entry}`,
    target: `/desi/spectro/redux/${entry}`,
    read_only: true,
  };
}

/** What podctl finds in a config.toml with this [cache] table. */
async function settings(cache: string): Promise<readonly string[]> {
  const { profile } = await shipped('desi-api');
  const file = { file: 'podctl.toml', text: `[cache]\n${cache}\n` };
  return (await checkConfigFile(file, profile.config ?? {})).map(line);
}

describe('panoptes-utils', () => {
  const images = async (variables: Record<string, string> = {}) =>
    resolveImages(
      await shipped('panoptes-utils'),
      {
        names: { project: '/pan' },
        variables: Object.fromEntries(Object.entries(variables).map(([k, value]) => [k, { value }])),
      },
      null,
    );

  test('names local images, and the published one on its server', async () => {
    expect(Object.values(await images()).map(({ name, tag }) => `${name}:${tag}`)).toEqual([
      'panoptes-base:develop',
      'panoptes-utils:develop',
      'gcr.io/panoptes-exp/panoptes-utils:latest',
    ]);
  });

  test('each part of a name has a variable', async () => {
    const parts = { PANOPTES_IMAGE_SERVER: 'ghcr.io', PANOPTES_IMAGE_PROJECT: 'panoptes/lab', TAG: 'v1' };
    expect(Object.values(await images(parts)).map(({ name, tag }) => `${name}:${tag}`)).toEqual([
      'ghcr.io/panoptes/lab/panoptes-base:v1',
      'ghcr.io/panoptes/lab/panoptes-utils:v1',
      'ghcr.io/panoptes/lab/panoptes-utils:v1',
    ]);
  });

  test.each([
    ['true', true],
    ['True', false],
    ['1', false],
    ['false', false],
    ['', false],
  ])('INCLUDE_BASE=%s', async (value, counts) => {
    expect((await images({ INCLUDE_BASE: value }))['utils']).toMatchObject({
      with_base: counts,
      base_arg: 'image_url',
    });
  });

  test('builds in the source tree that PANOPTES_UTILS names', async () => {
    expect((await images())['base']).toMatchObject({ context: '/pan', file: '/pan/docker/base.Dockerfile' });
    expect((await images({ PANOPTES_UTILS: '/src/pu' }))['utils']).toMatchObject({
      context: '/src/pu',
      file: '/src/pu/docker/Dockerfile',
    });
  });
});
