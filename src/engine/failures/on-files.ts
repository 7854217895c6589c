import type { KnownFailure } from './failure.js';

/** Mounts and file systems. */
export const FILE_FAILURES: readonly KnownFailure[] = [
  {
    id: 'secret-file-gone',
    // The file of a mounted secret, which lives in podctl's own folder.
    words: [
      /\/podctl\/secrets\/.*no such file or directory/i,
      /bind source path does not exist: .*\/podctl\/secrets\//i,
    ],
    code: 'MISSING_INPUT',
    sentence: 'the file of a mounted secret is gone',
    hint: 'a mounted secret is gone: podctl down, and start anew, which writes it again',
  },
  {
    id: 'file-and-folder',
    words: [
      /mounting "(?<path>[^"]+)" to rootfs at "(?<target>[^"]+)".*not a directory/i,
      /mount (?:`|")?(?<path>[^`" ]+)(?:`|")? to (?:`|")?(?<target>[^`" ]+)(?:`|")?: not a directory/i,
      /are you trying to mount a directory onto a file/i,
    ],
    code: 'CANNOT_CREATE',
    sentence: "a mount puts a folder on a file, or a file on a folder; its source is {'path|on this machine}",
    hint: 'see with ls -ld which it is; an engine may have made an empty folder where the file was missing: rmdir it and put the file there',
  },
  {
    id: 'mount-source',
    words: [
      /bind source path does not exist: (?<path>\S+)/i,
      /statfs (?<path>\/\S+): no such file or directory/i,
      /(?:invalid mount config|mount source).*"?(?<path>\/[^" ]+)"?.*(?:does not exist|no such file)/i,
    ],
    code: 'MISSING_INPUT',
    sentence: 'the mount source `{path}` is not on this machine',
    hint: 'make it (mkdir -p, or copy the file there), or correct the path; with an engine in a VM it must be shared with the VM',
  },
  {
    id: 'mount-permission',
    words: [
      /statfs (?<path>\/\S+): permission denied/i,
      /error while creating mount source path '(?<path>[^']+)': .*permission denied/i,
      /mounting "(?<path>[^"]+)" to rootfs.*permission denied/i,
      /mkdir (?<path>\/\S+): permission denied/i,
    ],
    code: 'CANNOT_CREATE',
    sentence: "the engine's user may not reach the mount source `{path}`",
    hint: 'see each folder on the way with `namei -l PATH`; give it the right to pass (chmod o+x) or the files to the user (chown)',
  },
  {
    id: 'mount-twice',
    words: [
      /duplicate mount (?:point|destination):? ?"?(?<path>\/[^" ]*)?/i,
      /(?<path>\/\S+): duplicate mount destination/i,
    ],
    code: 'BAD_DATA',
    sentence: "two mounts have the same target, {'path|one path}",
    hint: 'take one of them out; `podctl plan` shows where each comes from',
  },
  {
    id: 'read-only',
    words: [/read-only file system/i],
    code: 'CANNOT_CREATE',
    sentence: 'something had to be made in a file system that is read-only',
    hint: 'make the mount point first in the folder that is mounted read-only, mount it writable, or add a tmpfs or volume there',
  },
];
