import { PodctlError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import type { Context } from '../context.js';
import type { Flags } from '../parser.js';
import { type Printing, readPrinting } from '../printing.js';

export const DB_ACTIONS = ['status', 'backup', 'restore', 'list', 'verify', 'migrations'] as const;

/** What every `podctl db` understands. `words`: what follows the action. */
export type DbOptions = Printing & {
  readonly action: (typeof DB_ACTIONS)[number];
  readonly words: readonly string[];
  readonly mode: string | undefined;
  readonly profile: string | undefined;
  readonly engine: string | undefined;
  readonly via: 'cli' | 'api';
  readonly envFiles: readonly string[];
  readonly force: boolean;
  readonly stop: boolean;
  readonly pause: boolean;
  readonly confirm: string | null;
};

/** Flags → options. */
export function readDbOptions(
  action: string,
  words: readonly string[],
  { flags, purpose }: { readonly flags: Flags; readonly purpose: Context['purpose'] },
): DbOptions {
  const known = DB_ACTIONS.find((name) => name === action);
  if (known === undefined) {
    const meant = nearest(action, DB_ACTIONS);
    throw new PodctlError('USAGE', `\`db\` cannot \`${action}\``, {
      hint: meant === undefined ? `podctl db ${DB_ACTIONS.join(', ')}` : `did you mean podctl db ${meant}?`,
    });
  }
  refuseUseless(known, flags);
  return {
    action: known,
    words,
    mode: flags.mode,
    profile: flags.profile,
    engine: flags.engine,
    via: flags.via ?? 'cli',
    envFiles: flags.envFile ?? [],
    force: flags.force === true,
    stop: flags.stop === true,
    pause: flags.pause === true,
    confirm: flags.confirm ?? null,
    ...readPrinting(flags, purpose),
  };
}

/** Flags that mean something to some actions only. */
const ONLY: readonly (readonly [flag: keyof Flags, actions: readonly DbOptions['action'][]])[] = [
  ['force', ['restore']],
  ['stop', ['restore']],
  ['confirm', ['restore']],
  ['pause', ['backup']],
  ['dryRun', ['backup', 'restore']],
];

function refuseUseless(action: DbOptions['action'], flags: Flags): void {
  for (const [flag, actions] of ONLY) {
    if (flags[flag] === undefined || actions.includes(action)) continue;
    const written = flag === 'dryRun' ? 'dry-run' : flag;
    throw new PodctlError('USAGE', `\`db ${action}\` has no use for \`--${written}\``, {
      hint: `it belongs to podctl db ${actions.join(' and ')}`,
    });
  }
}
