import { describe, expect, it } from 'vitest';
import { belowReal, judgePlace, type PlaceQuestion } from '../../../src/plan/clean/place.js';
import { parseMountTable } from '../../../src/plan/mount-table.js';

const ROOT = '25 1 8:1 / / rw - ext4 /dev/sda1 rw';

function question(path: string, changes: Partial<PlaceQuestion> = {}): PlaceQuestion {
  return {
    path,
    facts: { path, kind: 'directory', realPath: path, links: [] },
    mounts: parseMountTable(ROOT),
    project: '/home/ann/app',
    home: '/home/ann',
    state: '/home/ann/.local/state/podctl',
    named: [],
    sources: ['/home/ann/app/compose.yaml', '/home/ann/app/flask'],
    flavour: 'posix',
    ...changes,
  };
}

const why = (asked: PlaceQuestion): string | null =>
  judgePlace(asked)?.message.replace(/^`.*?` is left alone: /, '') ?? null;

describe('places that may be emptied', () => {
  it('folders of the project, there or not', () => {
    expect(judgePlace(question('/home/ann/app/mysql'))).toBeNull();
    expect(judgePlace(question('/home/ann/app/data/mysql'))).toBeNull();
    const path = '/home/ann/app/new';
    expect(judgePlace(question(path, { facts: { path, kind: null, realPath: null, links: [] } }))).toBeNull();
  });

  it('a folder outside that the profile names, and what is in it', () => {
    expect(judgePlace(question('/srv/data/mysql', { named: ['/srv/data/mysql'] }))).toBeNull();
    expect(judgePlace(question('/srv/data/mysql/x', { named: ['/srv/data/mysql'] }))).toBeNull();
  });

  it('a project that itself lies behind a link is spelled by its real path', () => {
    const project = { root: '/tmp/link', real: '/data/app' };
    expect(belowReal('/tmp/link/mysql', project)).toBe('/data/app/mysql');
    expect(belowReal('/tmp/linked/mysql', project)).toBe('/tmp/linked/mysql');
  });
});

describe('places that are left alone', () => {
  it.each([
    ['/', 'the project itself lies there'],
    ['/home', 'the project itself lies there'],
    ['/home/ann', 'the project itself lies there'],
    ['/home/ann/app', 'the project itself lies there'],
    ['/srv/data/mysql', 'it lies outside the project'],
    ['/home/ann/app2', 'it lies outside the project'],
    ['/home/ann/app/flask', 'it is a source of the project'],
  ])('%s: %s', (path, reason) => {
    expect(why(question(path))).toBe(reason);
  });

  it.each([
    ['/etc', 'it is a home or a folder of the system'],
    ['/etc/mysql', 'it is a home or a folder of the system'],
    ['/var/lib', 'it is a home or a folder of the system'],
    ['/home/bob', 'it is a home or a folder of the system'],
    ['/home/ann/.ssh', 'it is a home or a folder of the system'],
    ['/home/ann/.local/state/podctl/projects', "podctl's own state lies there"],
  ])('%s, also when the profile names it', (path, reason) => {
    expect(why(question(path, { named: [path] }))).toBe(reason);
  });

  it('the home of a project elsewhere, and the folder above it, also when they are named', () => {
    const changes = { project: '/srv/app', named: ['/home/ann', '/'], sources: [] };
    expect(why(question('/home/ann', changes))).toBe('it is a home or a folder of the system');
    expect(why(question('/', changes))).toBe('the project itself lies there');
  });

  it.each([
    ['/home/ann/app/mysql', '/home/ann/app/mysql'],
    ['/home/ann/app/data/mysql', '/home/ann/app/data'],
  ])('%s behind a link at %s', (path, link) => {
    const facts = {
      path,
      kind: 'directory',
      realPath: '/elsewhere',
      links: [{ path: link, target: '/elsewhere' }],
    } as const;
    expect(why(question(path, { facts }))).toBe(`it lies behind the symbolic link \`${link}\``);
  });

  it('what is no folder', () => {
    const path = '/home/ann/app/my.cnf';
    expect(why(question(path, { facts: { path, kind: 'file', realPath: path, links: [] } }))).toBe('it is no folder');
  });

  it('a mount point, and a folder with one below', () => {
    const mounts = parseMountTable(`${ROOT}\n30 25 8:2 / /home/ann/app/data/mysql rw - ext4 /dev/sdb1 rw`);
    expect(why(question('/home/ann/app/data/mysql', { mounts }))).toBe('it is a mount point');
    expect(why(question('/home/ann/app/data', { mounts }))).toBe('`/home/ann/app/data/mysql` is mounted below it');
    expect(why(question('/home/ann/app/data/other', { mounts }))).toBeNull();
  });

  it('a folder with a source in it', () => {
    expect(why(question('/home/ann/app/sub', { sources: ['/home/ann/app/sub/Dockerfile'] }))).toBe(
      '`/home/ann/app/sub/Dockerfile` in it is a source of the project',
    );
  });
});
