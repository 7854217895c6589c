import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { codeOf } from './io-error.js';

/** What a disk is asked for at once. A multiple of what any disk wants. */
export const BLOCK_BYTES = 1 << 20;

/** Disks take memory, places and lengths that are multiples of this; none wants more. */
export const ALIGNED = 4096;

/** How files are opened; Node's own way in podctl. */
export type OpenFile = (path: string, flags: number, mode: number) => Promise<FileHandle>;

// How file systems say that they have no direct way.
const CANNOT = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'];

// V8 takes the memory of a buffer that could grow in whole pages: Node has no other word for memory that a disk takes directly.
const InPages: new (bytes: number, most: { readonly maxByteLength: number }) => ArrayBuffer = ArrayBuffer;

/** Memory of `BLOCK_BYTES` that a disk takes directly. */
export function newBlock(): Buffer {
  return Buffer.from(new InPages(BLOCK_BYTES, { maxByteLength: BLOCK_BYTES }), 0, BLOCK_BYTES);
}

/**
 * A file whose bytes go between disk and podctl directly, not through the system's memory for files: this saves a copy, and leaves in that
 * memory what applications read. Where the system cannot, it is a file like any other. Places and lengths are multiples of `ALIGNED`.
 */
export class DirectFile {
  readonly #openPlain: () => Promise<FileHandle>;
  readonly #file: FileHandle;
  readonly #isDirect: boolean;
  // For a file system that opens directly and then does not read or write so.
  #plain: Promise<FileHandle> | null = null;

  private constructor(file: FileHandle, isDirect: boolean, openPlain: () => Promise<FileHandle>) {
    this.#file = file;
    this.#isDirect = isDirect;
    this.#openPlain = openPlain;
  }

  /** `flags` as for the system; a file that is made is this user's alone. */
  static async open(path: string, flags: number, openFile: OpenFile = open): Promise<DirectFile> {
    const plain = async () => openFile(path, flags & ~(constants.O_CREAT | constants.O_TRUNC), MODE);
    // Other systems than Linux have no such flag.
    const direct: number | undefined = constants.O_DIRECT;
    if (direct !== undefined) {
      try {
        return new DirectFile(await openFile(path, flags | direct, MODE), true, plain);
      } catch (error) {
        if (!CANNOT.includes(codeOf(error))) throw error;
      }
    }
    return new DirectFile(await openFile(path, flags, MODE), false, plain);
  }

  /** Fills the block as far as the file goes. Resolves to the bytes that were read. */
  async read(block: Buffer, at: number): Promise<number> {
    let done = 0;
    while (done < block.length) {
      const rest = block.subarray(done);
      const from = at + done;
      // oxlint-disable-next-line no-await-in-loop -- a system may give less than it is asked for
      const { bytesRead } = await this.#either((file) => file.read(rest, 0, rest.length, from));
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  async write(block: Buffer, at: number): Promise<void> {
    for (let done = 0; done < block.length; ) {
      const rest = block.subarray(done);
      const from = at + done;
      // oxlint-disable-next-line no-await-in-loop -- a system may take less than it is given
      done += (await this.#either((file) => file.write(rest, 0, rest.length, from))).bytesWritten;
    }
  }

  /** The file ends here from now on. */
  async truncate(length: number): Promise<void> {
    await this.#file.truncate(length);
  }

  /** The disk gets what it was not given directly. */
  async datasync(): Promise<void> {
    if (!this.#isDirect || this.#plain !== null) await this.#file.datasync();
  }

  /** Resolves when the disk has all of it. */
  async sync(): Promise<void> {
    await this.#file.sync();
  }

  async close(): Promise<void> {
    await Promise.all([this.#file.close(), this.#plain?.then(async (plain) => plain.close())]);
  }

  async #either<T>(use: (file: FileHandle) => Promise<T>): Promise<T> {
    if (this.#plain !== null) return use(await this.#plain);
    try {
      return await use(this.#file);
    } catch (error) {
      if (!this.#isDirect || !CANNOT.includes(codeOf(error))) throw error;
    }
    this.#plain ??= this.#openPlain();
    return use(await this.#plain);
  }
}

const MODE = 0o600;
