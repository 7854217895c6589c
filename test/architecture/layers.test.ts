import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CONFIG = join(ROOT, '.config/dependency-cruiser.mjs');

/** One violation per rule: the file that is planted, and the rule that must name it. */
const PLANTED = [
  { rule: 'no-circular', file: 'src/core/a.ts', text: "import { b } from './b.js';\nexport const a = b;\n" },
  { rule: 'no-circular', file: 'src/core/b.ts', text: "import { a } from './a.js';\nexport const b = a;\n" },
  { rule: 'core-imports-only-itself', file: 'src/core/up.ts', text: "import '../spec/leaf.js';\n" },
  { rule: 'profile-imports-only-core', file: 'src/profile/up.ts', text: "import '../spec/leaf.js';\n" },
  { rule: 'spec-imports-only-core-profile', file: 'src/spec/up.ts', text: "import '../plan/leaf.js';\n" },
  { rule: 'render-imports-only-core-spec', file: 'src/render/up.ts', text: "import '../plan/leaf.js';\n" },
  { rule: 'plan-imports-only-core-spec-render', file: 'src/plan/up.ts', text: "import '../io/leaf.js';\n" },
  { rule: 'io-imports-only-core', file: 'src/io/up.ts', text: "import '../engine/leaf.js';\n" },
  {
    rule: 'engine-imports-only-core-spec-render-plan-io',
    file: 'src/engine/up.ts',
    text: "import '../cli/leaf.js';\n",
  },
  { rule: 'rac-imports-only-core-spec-io-engine', file: 'src/rac/up.ts', text: "import '../plan/leaf.js';\n" },
  { rule: 'rac-is-a-wing-of-its-own', file: 'src/cli/wing.ts', text: "import '../rac/leaf.js';\n" },
  { rule: 'server-packages-only-in-rac', file: 'src/cli/server.ts', text: "import 'hono';\n" },
  {
    rule: 'outputs-do-not-know-each-other',
    file: 'src/render/argv/sideways.ts',
    text: "import '../engine-api.js';\n",
  },
  { rule: 'pure-layers-use-no-node-builtin', file: 'src/spec/clock.ts', text: "import 'node:os';\n" },
  { rule: 'pure-layers-use-only-zod-toml-and-yaml', file: 'src/plan/package.ts', text: "import 'chalk';\n" },
  { rule: 'processes-and-engine-api-only-in-engine', file: 'src/cli/process.ts', text: "import 'execa';\n" },
  { rule: 'terminal-libraries-only-in-cli', file: 'src/engine/terminal.ts', text: "import 'commander';\n" },
  { rule: 'schemas-only-in-profile', file: 'src/cli/schema.ts', text: "import 'zod/mini';\n" },
  { rule: 'databases-and-archives-only-in-io', file: 'src/cli/database.ts', text: "import 'tar-stream';\n" },
  { rule: 'yaml-only-in-profile-and-render', file: 'src/cli/yaml.ts', text: "import 'yaml';\n" },
  { rule: 'watching-only-in-io', file: 'src/cli/watching.ts', text: "import 'chokidar';\n" },
  { rule: 'no-raw-child-process', file: 'src/engine/raw.ts', text: "import 'node:child_process';\n" },
  { rule: 'sockets-only-in-probe-and-net', file: 'src/cli/socket.ts', text: "import 'node:http';\n" },
  { rule: 'files-only-in-io-and-engine', file: 'src/cli/file.ts', text: "import 'node:fs';\n" },
  { rule: 'bin-imports-only-main', file: 'bin/tool.mjs', text: "import '../src/core/leaf.js';\n" },
  { rule: 'product-does-not-import-test', file: 'src/cli/test.ts', text: "import '../../test/support/leaf.js';\n" },
  { rule: 'test-imports-no-other-test', file: 'test/a.test.ts', text: "import './b.test.js';\n" },
  { rule: 'product-imports-only-bundled-packages', file: 'src/engine/package.ts', text: "import 'vitest';\n" },
] as const;

const LEAVES = [
  ...['core', 'spec', 'plan', 'io', 'engine', 'rac', 'cli'].map((layer) => `src/${layer}/leaf.ts`),
  'src/render/engine-api.ts',
  'test/support/leaf.ts',
  'test/b.test.ts',
];

describe('the layer rules', () => {
  let house = '';
  let found: readonly { readonly rule: string; readonly from: string }[] = [];

  beforeAll(async () => {
    house = mkdtempSync(join(tmpdir(), 'podctl-planted-'));
    symlinkSync(join(ROOT, 'node_modules'), join(house, 'node_modules'));
    writeFileSync(join(house, 'tsconfig.json'), '{"compilerOptions":{"module":"nodenext","target":"ES2023"}}\n');
    for (const leaf of LEAVES) plant(house, leaf, 'export {};\n');
    for (const { file, text } of PLANTED) plant(house, file, text);
    found = await violations(house);
  });

  afterAll(() => rmSync(house, { recursive: true, force: true }));

  it.each(PLANTED.map(({ rule, file }) => [rule, file]))('%s is seen in %s', (rule, file) => {
    expect(found.filter((violation) => violation.from === file).map((violation) => violation.rule)).toContain(rule);
  });

  it('every rule of the configuration has a planted violation', async () => {
    const { default: config } = (await import(CONFIG)) as { default: { forbidden: readonly { name: string }[] } };
    const planted = new Set<string>(PLANTED.map(({ rule }) => rule));
    expect(config.forbidden.map((rule) => rule.name).filter((name) => !planted.has(name))).toEqual([]);
  });
});

it('the layer checker reads every source file', async () => {
  const modules = await cruise(ROOT, ['src']);
  const seen = modules.map((module) => module.source).filter((source) => source.startsWith('src/'));
  const present = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `src/${file.replaceAll('\\', '/')}`);
  expect(seen.toSorted()).toEqual(present.toSorted());
});

type Module = {
  readonly source: string;
  readonly rules?: readonly { readonly name: string }[];
  readonly dependencies: readonly { readonly rules?: readonly { readonly name: string }[] }[];
};

async function cruise(cwd: string, folders: readonly string[]): Promise<readonly Module[]> {
  const bin = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  // A violation makes the exit code non-zero, which is what the planted tree is for.
  const { stdout } = await execa('node', [bin, '--config', CONFIG, '-T', 'json', ...folders], { cwd, reject: false });
  return (JSON.parse(stdout) as { modules: readonly Module[] }).modules;
}

async function violations(cwd: string): Promise<readonly { readonly rule: string; readonly from: string }[]> {
  const modules = await cruise(cwd, ['src', 'bin', 'test']);
  return modules.flatMap((module) =>
    module.dependencies.flatMap((dependency) =>
      (dependency.rules ?? []).map((rule) => ({ rule: rule.name, from: module.source })),
    ),
  );
}

function plant(house: string, file: string, text: string): void {
  const path = join(house, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
