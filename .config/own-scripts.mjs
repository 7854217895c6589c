// Splits podctl's own code in three: what printing the plan of a profile's command needs; RAC, the long-running part; and the rest. Each is
// loaded when it is used: a start reads the first script alone, however much the others grow. No module is in two of them: where one
// imports a module of another, it gets that very module (`podctl:PATH`, `rest:PATH`), and a door into another becomes `rest:PATH` or `rac:PATH`.
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
const RAC = 'src/rac/';

/** @typedef {(path: string, kind: import('esbuild').ImportKind) => string | null} Holder which other script has a module */

/**
 * Build options for the scripts. `build` is esbuild's, with the common options in.
 * @param {string} root
 * @param {(options: import('esbuild').BuildOptions) => Promise<import('esbuild').BuildResult>} build
 * @returns {Promise<Readonly<Record<'podctl' | 'rest' | 'rac', import('esbuild').BuildOptions>>>}
 */
export async function ownScripts(root, build) {
  /** @type {Readonly<Record<string, Set<string>>>} */
  const wanted = { podctl: new Set(), rest: new Set(), rac: new Set() };
  const outside = (/** @type {Holder} */ holder) => [externals(root, holder, wanted)];

  const first = outside((path, kind) => (kind === 'dynamic-import' && !ON_THE_WAY.has(path) ? onDemand(path) : null));
  const inFirst = await inputsOf(build, { entryPoints: [ENTRY], plugins: first });
  const second = outside((path) => (inFirst.has(path) ? 'podctl' : path.startsWith(RAC) ? 'rac' : null));
  const rest = () => ({ stdin: { contents: modulesOf(wanted['rest']), resolveDir: root }, plugins: second });
  await inputsOf(build, rest());
  // What RAC needs of the rest is there, or comes to be there.
  const third = outside((path) => (inFirst.has(path) ? 'podctl' : path.startsWith(RAC) ? null : 'rest'));
  const rac = { stdin: { contents: modulesOf(wanted['rac']), resolveDir: root }, plugins: third };
  await inputsOf(build, rac);
  await inputsOf(build, rest());
  const contents = `export { main, realWorld } from './${ENTRY}';\n${modulesOf(wanted['podctl'])}`;
  return { podctl: { stdin: { contents, resolveDir: root }, plugins: first }, rest: rest(), rac };
}

function onDemand(/** @type {string} */ path) {
  return path.startsWith(RAC) ? 'rac' : 'rest';
}

/**
 * @param {(options: import('esbuild').BuildOptions) => Promise<import('esbuild').BuildResult>} build
 * @param {import('esbuild').BuildOptions} options
 */
async function inputsOf(build, options) {
  const { metafile } = await build({ ...options, metafile: true });
  return new Set(Object.keys(metafile?.inputs ?? {}));
}

// require, because it runs a module when it is asked for and not before.
function modulesOf(/** @type {ReadonlySet<string> | undefined} */ paths) {
  const entries = [...(paths ?? [])].toSorted().map((path) => `'${path}': () => require('./${path}')`);
  return `export const modules = { ${entries.join(', ')} };\n`;
}

/**
 * Leaves modules to other scripts, and notes which.
 * @param {string} root
 * @param {Holder} holder
 * @param {Readonly<Record<string, Set<string>>>} wanted
 * @returns {import('esbuild').Plugin}
 */
function externals(root, holder, wanted) {
  return {
    name: 'externals',
    setup(build) {
      build.onResolve({ filter: /.*/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (pluginData === externals || importer === '' || importer === '<stdin>') return undefined;
        const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: externals });
        if (found.external || found.errors.length > 0 || found.namespace !== 'file') return undefined;
        const inside = relative(root, found.path).replaceAll('\\', '/');
        const script = holder(inside, kind);
        if (script === null) return undefined;
        wanted[script]?.add(inside);
        return { path: `${script}:${inside}`, external: true };
      });
    },
  };
}
