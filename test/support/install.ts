import { chmodSync, cpSync, existsSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RootlessFacts } from '../setup/state.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
// What npm installs for users beside podctl's own files comes along.
const INSTALLED = ['libsql', '@libsql', '@neon-rs', 'detect-libc'].map((name) => `node_modules/${name}`);
const PARTS = [...INSTALLED, 'bin', 'dist', 'profiles', 'templates', 'package.json'];

type Copy = { readonly folder: string; readonly node: string; readonly bin: string };

let installed: Copy | null = null;

/** podctl and a node that this user may read: a checkout below /root is closed to others. Copied once, until `uninstall`. */
export function installFor(user: Pick<RootlessFacts, 'home'>): Pick<Copy, 'node' | 'bin'> {
  if (installed !== null) return { node: installed.node, bin: installed.bin };
  const folder = mkdtempSync(join(user.home, 'podctl-copy-'));
  chmodSync(folder, 0o755);
  for (const part of PARTS.filter((name) => existsSync(join(ROOT, name)))) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  }
  installed = { folder, node: readableNode(folder), bin: join(folder, 'bin', 'podctl.cjs') };
  return { node: installed.node, bin: installed.bin };
}

/** Removes the copy. */
export function uninstall(): void {
  if (installed !== null) rmSync(installed.folder, { recursive: true, force: true });
  installed = null;
}

function readableNode(folder: string): string {
  const node = realpathSync(process.execPath);
  if (isOpen(node)) return node;
  cpSync(node, join(folder, 'node'));
  return join(folder, 'node');
}

/** Everyone may pass through every folder above the file and run it. */
function isOpen(file: string): boolean {
  let path = file;
  while (path !== dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) return false;
    path = dirname(path);
  }
  return true;
}
