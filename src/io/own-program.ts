import { join } from 'node:path';
import { findAssets } from './assets.js';
import type { Files } from './files.js';

/** How podctl starts itself again: Node, and podctl's own script. `assets` is a folder of podctl's code. */
export async function ownProgram(
  files: Files,
  assets: string,
): Promise<{ readonly node: string; readonly bin: string }> {
  const { root } = await findAssets(files, assets);
  return { node: process.execPath, bin: join(root, 'bin', 'podctl.cjs') };
}
