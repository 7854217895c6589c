// Bundles podctl into dist/, so that users install no dependency tree: three scripts with podctl's own code and the small packages in it;
// the heavy packages beside them, each loaded when it is used; a loader that runs them with the machine code of an earlier run; and the
// shipped profiles, checked.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { ownScripts } from './own-scripts.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/** Loaded on demand: none of them is needed to print a plan. */
const HEAVY = [
  'execa',
  'dockerode',
  'listr2',
  'chalk',
  'toml-eslint-parser',
  'yaml',
  '@clack/prompts',
  'chokidar',
  'tar-stream',
];

/** Not bundled: a package with a binary for each platform, which users' npm chooses. */
const INSTALLED = ['libsql', 'libsql/promise', '@node-rs/argon2'];

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

// execa names Node's three streams when it is loaded, which opens them: 5 ms, and a reader on input that is the container's. It needs
// them only where one of them is given to it.
const STREAMS = '[process.stdin, process.stdout, process.stderr]';
const LAZY_STREAMS = `{
  get 0() { return process.stdin; }, get 1() { return process.stdout; }, get 2() { return process.stderr; },
  includes: (stream) => ${STREAMS}.includes(stream), indexOf: (stream) => ${STREAMS}.indexOf(stream),
}`;

/** @type {import('esbuild').Plugin} */
const lateStreams = {
  name: 'late-streams',
  setup({ onLoad }) {
    onLoad({ filter: /execa[\\/]lib[\\/]utils[\\/]standard-stream\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes(`= ${STREAMS};`)) throw new Error(`${path} has changed: look at it again`);
      return { contents: text.replace(`= ${STREAMS};`, `= ${LAZY_STREAMS};`) };
    });
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
  plugins: [leaveOut, lateStreams],
};

/** @param {import('esbuild').BuildOptions} options */
async function bundle(options) {
  const { outputFiles } = await build({ ...common, ...options, write: false });
  return outputFiles;
}

/** @type {import('esbuild').BuildOptions} */
const SCRIPT = {
  outfile: join(dist, 'script.cjs'),
  format: 'cjs',
  // Kept machine code and ES modules do not go together: what is imported later is required later.
  supported: { 'dynamic-import': false },
  define: { 'import.meta.dirname': '__dirname' },
};

/** @type {Map<string, string>} */
const files = new Map();
/** @type {Record<string, string>} */
const scripts = {};

/** @param {string} name @param {import('esbuild').BuildOptions} options */
async function addScript(name, options) {
  const [output] = await bundle({
    ...SCRIPT,
    ...options,
    // One function, so that the loader has to put nothing around the text; what it is called with stands in src/io/code-cache.ts.
    banner: { js: "(function(exports,require,module,__dirname){'use strict';" },
    footer: { js: '})' },
  });
  if (output === undefined) throw new Error(`esbuild made no script of ${name}`);
  // The name carries the content, because kept machine code fits one content only.
  const file = `${basename(name)}-${createHash('sha256').update(output.text).digest('hex').slice(0, 12)}.cjs`;
  files.set(file, output.text);
  scripts[name] = file;
}

/** @param {import('esbuild').BuildOptions} options @returns {import('esbuild').BuildOptions} */
function ownCode(options) {
  const plugins = [...(options.plugins ?? []), leaveOut, lateStreams];
  return { ...common, ...SCRIPT, ...options, external: [...HEAVY, ...INSTALLED], plugins };
}

for (const name of HEAVY) await addScript(name, { entryPoints: [name] });
const own = await ownScripts(root, (options) => build({ ...ownCode(options), write: false }));
for (const [name, options] of Object.entries(own)) await addScript(name, ownCode(options));

const [main] = await bundle({
  entryPoints: ['src/cli/boot.ts'],
  outfile: join(dist, 'main.cjs'),
  format: 'cjs',
  define: { SCRIPTS: JSON.stringify(scripts), 'import.meta.dirname': '__dirname' },
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
