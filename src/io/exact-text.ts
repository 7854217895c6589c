import type { Files } from './files.js';

/** Whether a text that was read from a file is all of it: where bytes are no UTF-8, other characters stand in their place. */
export async function isExactText(
  path: string,
  text: string,
  files: Pick<Files, 'stat' | 'readHead'>,
): Promise<boolean> {
  if (!text.includes('\ufffd')) return true;
  const stat = await files.stat(path);
  // What is no plain file cannot be read twice.
  if (stat?.kind !== 'file') return false;
  const own = new TextEncoder().encode(text);
  const bytes = await files.readHead(path, stat.size);
  return own.length === bytes?.length && own.every((byte, index) => byte === bytes[index]);
}
