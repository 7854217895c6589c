// Splits podctl's own code in two: what printing the plan of a profile's command needs, and the rest, which is loaded when it is used.
// A start reads the first script alone, however much the rest grows. No module is in both: where the rest imports a module of the
// first script, it gets that very module (`podctl:PATH`), and a door of the first script into the rest becomes `rest:PATH`.
import { relative } from 'node:path';

/** Modules that are imported on demand and yet belong to the first script: every printed plan of a run goes through them. */
const ON_THE_WAY = new Set([
  'src/cli/dispatch.ts',
  'src/cli/commands/profile-command.ts',
  'src/cli/run/options.ts',
  'src/cli/run/run.ts',
  'src/engine/assume.ts',
  'src/engine/detect.ts',
  'src/engine/observe.ts',
  'src/io/port-holder.ts',
]);

const ENTRY = 'src/cli/main.ts';

/**
 * Build options for both scripts. `build` is esbuild's, with the common options in.
 * @param {string} root
 * @param {(options: import('esbuild').BuildOptions) => Promise<import('esbuild').BuildResult>} build
 * @returns {Promise<{ podctl: import('esbuild').BuildOptions, rest: import('esbuild').BuildOptions }>}
 */
export async function twoScripts(root, build) {
  /** @type {Set<string>} */ const doors = new Set();
  /** @type {Set<string>} */ const shared = new Set();
  const first = [externals(root, 'rest', (path, kind) => kind === 'dynamic-import' && !ON_THE_WAY.has(path), doors)];
  const { metafile } = await build({ entryPoints: [ENTRY], plugins: first, metafile: true });
  const inFirst = new Set(Object.keys(metafile?.inputs ?? {}));
  const second = [externals(root, 'podctl', (path) => inFirst.has(path), shared)];
  const rest = { stdin: { contents: modulesOf(doors), resolveDir: root }, plugins: second };
  await build(rest);
  const contents = `export { main, realWorld } from './${ENTRY}';\n${modulesOf(shared)}`;
  return { podctl: { stdin: { contents, resolveDir: root }, plugins: first }, rest };
}

// require, because it runs a module when it is asked for and not before.
function modulesOf(/** @type {ReadonlySet<string>} */ paths) {
  const entries = [...paths].toSorted().map((path) => `'${path}': () => require('./${path}')`);
  return `export const modules = { ${entries.join(', ')} };\n`;
}

/**
 * Leaves modules to the other script, and notes which.
 * @param {string} root
 * @param {string} script
 * @param {(path: string, kind: import('esbuild').ImportKind) => boolean} isThere
 * @param {Set<string>} noted
 * @returns {import('esbuild').Plugin}
 */
function externals(root, script, isThere, noted) {
  return {
    name: `externals-${script}`,
    setup(build) {
      build.onResolve({ filter: /.*/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (pluginData === externals || importer === '' || importer === '<stdin>') return undefined;
        const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: externals });
        if (found.external || found.errors.length > 0 || found.namespace !== 'file') return undefined;
        const inside = relative(root, found.path).replaceAll('\\', '/');
        if (!isThere(inside, kind)) return undefined;
        noted.add(inside);
        return { path: `${script}:${inside}`, external: true };
      });
    },
  };
}
