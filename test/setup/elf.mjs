// @ts-check

const INTERPRETER = 3;

/**
 * Whether the bytes of a file are a 64-bit little-endian Linux program that needs no shared library to start.
 * @param {Uint8Array} bytes the file, or enough of its start to hold the program headers
 */
export function isStaticProgram(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 64 || view.getUint32(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1) return false;
  const table = Number(view.getBigUint64(32, true));
  const size = view.getUint16(54, true);
  const count = view.getUint16(56, true);
  if (table + size * count > bytes.length) return false;
  return !Array.from({ length: count }, (_, index) => view.getUint32(table + index * size, true)).includes(INTERPRETER);
}
