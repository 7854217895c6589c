import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PodctlError } from '../../src/core/errors.js';
import { type Files, realFiles } from '../../src/io/files.js';
import { walkTree } from '../../src/io/walk.js';

describe('walkTree', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'podctl-walk-'));
    mkdirSync(join(root, 'a/b'), { recursive: true });
    writeFileSync(join(root, 'a/b/x'), '12345');
    writeFileSync(join(root, 'y'), '1');
  });
  afterEach(() => {
    chmodSync(join(root, 'a'), 0o755);
    rmSync(root, { recursive: true });
  });

  async function walk(files: Files, enters = true) {
    const met: string[] = [];
    await walkTree<number>(
      { root, state: 0, files },
      {
        enter: (_path, depth) => (enters ? depth + 1 : null),
        wants: (path) => path !== 'y',
        meet: ({ path, kind, size }, depth) => void met.push(`${depth} ${kind} ${path} ${size}`),
        unreadable: (path, why) => void met.push(`unreadable ${path}: ${why.replace(root, '')}`),
      },
    );
    return met.toSorted();
  }

  it('meets what is wanted with kind and size, and hands state down', async () => {
    symlinkSync('/', join(root, 'link'));
    const server = createServer().listen(join(root, 'door'));
    await once(server, 'listening');
    const met = await walk(realFiles());
    server.close();
    expect(met).toEqual([
      '0 directory a null',
      '0 link link null',
      '0 socket door null',
      '1 directory a/b null',
      '2 file a/b/x 5',
    ]);
  });

  it('does not enter what the visitor closes', async () => {
    expect(await walk(realFiles(), false)).toEqual(['0 directory a null']);
  });

  it('tells of folders that cannot be read, and goes on', async () => {
    const files = realFiles();
    const denied: Files = {
      ...files,
      entries: (path, wanted) =>
        path.endsWith('/a')
          ? Promise.reject(new PodctlError('IO', `cannot list \`${path}\`: permission denied`))
          : files.entries(path, wanted),
    };
    writeFileSync(join(root, 'z'), '');
    expect(await walk(denied)).toEqual([
      '0 directory a null',
      '0 file z 0',
      'unreadable a: cannot list `/a`: permission denied',
    ]);
  });

  it('a folder that goes away meanwhile holds nothing', async () => {
    const files = realFiles();
    const gone: Files = {
      ...files,
      entries: (path, wanted) => (path.endsWith('/a') ? Promise.resolve(null) : files.entries(path, wanted)),
    };
    expect(await walk(gone)).toEqual(['0 directory a null']);
  });
});
