import type { Command } from 'commander';
import { parseDuration } from '../../core/duration.js';
import { PodctlError } from '../../core/errors.js';
import { runPruneVerb } from '../clean/prune.js';
import type { PruneOptions } from '../clean/prune-listed.js';
import type { Context } from '../context.js';
import { type Flags, makeCommand } from '../parser.js';
import { readPrinting } from '../printing.js';
import { readStackChoice } from '../stack/options.js';

/** `podctl prune`. */
export function definePrune(context: Context): Command {
  return makeCommand(
    {
      name: 'prune',
      about:
        'remove what this project no longer uses: stopped containers, images that lost their tag, networks. It lists all with sizes first, asks, and removes exactly that list',
      flags: [
        ...(['all', 'olderThan', 'keep', 'volumes', 'images', 'buildCache', 'yes', 'confirm'] as const),
        ...(['dryRun', 'json', 'shell', 'engine', 'profile', 'composeFile', 'projectName'] as const),
      ],
      examples: [
        'podctl prune --dry-run',
        'podctl prune --older-than 7d --keep 2 --yes',
        "podctl prune --volumes 'cache-*'",
        'podctl prune --images app:old',
        'podctl prune --all --yes --confirm docker',
      ],
    },
    context.world.streams,
  ).action((flags: Flags) => context.finish(runPruneVerb(readPruneOptions(flags, context.purpose), context)));
}

/** Flags → options. */
export function readPruneOptions(flags: Flags, purpose: Context['purpose']): PruneOptions {
  const all = flags.all === true;
  if (flags.confirm !== undefined && !all) {
    throw new PodctlError('USAGE', '`--confirm` is for --all', { hint: 'podctl prune --yes asks nothing' });
  }
  return {
    all,
    olderThan: flags.olderThan === undefined ? null : durationOf(flags.olderThan),
    keep: flags.keep === undefined ? null : countOf(flags.keep),
    volumes: flags.volumes ?? [],
    images: flags.images ?? [],
    buildCache: flags.buildCache === true,
    yes: flags.yes === true,
    confirm: flags.confirm ?? null,
    choice: readStackChoice(flags),
    ...readPrinting(flags, purpose),
  };
}

function durationOf(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof PodctlError)) throw error;
    throw new PodctlError('USAGE', `--older-than: ${error.message}`, { hint: 'write for instance 12h or 7d' });
  }
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new PodctlError('USAGE', `--keep: \`${text}\` is not a number of images`, {
    hint: 'write for instance --keep 2',
  });
}
