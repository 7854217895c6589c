import { cpSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Folder, projectFolder } from './machine.js';
import { type Finished, podctl } from './podctl.js';
import { SOAK } from './soak.js';
import { sameTree } from './tree.js';

const HOOK = fileURLToPath(new URL('./kill-hook.mjs', import.meta.url));
const KILLED = 137;
const STRIDE = 3;
const COPY = { recursive: true, preserveTimestamps: true, verbatimSymlinks: true } as const;

/** podctl in a folder where no engine can be found, because the data lie in a folder of the host. */
export function withoutEngine(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return podctl(args, { cwd: folder, env: { PATH: '/nonexistent', DOCKER_HOST: undefined, ...env } });
}

type Check = (folder: string, at: number) => Promise<void>;

/**
 * What is there when podctl is killed at its first, second, … change of a file is checked in turn. One run, which is not killed, copies
 * the folder before each of its changes: what the system holds then is what a killed process leaves. Of states that are the same byte
 * for byte one is checked, and of these every third. In the middle podctl is really killed; in long runs at every change. Resolves with
 * how many changes there were.
 */
export async function killAtEveryChange(template: string, args: readonly string[], check: Check): Promise<number> {
  const [work, states] = [projectFolder('killed'), projectFolder('states')];
  try {
    const run = { template, args, work };
    const changes = await copyAtEveryChange(run, states);
    for (const at of SOAK ? [] : distinct(states.path, changes).filter((_, index) => index % STRIDE === 0)) {
      rmSync(work.path, { recursive: true });
      renameSync(join(states.path, String(at)), work.path);
      await check(work.path, at);
    }
    const killed = SOAK ? numbers(changes) : [Math.ceil(changes / 2)];
    for (const at of killed) await checkKilled(run, at, check);
    return changes;
  } finally {
    work.clear();
    states.clear();
  }
}

type Run = { readonly template: string; readonly args: readonly string[]; readonly work: Folder };

function hooked({ template, args, work }: Run, env: Readonly<Record<string, string>>): Promise<Finished> {
  rmSync(work.path, { recursive: true, force: true });
  cpSync(template, work.path, COPY);
  return withoutEngine(work.path, args, {
    NODE_OPTIONS: `--import=${HOOK}`,
    PODCTL_TEST_KILL_BELOW: work.path,
    ...env,
  });
}

async function copyAtEveryChange(run: Run, states: Folder): Promise<number> {
  const ended = await hooked(run, { PODCTL_TEST_COPY_TO: states.path });
  if (ended.code !== 0) throw new Error(`it ended with ${ended.code}: ${ended.stderr}`);
  return readdirSync(states.path).length;
}

async function checkKilled(run: Run, at: number, check: Check): Promise<void> {
  const ended = await hooked(run, { PODCTL_TEST_KILL_AT: String(at) });
  // How many parts a stream is written in differs from run to run.
  if (ended.code === 0) return;
  if (ended.code !== KILLED) throw new Error(`at change ${at} it ended with ${ended.code}: ${ended.stderr}`);
  await check(run.work.path, at);
}

/** Changes before which the folder was not what it was before the change that came first. */
function distinct(states: string, changes: number): readonly number[] {
  return numbers(changes).filter((at) => at === 1 || !sameTree(join(states, String(at - 1)), join(states, String(at))));
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
