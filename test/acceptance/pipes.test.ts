import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { describeEngines, type TestEngine } from '../support/engines.js';
import { projectFolder } from '../support/machine.js';
import { waysOf } from '../support/soak.js';

const BIN = fileURLToPath(new URL('../../bin/podctl.cjs', import.meta.url));

function profile(busybox: string): string {
  const [name = '', tag = ''] = busybox.split(/:(?=[^:]*$)/);
  return `name = "pipes"
[images.box]
name = "${name}"
tag = "${tag}"
pull = "never"
[container]
image = "box"
network = "none"
[commands.copy]
args = ["cat"]
[commands.endless]
args = ["yes"]
`;
}

/** Runs a shell line in which `podctl` is this checkout's; gives what it wrote to stderr, and to `result` the line's own words. */
function line(
  script: string,
  cwd: string,
  engine: TestEngine,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const env = { PATH: process.env['PATH'], HOME: cwd, XDG_STATE_HOME: join(cwd, 'state'), NODE: process.execPath, BIN };
  const shell = `podctl() { "$NODE" "$BIN" "$@"; }\n${script}`;
  return new Promise((resolve, reject) => {
    execFile(
      'bash',
      ['-c', shell],
      { cwd, env: { ...env, ...engine.env }, timeout: 300_000 },
      (error, stdout, stderr) => {
        if (error === null) resolve({ stdout, stderr });
        else reject(new Error(`${error.message}\n${stdout}${stderr}`));
      },
    );
  });
}

describeEngines('podctl in a pipe', (engine) => {
  const left = async (): Promise<string> =>
    (await engine.run(['ps', '--all', '--quiet', '--filter', 'label=podctl.profile=pipes'])).stdout;

  it.each(waysOf(engine, 0))(
    '--via %s: a large input arrives whole, whether it is a file or a pipe, and nothing else is said',
    async (via) => {
      const folder = projectFolder('pipes');
      try {
        writeFileSync(join(folder.path, 'podctl.toml'), profile(engine.busybox));
        writeFileSync(join(folder.path, 'big'), randomBytes(5_000_000));
        const run = `podctl copy --engine ${engine.name} --via ${via}`;
        const said = await line(`${run} < big | cat > from-file; cat big | ${run} > from-pipe`, folder.path, engine);
        expect(said).toEqual({ stdout: '', stderr: '' });
        const sent = readFileSync(join(folder.path, 'big'));
        expect(readFileSync(join(folder.path, 'from-file')).equals(sent)).toBe(true);
        expect(readFileSync(join(folder.path, 'from-pipe')).equals(sent)).toBe(true);
      } finally {
        folder.clear();
      }
    },
    300_000,
  );

  it.each(waysOf(engine, 1))(
    '--via %s: a reader that has enough ends the run, and no container stays',
    async (via) => {
      const folder = projectFolder('pipes');
      try {
        writeFileSync(join(folder.path, 'podctl.toml'), profile(engine.busybox));
        const { stdout } = await line(
          `podctl endless --engine ${engine.name} --via ${via} < /dev/null | head -2`,
          folder.path,
          engine,
        );
        expect(stdout).toBe('y\ny\n');
        expect(await left()).toBe('');
      } finally {
        folder.clear();
      }
    },
    300_000,
  );
});
