import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// A check is trusted once it has failed: each tool runs with the project's own settings on a small house with one fault per rule.
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const bin = (name: string) => join(ROOT, 'node_modules/.bin', name);

const FAULTS = {
  'src/core/clock.ts': 'export const pid = process.pid;\n',
  'src/engine/dropped.ts':
    "import { writeFile } from 'node:fs/promises';\n\nexport function save(): void {\n  writeFile('x', 'y');\n}\n",
  'src/cli/default.ts': 'export default 1;\n',
  'src/cli/console.ts': "export function shout(): void {\n  console.log('x');\n}\n",
  'src/cli/any.ts': 'export const anything: any = 1;\n',
  'src/cli/camelCase.ts': 'export const x = 1;\n',
  'src/cli/forgotten.ts': 'export const nobody = 1;\n',
  'src/cli/ugly.ts': 'export const  ugly = "x"\n',
  'src/cli/main.ts': "export const version = '1';\n",
} as const;

describe('the other checks, each seen to fail', () => {
  let house = '';

  beforeAll(() => {
    house = mkdtempSync(join(tmpdir(), 'podctl-faults-'));
    symlinkSync(join(ROOT, 'node_modules'), join(house, 'node_modules'));
    for (const file of ['tsconfig.json', '.oxlintrc.json', '.biome.json', '.config']) {
      cpSync(join(ROOT, file), join(house, file), { recursive: true });
    }
    for (const [file, text] of Object.entries(FAULTS)) {
      mkdirSync(join(house, file, '..'), { recursive: true });
      writeFileSync(join(house, file), text);
    }
    const pkg = {
      name: 'house',
      type: 'module',
      devDependencies: { chalk: '5' },
      knip: { entry: ['src/cli/main.ts'] },
    };
    writeFileSync(join(house, 'package.json'), JSON.stringify(pkg));
  });

  afterAll(() => rmSync(house, { recursive: true, force: true }));

  it('pure layers cannot name a Node global', async () => {
    const result = await run(house, 'tsc', ['-p', '.config/tsconfig.pure.json', '--pretty', 'false']);
    expect(result).toMatchObject({ failed: true });
    expect(result.text).toContain('src/core/clock.ts(1,20): error TS2591');
  });

  it.each([
    ['src/engine/dropped.ts', 'no-floating-promises'],
    ['src/cli/default.ts', 'no-default-export'],
    ['src/cli/console.ts', 'no-console'],
    ['src/cli/any.ts', 'no-explicit-any'],
    ['src/cli/camelCase.ts', 'filename-case'],
    ['src/core/clock.ts', 'no-restricted-globals'],
  ])('the linter sees the fault in %s (%s)', async (file, rule) => {
    const result = await run(house, 'oxlint', ['--type-aware', '--format', 'unix', file]);
    expect(result).toMatchObject({ failed: true });
    expect(result.text).toContain(rule);
  });

  it('code that nobody uses is found', async () => {
    const result = await run(house, 'knip', ['--no-progress']);
    expect(result).toMatchObject({ failed: true });
    expect(result.text).toContain('src/cli/forgotten.ts');
    expect(result.text).toContain('chalk');
  });

  it('formatting is checked', async () => {
    const result = await run(house, 'biome', ['ci', 'src/cli/ugly.ts']);
    expect(result).toMatchObject({ failed: true });
    expect(result.text).toContain('ugly.ts');
  });
});

async function run(cwd: string, tool: string, args: readonly string[]): Promise<{ failed: boolean; text: string }> {
  const result = await execa(bin(tool), args, { cwd, all: true, reject: false });
  return { failed: result.failed, text: result.all };
}
