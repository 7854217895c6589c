import { describe, expect, it } from 'vitest';
import { HEADER_BYTES, readHeader } from '../../src/core/sqlite-header.js';

const header = (
  parts: { readonly modes?: readonly number[]; readonly page?: number; readonly version?: number } = {},
) => {
  const bytes = new Uint8Array(HEADER_BYTES);
  bytes.set(new TextEncoder().encode('SQLite format 3\0'));
  const view = new DataView(bytes.buffer);
  view.setUint16(16, parts.page ?? 4096);
  bytes.set(parts.modes ?? [1, 1], 18);
  view.setInt32(60, parts.version ?? 0);
  return bytes;
};

describe('the header of a database', () => {
  it.each([
    ['WAL', header({ modes: [2, 2] }), { journal: 'wal', pageSize: 4096, userVersion: 0 }],
    ['a rollback journal', header({ version: -7 }), { journal: 'rollback', pageSize: 4096, userVersion: -7 }],
    ['the largest pages', header({ page: 1 }), { journal: 'rollback', pageSize: 65_536, userVersion: 0 }],
    ['another file', new TextEncoder().encode('x'.repeat(200)), null],
    ['a file that just begins', header().subarray(0, 40), null],
    ['an empty file', new Uint8Array(), null],
  ] as const)('%s', (_name, bytes, expected) => {
    expect(readHeader(bytes)).toEqual(expected);
  });
});
