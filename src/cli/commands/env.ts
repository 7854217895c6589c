import type { Command } from 'commander';
import { PodctlError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import type { Context } from '../context.js';
import { FLAGS } from '../flags.js';
import { type Flags, makeCommand } from '../parser.js';

/** What `podctl env` can do, each loaded when it is called, and the flags that it has use for. */
type EnvAction = {
  readonly flags: readonly (typeof KEYS)[number][];
  readonly load: () => Promise<(flags: Flags, context: Context) => Promise<number>>;
};

const READING = ['profile', 'mode', 'env', 'envFile', 'json'] as const;

const ACTIONS: Readonly<Record<string, EnvAction>> = {
  init: {
    flags: ['profile', 'from', 'file', 'yes', 'dryRun', 'json'],
    load: async () => (await import('../env/init.js')).envInit,
  },
  check: { flags: [...READING, 'resolve'], load: async () => (await import('../env/check.js')).envCheck },
  show: { flags: READING, load: async () => (await import('../env/show.js')).envShow },
  diff: { flags: ['profile', 'mode', 'envFile', 'json'], load: async () => (await import('../env/diff.js')).envDiff },
};

/** `podctl env ACTION`. */
export function defineEnv(context: Context): Command {
  return makeCommand(
    {
      name: 'env',
      about:
        'init: write the env file of a project, with generated secrets and blanks to fill; check: say what is wrong with the variables of a profile, as a run would; show: list them with where each value comes from, secrets hidden; diff: say what docker run, podman run and compose would each make of the same files',
      flags: ['profile', 'mode', 'env', 'envFile', 'from', 'file', 'yes', 'resolve', 'dryRun', 'json'],
      examples: [
        'podctl env init',
        'podctl env check',
        'podctl env check --env-file staging.env',
        'podctl env show --profile gantry',
        'podctl env diff',
      ],
    },
    context.world.streams,
  )
    .argument('<ACTION>', Object.keys(ACTIONS).join(', '))
    .action((name: string, flags: Flags) => context.finish(runAction(name, flags, context)));
}

async function runAction(name: string, flags: Flags, context: Context): Promise<number> {
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined) {
    const names = Object.keys(ACTIONS);
    const meant = nearest(name, names);
    throw new PodctlError('USAGE', `\`env\` cannot \`${name}\``, {
      hint: meant === undefined ? `podctl env ${names.join(', ')}` : `did you mean ${meant}?`,
    });
  }
  const stray = KEYS.find((key) => flags[key] !== undefined && !action.flags.includes(key));
  if (stray !== undefined) {
    const hint = `it knows ${action.flags.map((key) => `--${FLAGS[key].long}`).join(', ')}`;
    throw new PodctlError('USAGE', `\`podctl env ${name}\` has no use for \`--${FLAGS[stray].long}\``, { hint });
  }
  return (await action.load())(flags, context);
}

const KEYS = ['profile', 'mode', 'env', 'envFile', 'from', 'file', 'yes', 'resolve', 'dryRun', 'json'] as const;
