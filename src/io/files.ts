export type FileKind = 'file' | 'directory' | 'socket' | 'link' | 'other';
export type FileStat = {
  readonly kind: FileKind;
  readonly size: number;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
};

/** The file system, as podctl uses it. Missing files give null; every other failure throws PodctlError('IO'). */
export type Files = {
  readonly readText: (path: string) => Promise<string | null>;
  readonly stat: (path: string) => Promise<FileStat | null>;
  /** Does not follow a link. */
  readonly lstat: (path: string) => Promise<FileStat | null>;
  readonly readLink: (path: string) => Promise<string | null>;
  readonly realPath: (path: string) => Promise<string | null>;
  readonly list: (path: string) => Promise<readonly string[] | null>;
  /** Writes whole or not at all (temporary file beside it, then rename). */
  readonly writeText: (path: string, text: string, mode?: number) => Promise<void>;
  readonly makeDirectory: (path: string, mode?: number) => Promise<void>;
  /** Removes one file; a missing one is fine. */
  readonly removeFile: (path: string) => Promise<void>;
};
