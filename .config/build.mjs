// Bundles podctl into dist/, so that users install no dependency tree: one script with podctl's own code, the small packages in it;
// a loader that starts it with the machine code of an earlier run; the heavy packages beside it, each loaded when it is used; and the
// shipped profiles, checked.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/** Loaded on demand: none of them is needed to print a plan. */
const HEAVY = ['execa', 'dockerode', 'listr2', 'chalk', 'toml-eslint-parser', '@clack/prompts'];

/** @param {string} name */
const fileOf = (name) => name.replace(/^.*\//, '');

// podctl speaks to plain API addresses through dockerode's modem alone. What dockerode loads for ssh, for BuildKit sessions and for
// tar archives is left out: 0.8 MB that would be parsed at every `--via api`.
const UNUSED = ['ssh2', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs', 'tar-fs'];

/** @type {import('esbuild').Plugin} */
const leaveOut = {
  name: 'leave-out',
  setup({ onResolve, onLoad }) {
    // commander could start subcommands as programs of their own; podctl has none, and loading this costs as much as all of commander.
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      importer.includes('commander') ? { path, namespace: 'left-out' } : undefined,
    );
    const filter = new RegExp(`^(${UNUSED.join('|')})$`);
    onResolve({ filter }, ({ path }) => ({ path, namespace: 'left-out' }));
    onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** @type {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20.19',
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [leaveOut],
};

/** @param {import('esbuild').BuildOptions} options */
async function bundle(options) {
  const { outputFiles } = await build({ ...common, ...options, write: false });
  return outputFiles;
}

const heavy = await bundle({
  entryPoints: Object.fromEntries(HEAVY.map((name) => [fileOf(name), name])),
  outdir: dist,
  splitting: true,
  format: 'esm',
  chunkNames: 'part-[hash]',
});
// Bundled CommonJS packages ask for built-ins with require(), which ES modules lack.
const REQUIRE = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);\n";
const files = new Map(
  heavy.map(({ path, text }) => [basename(path), text.includes('typeof require') ? `${REQUIRE}${text}` : text]),
);

const [app] = await bundle({
  entryPoints: ['src/cli/main.ts'],
  outfile: join(dist, 'app.cjs'),
  format: 'cjs',
  external: HEAVY,
  define: { 'import.meta.url': 'APP_URL' },
  // One function, so that the loader has to put nothing around the text; what it is called with stands in src/io/code-cache.ts.
  banner: {
    js: "(function(exports,require,module,__filename,importModule){'use strict';const APP_URL=require('node:url').pathToFileURL(__filename).href;",
  },
  footer: { js: '})' },
});
if (app === undefined) throw new Error('esbuild made no script');
// A script with kept machine code cannot import by itself; its loader does it for it.
const script = app.text
  .replaceAll(new RegExp(`\\bimport\\("(${HEAVY.join('|')})"\\)`, 'g'), (_, name) => `importModule("./${fileOf(name)}.js")`)
  .replaceAll(/\bimport\("(node:\w+)"\)/g, 'importModule("$1")');
if (/\bimport\(/.test(script)) throw new Error('an import() is left in the script');
// The name carries the content, because kept machine code fits one content only.
const name = `app-${createHash('sha256').update(script).digest('hex').slice(0, 12)}.cjs`;
files.set(name, script);

const [main] = await bundle({
  entryPoints: ['src/cli/boot.ts'],
  outfile: join(dist, 'main.cjs'),
  format: 'cjs',
  define: { APP: JSON.stringify(name), 'import.meta.dirname': '__dirname' },
});
if (main === undefined) throw new Error('esbuild made no loader');
files.set('main.cjs', main.text);

// Shipped profiles are checked here once, so that no start has to: beside the scripts stands what the checks made of each.
const [keep] = await bundle({ entryPoints: ['src/profile/keep.ts'], outfile: join(dist, 'keep.mjs'), format: 'esm' });
const { keepProfiles } = await import(
  `data:text/javascript;base64,${Buffer.from(keep?.contents ?? '').toString('base64')}`
);
const folder = join(root, 'profiles');
const shipped = (await readdir(folder)).filter((file) => file.endsWith('.toml')).map((file) => basename(file, '.toml'));
/** @type {{ profiles: ReadonlyMap<string, unknown>, commands: unknown }} */
const kept = await keepProfiles(
  new Map(shipped.map((profile) => [profile, readFileSync(join(folder, `${profile}.toml`), 'utf8')])),
);
for (const [profile, content] of kept.profiles) files.set(`profile-${profile}.json`, JSON.stringify(content));
files.set('profile-commands.json', JSON.stringify(kept.commands));

// Whole files under their final names, stale ones last: a podctl that runs meanwhile finds all of the old or all of the new.
await mkdir(dist, { recursive: true });
for (const [file, text] of files) {
  const temporary = join(dist, `${file}.${process.pid}.tmp`);
  await writeFile(temporary, text);
  await rename(temporary, join(dist, file));
}
for (const file of await readdir(dist)) {
  if (!files.has(file) && !file.endsWith('.tmp')) await rm(join(dist, file), { recursive: true, force: true });
}
