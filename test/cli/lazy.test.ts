import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Files that run something or are slow to load; a printed plan must not even load them. */
const FORBIDDEN =
  /^src\/engine\/(execute|attached|attached-api|api|ready|supervise)\.ts$|node_modules\/(execa|dockerode|listr2|chalk|toml-eslint-parser)\//;

let inputs: Metafile['inputs'] = {};

beforeAll(async () => {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/cli/main.ts'],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    outdir: 'dist',
    write: false,
    metafile: true,
    external: ['cpu-features'],
    loader: { '.node': 'empty' },
    logLevel: 'error',
  });
  ({ inputs } = metafile);
});

/** Everything that comes along with these files, without what they import on demand. */
function loadedWith(...entries: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [...entries];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const { path, kind, external } of inputs[file]?.imports ?? []) {
      if (external !== true && kind !== 'dynamic-import') open.push(path);
    }
  }
  return seen;
}

describe('what a printed plan loads', () => {
  it.each<[what: string, entries: string[]]>([
    ['a start', ['src/cli/main.ts']],
    ['the way to a command', ['src/cli/dispatch.ts']],
    ["a profile's command", ['src/cli/commands/profile-command.ts', 'src/cli/run/run.ts', 'src/cli/run/options.ts']],
    ['explaining', ['src/cli/run/explain.ts']],
    [
      'finding and asking an engine',
      ['src/engine/detect.ts', 'src/engine/assume.ts', 'src/engine/observe.ts', 'src/engine/lease.ts'],
    ],
    ['looking at ports', ['src/io/port-holder.ts']],
    ['an error', ['src/cli/ui/error.ts']],
  ])('%s brings neither an executor nor a heavy package', (_what, entries) => {
    for (const entry of entries) expect(Object.keys(inputs)).toContain(entry);
    expect([...loadedWith(...entries)].filter((file) => FORBIDDEN.test(file))).toEqual([]);
  });

  it('the executor is behind one door', () => {
    const importers = Object.entries(inputs).flatMap(([file, { imports }]) =>
      imports.some(({ path }) => path === 'src/engine/execute.ts') ? [file] : [],
    );
    expect(importers).toEqual(['src/cli/rooms.ts']);
    expect([...loadedWith('src/engine/execute.ts')].some((file) => FORBIDDEN.test(file))).toBe(true);
  });
});
