import type { Command } from 'commander';
import { PodctlError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import type { Context } from '../context.js';
import { type Flags, makeCommand } from '../parser.js';

/** What `podctl env` can do, each loaded when it is called. */
export type EnvAction = (flags: Flags, context: Context) => Promise<number>;

const ACTIONS: Readonly<Record<string, () => Promise<EnvAction>>> = {
  check: async () => (await import('../env/check.js')).envCheck,
  show: async () => (await import('../env/show.js')).envShow,
};

/** `podctl env ACTION`. */
export function defineEnv(context: Context): Command {
  return makeCommand(
    {
      name: 'env',
      about:
        'check: say what is wrong with the variables of a profile, as a run would; show: list them with where each value comes from, secrets hidden',
      flags: ['mode', 'env', 'envFile', 'json', 'profile'],
      examples: ['podctl env check', 'podctl env check --env-file staging.env', 'podctl env show --profile gantry'],
    },
    context.world.streams,
  )
    .argument('<ACTION>', Object.keys(ACTIONS).join(', '))
    .action((action: string, flags: Flags) => context.finish(runAction(action, flags, context)));
}

async function runAction(action: string, flags: Flags, context: Context): Promise<number> {
  const load = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  if (load === undefined) {
    const names = Object.keys(ACTIONS);
    const meant = nearest(action, names);
    throw new PodctlError('USAGE', `\`env\` cannot \`${action}\``, {
      hint: meant === undefined ? `podctl env ${names.join(', ')}` : `did you mean ${meant}?`,
    });
  }
  return (await load())(flags, context);
}
