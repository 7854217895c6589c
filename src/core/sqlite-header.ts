/** What the first bytes of a database file say. They may be older than what its WAL holds. */
export type SqliteHeader = {
  readonly journal: 'wal' | 'rollback';
  readonly pageSize: number;
  readonly userVersion: number;
};

/** As many bytes as `readHeader` needs. */
export const HEADER_BYTES = 100;

const MAGIC = 'SQLite format 3\0';

/** Header of a database; null for anything else, and for a file that is empty. */
export function readHeader(head: Uint8Array): SqliteHeader | null {
  if (head.length < HEADER_BYTES || String.fromCodePoint(...head.subarray(0, MAGIC.length)) !== MAGIC) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const size = view.getUint16(16);
  return {
    // File format versions for writing and reading: 2 stands for WAL.
    journal: head[18] === 2 || head[19] === 2 ? 'wal' : 'rollback',
    pageSize: size === 1 ? 65_536 : size,
    userVersion: view.getInt32(60),
  };
}
