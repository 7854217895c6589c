import type { Command } from 'commander';
import type { Context } from '../context.js';
import { type DbOptions, readDbOptions } from '../db/options.js';
import { type Flags, makeCommand } from '../parser.js';

/** `podctl db ACTION [WORD…]`. */
export function defineDb(context: Context): Command {
  return makeCommand(
    {
      name: 'db',
      about:
        'look at the data of the profile, back it up while the application runs, restore it, and check backups and migrations',
      flags: [
        ...(['mode', 'force', 'stop', 'pause', 'confirm', 'dryRun', 'json', 'shell'] as const),
        ...(['envFile', 'engine', 'via', 'profile'] as const),
      ],
      examples: [
        'podctl db status',
        'podctl db backup',
        'podctl db list',
        'podctl db restore db 20261121T033012Z --force --stop',
        'podctl db verify',
        'podctl db migrations new add_index',
        'podctl db migrations check',
      ],
    },
    context.world.streams,
  )
    .argument('<ACTION>', 'status, backup, restore, list, verify or migrations')
    .argument('[WORD...]', 'a key of [data], the id of a backup; for migrations: new NAME, check or status')
    .action((action: string, words: readonly string[], flags: Flags) =>
      context.finish(runDb(readDbOptions(action, words, { flags, purpose: context.purpose }), context)),
    );
}

/** Carry out one action; each has a file of its own. */
export async function runDb(options: DbOptions, context: Context): Promise<number> {
  switch (options.action) {
    case 'status':
      return (await import('../db/status.js')).runStatus(options, context);
    case 'backup':
      return (await import('../db/backup.js')).runBackup(options, context);
    case 'restore':
      return (await import('../db/restore.js')).runRestore(options, context);
    case 'list':
      return (await import('../db/list.js')).runList(options, context);
    case 'verify':
      return (await import('../db/verify.js')).runVerify(options, context);
    case 'migrations':
      return (await import('../db/migrations.js')).runMigrations(options, context);
    default:
      return options.action satisfies never;
  }
}
