import { join } from 'node:path';
import { codeCacheFile, loadScript } from '../io/code-cache.js';
import { realHost } from '../io/host.js';
import type { main, realWorld } from './main.js';

/** The built script with all of podctl's own code; the build puts the name in. */
declare const APP: string;

/** podctl's two doors. */
export type Podctl = { readonly main: typeof main; readonly realWorld: typeof realWorld };

/** Load podctl for this process; the machine code of what ran is kept when it ends well. */
export function loadPodctl(process: NodeJS.Process): Podctl {
  const file = join(import.meta.dirname, APP);
  const { exports, save } = loadScript({
    file,
    // The loader is a CommonJS script itself.
    requireModule: require,
    importModule: (name) => import(name),
    cacheFile: codeCacheFile(file, process.argv[2], realHost(process)),
  });
  process.once('exit', (code) => {
    if (code === 0) save();
  });
  if (!isPodctl(exports)) throw new Error(`${file} is not podctl: install it again`);
  return exports;
}

function isPodctl(value: unknown): value is Podctl {
  return typeof value === 'object' && value !== null && 'main' in value && 'realWorld' in value;
}
