// Bundles podctl into dist/: ES modules with code splitting, so that `--version` and a printed plan
// load only what they use and users install no dependency tree.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

// Bundled CommonJS packages ask for built-ins with require(), which ES modules lack. Only files that ask get it: it costs start-up time.
const REQUIRE = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);\n";

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
  // dockerode reaches ssh2 through CommonJS requires; its native add-ons are optional and never loaded for local sockets.
  external: ['cpu-features'],
  loader: { '.node': 'empty' },
  logLevel: 'warning',
  write: false,
});

await rm(new URL('../dist', import.meta.url), { recursive: true, force: true });
for (const file of outputFiles) {
  await mkdir(dirname(file.path), { recursive: true });
  await writeFile(file.path, file.text.includes('typeof require') ? `${REQUIRE}${file.text}` : file.text);
}
