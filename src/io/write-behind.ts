/** What of an open file is used; a FileHandle is one. */
export type Synced = { datasync(): Promise<void>; sync(): Promise<void> };

/** The disk is given its work while more is made, so that the wait at the end is short. */
export type WriteBehind = {
  /** So many bytes more were written. */
  readonly wrote: (bytes: number) => void;
  /** Resolves when the disk has all of it; throws the first error of the disk, also an earlier one. */
  readonly finish: () => Promise<void>;
};

/** Bytes after which the disk is asked. */
export const AT_ONCE = 1 << 26;

/** For a file that is written from its beginning to its end. */
export function writeBehind(file: Synced): WriteBehind {
  let waiting = 0;
  let busy = false;
  // A system tells an error of its disk once: all that follows hangs on what came before.
  let last: Promise<void> = Promise.resolve();
  return {
    wrote: (bytes) => {
      waiting += bytes;
      if (busy || waiting < AT_ONCE) return;
      waiting = 0;
      busy = true;
      last = last
        .then(async () => file.datasync())
        .finally(() => {
          busy = false;
        });
      last.catch(() => undefined);
    },
    finish: async () => {
      await last;
      await file.sync();
    },
  };
}
