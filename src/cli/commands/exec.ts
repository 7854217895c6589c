import type { Command } from 'commander';
import { PodctlError } from '../../core/errors.js';
import type { Context } from '../context.js';
import { runLifecycle } from '../lifecycle.js';
import { type LifecycleOptions, readLifecycleOptions } from '../lifecycle-options.js';
import { type Flags, makeCommand } from '../parser.js';
import { terminalOf } from '../terminal.js';

export type ExecOptions = LifecycleOptions & {
  readonly command: readonly string[];
  /** In the container; null: the container's own. */
  readonly workdir: string | null;
  readonly user: string | null;
};

/** `podctl exec NAME PROGRAM [ARGS…]`. */
export function defineExec(context: Context): Command {
  return makeCommand(
    {
      name: 'exec',
      about: 'run a program inside a running container of this project',
      flags: ['mode', 'workdir', 'user', 'composeFile', 'projectName', 'engine', 'dryRun', 'shell'],
      examples: ['podctl exec server ls -la /cache', 'podctl exec server -m private -- sh'],
    },
    context.world.streams,
  )
    .argument('<NAME>', 'service, command or container')
    .argument('<PROGRAM...>', 'program and its arguments, passed on as they are')
    .action((word: string, command: readonly string[], flags: Flags) =>
      context.finish(
        runExec({ ...readLifecycleOptions([word], flags, context), ...readPlace(flags), command }, context),
      ),
    );
}

/** `--workdir` and `--user`. */
export function readPlace({ workdir, user }: Pick<Flags, 'workdir' | 'user'>): Pick<ExecOptions, 'workdir' | 'user'> {
  if (workdir !== undefined && !workdir.startsWith('/')) {
    throw new PodctlError('USAGE', `\`--workdir ${workdir}\` is not an absolute path`, {
      hint: 'paths in the container begin with /',
    });
  }
  return { workdir: workdir ?? null, user: user ?? null };
}

/** Run the program with podctl's own stdin, stdout and stderr; resolves with its exit code. */
export function runExec({ command, workdir, user, ...options }: ExecOptions, context: Context): Promise<number> {
  const { stdin, stdout } = terminalOf(context.world);
  const wish = { verb: 'exec', command, interactive: true, tty: stdin && stdout, workdir, user } as const;
  return runLifecycle(wish, options, context);
}
