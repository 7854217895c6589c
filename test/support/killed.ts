import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { projectFolder } from './machine.js';
import { type Finished, podctl } from './podctl.js';

const HOOK = fileURLToPath(new URL('./kill-hook.mjs', import.meta.url));
const KILLED = 137;

/** podctl in a folder where no engine can be found, because the data lie in a folder of the host. */
export function withoutEngine(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return podctl(args, { cwd: folder, env: { PATH: '/nonexistent', DOCKER_HOST: undefined, ...env } });
}

/**
 * Every change of a file in turn: podctl is killed at its first, second, … change, each time in a new copy of the template, until it
 * ends by itself. Resolves with how many changes there were.
 */
export async function killAtEveryChange(
  template: string,
  args: readonly string[],
  check: (folder: string, at: number) => Promise<void>,
): Promise<number> {
  for (let at = 1; at < 300; at += 1) {
    const copy = projectFolder('killed');
    try {
      cpSync(template, copy.path, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
      const ended = await withoutEngine(copy.path, args, {
        NODE_OPTIONS: `--import=${HOOK}`,
        PODCTL_TEST_KILL_AT: String(at),
        PODCTL_TEST_KILL_BELOW: copy.path,
      });
      if (ended.code === 0) return at - 1;
      if (ended.code !== KILLED) throw new Error(`at change ${at} it ended with ${ended.code}: ${ended.stderr}`);
      await check(copy.path, at);
    } finally {
      copy.clear();
    }
  }
  throw new Error('it never ended by itself');
}
