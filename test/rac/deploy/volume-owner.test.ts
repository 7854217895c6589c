import { describe, expect, it } from 'vitest';
import { entrySize } from '../../../src/io/tar-block.js';
import { holderArchive, holderProgram } from '../../../src/rac/deploy/holder-image.js';
import { firstFile, idsOf, ownerArchive } from '../../../src/rac/deploy/volume-owner.js';

const FILES = { passwd: 'root:x:0:0::/:/bin/sh\napp:x:1001:1002::/:/bin/sh\n', group: 'root:x:0:\nstaff:x:50:\n' };

describe('who an image runs as', () => {
  it.each([
    ['1234', { uid: 1234, gid: 0 }],
    ['1234:99', { uid: 1234, gid: 99 }],
    ['1001', { uid: 1001, gid: 1002 }],
    ['app', { uid: 1001, gid: 1002 }],
    ['app:staff', { uid: 1001, gid: 50 }],
    ['app:7', { uid: 1001, gid: 7 }],
    ['', null],
    ['root', null],
    ['0', null],
    ['nobody-here', null],
    ['app:nobody-here', { uid: 1001, gid: 0 }],
  ])('%s', (user, ids) => {
    expect(idsOf(user, FILES)).toEqual(ids);
  });
});

describe('archives', () => {
  it('give a folder to a user', () => {
    const archive = ownerArchive('/data/db', { uid: 1001, gid: 50 });
    expect(entrySize(archive.subarray(0, 512))).toBe(0);
    expect(archive.toString('latin1', 0, 8)).toBe('data/db/');
    expect(Number.parseInt(archive.toString('latin1', 108, 115), 8)).toBe(1001);
    expect(Number.parseInt(archive.toString('latin1', 116, 123), 8)).toBe(50);
    expect(archive.toString('latin1', 156, 157)).toBe('5');
  });

  it('hold the holder, which every engine can load', () => {
    const program = holderProgram('amd64');
    expect(program?.subarray(0, 4).toString('latin1')).toBe('\x7fELF');
    expect([holderProgram('arm64')?.length, holderProgram('riscv64')]).toEqual([148, null]);
    const archive = holderArchive(program ?? Buffer.alloc(0), { ref: 'localhost/x:1', arch: 'amd64' });
    expect(firstFile(archive)).toContain('"Entrypoint":["/hold"]');
    expect(archive.toString('latin1')).toContain('"RepoTags":["localhost/x:1"]');
  });
});
