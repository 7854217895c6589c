import type { Context } from '../context.js';
import { runCommand } from '../parser.js';
import type { TestBed } from './bed.js';
import type { TestOptions } from './options.js';

/** How the build went; `steps`: those of a printed one, as its document has them. */
export type Built = { readonly exitCode: number; readonly steps: readonly unknown[] };

/** Build the image as `podctl build` does, or print how; its own result is not this command's, and is not printed. */
export async function buildFirst(
  { bed, options }: { readonly bed: TestBed; readonly options: TestOptions },
  context: Context,
): Promise<Built> {
  const { defineBuild } = await import('../commands/build.js');
  let exitCode = 0;
  let steps: readonly unknown[] = [];
  const quiet: Context = {
    ...context,
    output: {
      ...context.output,
      text: options.dryRun ? context.output.text : () => undefined,
      json: (document) => {
        if (Array.isArray(document['steps'])) steps = document['steps'];
      },
    },
    finish: async (work) => {
      exitCode = await work;
    },
  };
  const { profile, engine, flags, dryRun, json } = options;
  const words = [
    ...(profile === undefined ? [] : ['--profile', profile]),
    ...(engine === undefined ? [] : ['--engine', engine]),
    ...(flags.tag === null ? [] : ['--tag', flags.tag]),
    ...(dryRun ? ['--dry-run'] : []),
    ...(dryRun && json ? ['--json'] : []),
    ...(bed.image.key === null ? [] : ['--', bed.image.key]),
  ];
  await runCommand(defineBuild(quiet), words);
  return { exitCode, steps };
}
