// Bundles podctl into dist/: ES modules with code splitting, so that `--version` and a printed plan
// load only what they use and users install no dependency tree.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

// Bundled CommonJS packages ask for built-ins with require(), which ES modules lack. Only files that ask get it: it costs start-up time.
const REQUIRE = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);\n";

// podctl speaks to plain API addresses through dockerode's modem alone. What dockerode loads for ssh, for BuildKit sessions and for
// tar archives is left out: 0.8 MB that would be parsed at every `--via api`.
const UNUSED = ['ssh2', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs', 'tar-fs'];
const leaveOut = {
  name: 'leave-out',
  setup(/** @type {import('esbuild').PluginBuild} */ { onResolve, onLoad }) {
    // commander could start subcommands as programs of their own; podctl has none, and loading this costs as much as all of commander.
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      importer.includes('commander') ? { path, namespace: 'left-out' } : undefined,
    );
    const filter = new RegExp(`^(${UNUSED.join('|')})$`);
    onResolve({ filter }, ({ path }) => ({ path, namespace: 'left-out' }));
    onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};' }));
  },
};

// Loaded in one piece, apart from what a printed plan never needs: forty small files cost more to find than one large one to read.
const ON_DEMAND = /\/(dispatch|ui\/error|execute|ready|attached-api|api|lease)\.js$/;
const together = {
  name: 'together',
  setup(/** @type {import('esbuild').PluginBuild} */ { onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]cli[\\/].*\.ts$/ }, async ({ path }) => {
      /** @type {string[]} */ const imports = [];
      const text = (await readFile(path, 'utf8')).replace(/\bimport\('(\.[^']+)'\)/g, (whole, file) => {
        if (ON_DEMAND.test(file)) return whole;
        imports.push(`import * as together${imports.length} from '${file}';`);
        return `Promise.resolve(together${imports.length - 1})`;
      });
      return { contents: `${imports.join('')}${text}`, loader: 'ts' };
    });
  },
};

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/cli/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  legalComments: 'none',
  plugins: [leaveOut, together],
  logLevel: 'warning',
  write: false,
});

// Whole files under their final names, stale ones last: a podctl that runs meanwhile finds all of the old or all of the new.
await mkdir(dist, { recursive: true });
for (const file of outputFiles) {
  const temporary = `${file.path}.${process.pid}.tmp`;
  await writeFile(temporary, file.text.includes('typeof require') ? `${REQUIRE}${file.text}` : file.text);
  await rename(temporary, file.path);
}
const current = new Set(outputFiles.map((file) => basename(file.path)));
for (const name of await readdir(dist)) {
  if (!current.has(name) && !name.endsWith('.tmp')) await rm(join(dist, name), { recursive: true, force: true });
}
