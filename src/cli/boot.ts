import { join } from 'node:path';
import { codeCacheFile, loadScript } from '../io/code-cache.js';
import { realHost } from '../io/host.js';
import type { main, realWorld } from './main.js';

/** The built scripts by name: podctl's own two, and each package that is loaded on demand. The build puts the files in. */
declare const SCRIPTS: Readonly<Record<string, string>>;

/** podctl's two doors. */
export type Podctl = { readonly main: typeof main; readonly realWorld: typeof realWorld };

/** Load podctl for this process; the machine code of what ran is kept when it ends well. */
export function loadPodctl(process: NodeJS.Process): Podctl {
  const host = realHost(process);
  const loaded = new Map<string, ReturnType<typeof loadScript>>();
  const load = (name: string): unknown => {
    // `rest:src/engine/execute.ts`: one module of podctl's other script.
    const [holder = '', module] = name.split(':');
    if (module !== undefined && SCRIPTS[holder] !== undefined) return moduleOf(load(holder), module);
    const script = SCRIPTS[name];
    // Whatever the scripts do not bring along is a part of Node. This loader is a CommonJS script itself.
    if (script === undefined) return require(name);
    const file = join(import.meta.dirname, script);
    const one =
      loaded.get(name) ??
      loadScript({ file, requireModule: load, cacheFile: codeCacheFile(file, process.argv[2], host) });
    loaded.set(name, one);
    return one.exports;
  };
  process.once('exit', (code) => {
    if (code === 0) for (const { save } of loaded.values()) save();
  });
  const podctl = load('podctl');
  if (!isPodctl(podctl)) throw new Error('podctl is not whole: install it again');
  return podctl;
}

function moduleOf(script: unknown, path: string): unknown {
  const module = hasModules(script) ? script.modules[path] : undefined;
  if (module === undefined) throw new Error(`podctl is not whole, it lacks ${path}: install it again`);
  return module();
}

function hasModules(value: unknown): value is { readonly modules: Readonly<Record<string, () => unknown>> } {
  return typeof value === 'object' && value !== null && 'modules' in value;
}

function isPodctl(value: unknown): value is Podctl {
  return typeof value === 'object' && value !== null && 'main' in value && 'realWorld' in value;
}
