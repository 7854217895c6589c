import { fileURLToPath } from 'node:url';
import { Volume } from 'memfs';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { findAssets } from '../../src/io/assets.js';
import { type FsPromises, makeFiles, realFiles } from '../../src/io/files.js';
import { type Host, realHost } from '../../src/io/host.js';
import { secretDir, stateDir } from '../../src/io/state-dir.js';

const LINUX: Host = { ...realHost(process), platform: 'linux', home: '/home/ann', env: {} };

describe('stateDir and secretDir', () => {
  it.each([
    ['Linux', {}, '/home/ann/.local/state/podctl', '/home/ann/.local/state/podctl/run'],
    [
      'Linux with XDG folders',
      { env: { XDG_STATE_HOME: '/s/', XDG_RUNTIME_DIR: '/run/user/7' } },
      '/s/podctl',
      '/run/user/7/podctl',
    ],
    [
      'relative XDG folders, which the specification voids',
      { env: { XDG_STATE_HOME: 'state', XDG_RUNTIME_DIR: './run' } },
      '/home/ann/.local/state/podctl',
      '/home/ann/.local/state/podctl/run',
    ],
    [
      'macOS',
      { platform: 'darwin', home: '/Users/ann', env: { XDG_RUNTIME_DIR: '/tmp/x' } },
      '/Users/ann/Library/Application Support/podctl',
      '/Users/ann/Library/Application Support/podctl/run',
    ],
    [
      'Windows',
      { platform: 'win32', home: 'C:\\Users\\ann', env: { LOCALAPPDATA: 'C:\\Users\\ann\\AppData\\Local' } },
      'C:\\Users\\ann\\AppData\\Local\\podctl',
      'C:\\Users\\ann\\AppData\\Local\\podctl\\run',
    ],
    [
      'Windows without LOCALAPPDATA',
      { platform: 'win32', home: 'C:\\Users\\ann' },
      'C:\\Users\\ann\\AppData\\Local\\podctl',
      'C:\\Users\\ann\\AppData\\Local\\podctl\\run',
    ],
  ] as const)('%s', (_name, change, state, secret) => {
    const host: Host = { ...LINUX, ...change };
    expect([stateDir(host), secretDir(host)]).toEqual([state, secret]);
  });
});

describe('findAssets', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

  it.each(['src/io', 'src/cli', 'dist', 'dist/chunks'])('from %s', async (folder) => {
    expect(await findAssets(realFiles(), `${root}/${folder}`)).toEqual({
      root,
      version: packageJson.version,
      profiles: `${root}/profiles`,
      templates: `${root}/templates`,
    });
  });

  it('by itself, from where its code is', async () => {
    expect((await findAssets(realFiles())).root).toBe(root);
  });

  it('passes over the package.json of others, and of a broken one', async () => {
    const volume = Volume.fromJSON({
      '/n/podctl/package.json': '{"name":"podctl","version":"9.8.7"}',
      '/n/podctl/dist/package.json': '{"type":"module"}',
      '/n/podctl/dist/chunks/package.json': '{',
    });
    const files = makeFiles(volume.promises as unknown as FsPromises);
    expect(await findAssets(files, '/n/podctl/dist/chunks')).toMatchObject({ root: '/n/podctl', version: '9.8.7' });
    await expect(findAssets(files, '/n')).rejects.toMatchObject({ code: 'BUG' });
  });
});
