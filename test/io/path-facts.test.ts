import { Volume } from 'memfs';
import { describe, expect, it } from 'vitest';
import { type FsPromises, makeFiles } from '../../src/io/files.js';
import { pathFacts } from '../../src/io/path-facts.js';

function disk(files: Record<string, string | null>, links: Record<string, string>) {
  const volume = Volume.fromJSON(files);
  for (const [path, target] of Object.entries(links)) volume.symlinkSync(target, path);
  return makeFiles(volume.promises as unknown as FsPromises);
}

const NOWHERE = new Set<string>();

describe('pathFacts', () => {
  it('a plain file and a missing one', async () => {
    const files = disk({ '/data/config.toml': '' }, {});
    expect(await pathFacts('/data/config.toml', { files, mountPoints: NOWHERE })).toEqual({
      path: '/data/config.toml',
      kind: 'file',
      realPath: '/data/config.toml',
      links: [],
      mountPoint: false,
    });
    expect(await pathFacts('/data/none', { files, mountPoints: NOWHERE })).toEqual({
      path: '/data/none',
      kind: null,
      realPath: null,
      links: [],
      mountPoint: false,
    });
  });

  it('every link on the way, also those inside link targets', async () => {
    const files = disk(
      { '/disk/redux/daily/x': '' },
      { '/data': '/disk', '/disk/redux/iron': '../alias/daily', '/disk/alias': 'redux' },
    );
    expect(await pathFacts('/data/redux/iron/x', { files, mountPoints: NOWHERE })).toEqual({
      path: '/data/redux/iron/x',
      kind: 'file',
      realPath: '/disk/redux/daily/x',
      links: [
        { path: '/data', target: '/disk' },
        { path: '/disk/redux/iron', target: '/disk/alias/daily' },
        { path: '/disk/alias', target: '/disk/redux' },
      ],
      mountPoint: false,
    });
  });

  it('`..` after a link goes up from where the link leads', async () => {
    const files = disk({ '/b/c/f': '', '/b/g': '' }, { '/a': '/b/c', '/b/l': 'g' });
    const { links } = await pathFacts('/a/.././l', { files, mountPoints: NOWHERE });
    expect(links).toEqual([
      { path: '/a', target: '/b/c' },
      { path: '/b/l', target: '/b/g' },
    ]);
  });

  it('a dangling link is a link to nothing', async () => {
    const files = disk({ '/a/x': '' }, { '/a/l': 'gone' });
    expect(await pathFacts('/a/l', { files, mountPoints: NOWHERE })).toMatchObject({
      kind: null,
      realPath: null,
      links: [{ path: '/a/l', target: '/a/gone' }],
    });
  });

  it('links that go in a circle are an error, not a hang', async () => {
    const files = disk({ '/a/x': '' }, { '/a/one': 'two', '/a/two': 'one' });
    await expect(pathFacts('/a/one/f', { files, mountPoints: NOWHERE })).rejects.toMatchObject({
      code: 'IO',
      message: 'cannot resolve `/a/one/f`: its symbolic links go in a circle',
    });
  });

  it('a mount point is known by its real path', async () => {
    const files = disk({ '/mnt/data/x': '' }, { '/data': '/mnt/data' });
    const mountPoints = new Set(['/mnt/data']);
    expect((await pathFacts('/data', { files, mountPoints })).mountPoint).toBe(true);
    expect((await pathFacts('/mnt', { files, mountPoints })).mountPoint).toBe(false);
  });
});
