import type { Command } from 'commander';
import type { Context } from '../context.js';
import { type LifecycleOptions, readLifecycleOptions, runLifecycle } from '../lifecycle.js';
import { type Flags, makeCommand } from '../parser.js';
import { terminalOf } from '../terminal.js';

export type ExecOptions = LifecycleOptions & { readonly command: readonly string[] };

/** `podctl exec NAME PROGRAM [ARGS…]`. */
export function defineExec(context: Context): Command {
  return makeCommand(
    {
      name: 'exec',
      about: 'run a program inside a running container of this project',
      flags: ['mode', 'engine', 'dryRun', 'shell'],
      examples: ['podctl exec server ls -la /cache', 'podctl exec server -m private -- sh'],
    },
    context.world.streams,
  )
    .argument('<NAME>', 'command or container')
    .argument('<PROGRAM...>', 'program and its arguments, passed on as they are')
    .action((word: string, command: readonly string[], flags: Flags) =>
      context.finish(runExec({ ...readLifecycleOptions([word], flags, context), command }, context)),
    );
}

/** Run the program with podctl's own stdin, stdout and stderr; resolves with its exit code. */
export function runExec({ command, ...options }: ExecOptions, context: Context): Promise<number> {
  const { stdin, stdout } = terminalOf(context.world);
  const wish = { verb: 'exec', command, interactive: true, tty: stdin && stdout, workdir: null, user: null } as const;
  return runLifecycle(wish, options, context);
}
