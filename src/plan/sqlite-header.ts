/** How a SQLite database keeps what is not committed yet, as its header says. */
export type JournalMode = 'wal' | 'rollback';

/** As many bytes of a database's start as `journalModeOf` looks at. */
export const SQLITE_HEADER_BYTES = 20;

const MAGIC = 'SQLite format 3\0';

/** Journal mode from the first bytes of a file; null when they are no database's. */
export function journalModeOf(head: Uint8Array | null): JournalMode | null {
  if (head === null || head.length < SQLITE_HEADER_BYTES) return null;
  if (String.fromCodePoint(...head.subarray(0, MAGIC.length)) !== MAGIC) return null;
  // File format versions for writing and reading: 2 stands for WAL.
  return head[18] === 2 || head[19] === 2 ? 'wal' : 'rollback';
}
