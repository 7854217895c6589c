import type { Command } from 'commander';
import { PodctlError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import type { Context } from '../context.js';
import { FLAGS, type FlagKey } from '../flags.js';
import { type Flags, makeCommand } from '../parser.js';
import type { RacAction } from '../rac/action.js';
import { RAC_ACTIONS } from '../rac/actions.js';

/** `podctl rac ACTION [WORD…]`. What each action takes stands in the table of src/cli/rac/actions.ts. */
export function defineRac(context: Context): Command {
  const shown = Object.entries(RAC_ACTIONS).filter(([, { hidden }]) => hidden !== true);
  const about = shown.map(([name, { words, about: what }]) => `  ${[name, words].join(' ').padEnd(26)} ${what}`);
  const command = makeCommand(
    {
      name: 'rac',
      about: `a registry and a host for web applications on this machine: push an image, and it runs when somebody asks for it\n\nActions:\n${about.join('\n')}`,
      flags: [...new Set(shown.flatMap(([, { flags }]) => flags))],
      examples: [
        'podctl rac up',
        'docker push 127.0.0.1:5100/me/app:1',
        'podctl rac signup me',
        'podctl rac claim me/app',
        'podctl rac status',
        'podctl rac down',
      ],
    },
    context.world.streams,
  )
    .argument('[ACTION]', 'one of the actions above; this help when left out')
    .argument('[WORD...]', 'what the action is about; for exec: NAME, then the program with its arguments')
    .action((name: string | undefined, words: readonly string[], flags: Flags) =>
      name === undefined ? command.outputHelp() : context.finish(runRac({ name, words, flags }, context)),
    );
  return command;
}

type Line = { readonly name: string; readonly words: readonly string[]; readonly flags: Flags };

async function runRac({ name, words, flags }: Line, context: Context): Promise<number> {
  const action = Object.hasOwn(RAC_ACTIONS, name) ? RAC_ACTIONS[name] : undefined;
  if (action === undefined) throw unknown(name);
  check(name, action, { words, flags });
  return (await action.load())({ words, flags }, context);
}

function check(name: string, action: RacAction, { words, flags }: Omit<Line, 'name'>): void {
  const usage = `podctl rac ${[name, action.words].filter((part) => part !== '').join(' ')}`;
  const wanted = action.words.split(' ').filter((word) => word !== '');
  const least = wanted.filter((word) => !word.startsWith('[')).length;
  const most = action.words.includes('…') ? Number.POSITIVE_INFINITY : wanted.length;
  if (words.length < least) throw new PodctlError('USAGE', `\`rac ${name}\` needs more words`, { hint: usage });
  if (words.length > most) {
    throw new PodctlError('USAGE', `\`rac ${name}\` has no use for \`${words[most]}\``, { hint: usage });
  }
  const stray = KEYS.find((key) => given(flags, key) && !action.flags.includes(key));
  if (stray === undefined) return;
  const known = action.flags.map((key) => `--${FLAGS[key].long}`).join(', ');
  throw new PodctlError('USAGE', `\`podctl rac ${name}\` has no use for \`--${FLAGS[stray].long}\``, {
    hint: known === '' ? 'it takes no options' : `it knows ${known}`,
  });
}

const KEYS: readonly FlagKey[] = [...new Set(Object.values(RAC_ACTIONS).flatMap(({ flags }) => flags))];

function given(flags: Flags, key: FlagKey): boolean {
  return new Map<string, unknown>(Object.entries(flags)).get(key) !== undefined;
}

function unknown(name: string): PodctlError {
  const names = Object.keys(RAC_ACTIONS).filter((one) => RAC_ACTIONS[one]?.hidden !== true);
  const meant = nearest(name, names);
  return new PodctlError('USAGE', `\`rac\` cannot \`${name}\``, {
    hint: meant === undefined ? `podctl rac ${names.join(', ')}` : `did you mean podctl rac ${meant}?`,
  });
}
