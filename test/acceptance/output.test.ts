import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { projectFolder } from '../support/machine.js';

const BIN = fileURLToPath(new URL('../../bin/podctl.cjs', import.meta.url));

// Where podctl's own words end up when nothing but a file, a pipe or a full disk is there. No engine is asked.
describe('what podctl itself prints', () => {
  const folder = projectFolder('output');
  afterAll(() => folder.clear());

  // More than a pipe holds.
  const big = `name = "big"\nabout = "${'x'.repeat(300_000)}"\n[images.box]\nname = "box"\n[commands.go]\nargs = []\n`;
  writeFileSync(join(folder.path, 'podctl.toml'), big);

  const shell = (
    script: string,
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> => {
    const env = { PATH: process.env['PATH'], HOME: folder.path, NODE: process.execPath, BIN };
    const line = `set -o pipefail; podctl() { "$NODE" "$BIN" "$@"; }\n${script}`;
    const options = { cwd: folder.path, env, timeout: 300_000, maxBuffer: 10_000_000 };
    return new Promise((resolve) => {
      const child = execFile('bash', ['-c', line], options, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  };
  const show = 'podctl profiles show ./podctl.toml';

  it('goes whole into a file, and after what stood there', async () => {
    expect(await shell(`echo first > out; ${show} >> out; podctl --version >> out`)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    const text = readFileSync(join(folder.path, 'out'), 'utf8');
    expect(text.startsWith(`first\n`)).toBe(true);
    expect(text).toContain(big);
    expect(text).toMatch(/\n\d+\.\d+\.\d+\n$/);
  });

  it('goes whole through a pipe with a slow reader', async () => {
    const { code, stdout, stderr } = await shell(`${show} | (sleep 0.5; cat)`);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(big);
  });

  it('goes whole through a pipe that somebody else has made non-blocking', async () => {
    const other = `"$NODE" -e 'process.stdout.write(""); setTimeout(() => {}, 2500)'`;
    const { code, stdout, stderr } = await shell(`(${other} & sleep 0.7; ${show}; echo "ended $?") | (sleep 1.5; cat)`);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(big);
    expect(stdout).toMatch(/ended 0\n$/);
  });

  it('is no failure when the reader has enough', async () => {
    expect(await shell(`${show} | head -c 5; echo " \${PIPESTATUS[0]}"`)).toEqual({
      code: 0,
      stdout: '# pod 0\n',
      stderr: '',
    });
  });

  it('is a failure when the disk is full', async () => {
    expect(await shell(`${show} > /dev/full`)).toMatchObject({
      code: 74,
      stderr: expect.stringContaining('no space left'),
    });
  });

  it('needs no descriptor: a closed one is no crash', async () => {
    expect(await shell(`${show} >&-; echo $?; podctl no-such-command 2>&-; echo $?`)).toEqual({
      code: 0,
      stdout: '0\n64\n',
      stderr: '',
    });
  });
});
