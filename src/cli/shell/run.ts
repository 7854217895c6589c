import { PodctlError } from '../../core/errors.js';
import { LABEL } from '../../core/project.js';
import type { ContainerFacts } from '../../spec/facts.js';
import { placeInside } from '../../spec/shell-place.js';
import { chooseProfile } from '../choose-profile.js';
import { runExec } from '../commands/exec.js';
import { openSite, projectContainers } from '../containers.js';
import type { Context } from '../context.js';
import { flavourOf } from '../project.js';
import type { RunOptions } from '../run/options.js';
import { runProfileCommand } from '../run/run.js';
import type { StackChoice } from '../stack/options.js';
import { stackNearby } from '../stack/place.js';
import { shellCommand } from './command.js';
import { ANY_SHELL, namesOf } from './program.js';

export type ShellOptions = RunOptions & {
  /** The running command or container that is meant; null: the only one, or none. */
  readonly word: string | null;
  /** A container of its own, also when one runs. */
  readonly fresh: boolean;
  readonly profile: string | undefined;
  readonly stack: StackChoice;
  readonly workdir: string | null;
  readonly user: string | null;
};

/** Open a shell where something runs, else in a new container. Resolves with the shell's exit code. */
export async function runShell(options: ShellOptions, context: Context): Promise<number> {
  if (options.fresh && options.word !== null) {
    throw new PodctlError('USAGE', '`--new` takes no container', { hint: 'choose its mounts with -m MODE' });
  }
  const running = options.fresh ? null : await runningOne(options, context);
  if (running !== null) refuseForNew(running, options);
  const { clock } = context.world;
  const began = clock.now();
  const code = await (running === null ? startShell(options, context) : enter(running, options, context));
  if (isNotFound(code) && clock.now() - began < QUICK_MS) await tellMissing(options, context);
  return code;
}

// What runs was made already: these would be passed over.
function refuseForNew({ name }: ContainerFacts, { flags, config, envFiles }: ShellOptions): void {
  const given = {
    '--image': flags.image !== null,
    '--tag': flags.tag !== null,
    '--mount': flags.mounts.length > 0,
    '--env': flags.env.length > 0,
    '--env-file': envFiles.length > 0,
    '--config': config !== undefined,
  };
  const flag = Object.entries(given).find(([, isGiven]) => isGiven)?.[0];
  if (flag === undefined) return;
  throw new PodctlError('USAGE', `\`${flag}\` is for a new container, and \`${name}\` runs already`, {
    hint: 'add --new for a container of its own, or leave it out',
  });
}

// A shell ends with the code of its last command, which may be one of these; but hardly in no time.
const QUICK_MS = 3000;

function isNotFound(code: number): boolean {
  return code === 126 || code === 127;
}

async function tellMissing(options: ShellOptions, context: Context): Promise<void> {
  const [shell = ''] = await programOf(options, context);
  const other =
    'name another shell with `shell = ["…"]` in the profile, or an image that has one with --new --image IMAGE';
  context.output.note(`hint: if the image has no \`${shell}\`: ${other}; podctl exec runs a program without a shell`);
}

async function runningOne(options: ShellOptions, context: Context): Promise<ContainerFacts | null> {
  const printed = options.dryRun || context.purpose === 'explain';
  const place = await stackNearby(options.stack, context.world);
  const request = { engine: options.engine, purpose: printed ? 'plan' : 'act', project: place?.project } as const;
  const site = await openSite(request, context);
  const words = options.word === null ? [] : [options.word];
  const found = await projectContainers({ words, mode: options.mode, stack: options.stack.projectName }, site);
  const running = found.filter(({ state }) => state === 'running');
  const [first, ...more] = running;
  if (more.length > 0) {
    throw new PodctlError('USAGE', `${running.length} containers of this project run`, {
      hint: `say which, or --new for one of its own: ${running.map(({ name }) => name).join(', ')}`,
    });
  }
  if (first === undefined && options.word !== null) {
    const paused = found.find(({ state }) => state === 'paused');
    if (paused !== undefined) throw pausedError(paused, site.found.connection.program);
    throw new PodctlError('UNAVAILABLE', `\`${options.word}\` does not run`, {
      hint: 'start it with podctl start, or leave the name out for a shell in a container of its own',
    });
  }
  return first ?? null;
}

function pausedError({ name }: ContainerFacts, program: string): PodctlError {
  return new PodctlError('UNAVAILABLE', `\`${name}\` is paused`, { hint: `let it go on: ${program} unpause ${name}` });
}

async function enter(container: ContainerFacts, options: ShellOptions, context: Context): Promise<number> {
  const { host } = context.world;
  const flavour = flavourOf(host);
  const place = placeInside(await namesOf(host.cwd, context.world), container.mounts, flavour);
  const program = await programOf(options, context);
  return runExec(
    {
      selection: { words: [container.name], mode: undefined },
      engine: options.engine,
      stack: options.stack,
      dryRun: options.dryRun,
      json: options.json,
      shell: options.shell,
      command: program,
      workdir: options.workdir ?? place,
      user: options.user ?? container.labels[LABEL.runsAs] ?? null,
    },
    context,
  );
}

// What runs may be of a profile that is no longer chosen here; then any shell will do.
async function programOf({ profile }: ShellOptions, { world }: Context): Promise<readonly string[]> {
  try {
    const { loaded } = await chooseProfile(profile, world);
    return loaded.profile.shell ?? ANY_SHELL;
  } catch (error) {
    if (error instanceof PodctlError && error.code === 'USAGE' && profile === undefined) return ANY_SHELL;
    throw error;
  }
}

async function startShell(options: ShellOptions, context: Context): Promise<number> {
  const chosen = await chooseProfile(options.profile, context.world);
  return runProfileCommand(shellCommand(chosen, options, context.world), options, context);
}
