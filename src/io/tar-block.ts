/** One entry of a tar archive, as far as podctl's own archives need it. `mtime` in seconds. */
export type TarEntry = { readonly name: string; readonly size: number; readonly mode: number; readonly mtime: number };

const BLOCK = 512;

/** Two empty blocks end an archive. */
export const TAR_END: Uint8Array = Buffer.alloc(2 * BLOCK);

/** The 512 bytes before an entry's data (ustar). Names of at most 100 ASCII letters. */
export function tarHeader({ name, size, mode, mtime }: TarEntry): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 'latin1');
  block.write(octal(mode, 7), 100, 'latin1');
  block.write(octal(0, 7), 108, 'latin1');
  block.write(octal(0, 7), 116, 'latin1');
  block.write(octal(size, 11), 124, 'latin1');
  block.write(octal(mtime, 11), 136, 'latin1');
  block.write('        ', 148, 'latin1');
  block.write('0', 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  return block;
}

/** What fills an entry of this size up to whole blocks. */
export function tarPadding(size: number): Uint8Array {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** Size of the entry that a header begins; null for an empty block, which ends the archive. Throws for anything that is no header. */
export function entrySize(block: Buffer): number | null {
  if (block.every((byte) => byte === 0)) return null;
  const stated = Number.parseInt(block.toString('latin1', 148, 156), 8);
  const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  if (stated !== sum) throw new RangeError('not a tar header');
  return Number.parseInt(block.toString('latin1', 124, 136), 8);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
