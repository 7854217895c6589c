import type { Command } from 'commander';
import { EXIT_CODE } from '../../core/errors.js';
import { quote } from '../../core/shell.js';
import { escapeControl } from '../../core/text.js';
import { formatLock, type Lock, type LockSource } from '../../profile/lock-file.js';
import type { Context } from '../context.js';
import { nameImages } from '../images.js';
import { type Change, changesOf } from '../lock/changes.js';
import { lookAtImages } from '../lock/look.js';
import { lockPath, needLock, readLock } from '../lock/read.js';
import { type Flags, makeCommand } from '../parser.js';

export type LockOptions = {
  /** Keys of images; empty: all. */
  readonly names: readonly string[];
  readonly profile: string | undefined;
  readonly engine: string | undefined;
  readonly envFiles: readonly string[];
  readonly check: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
};

/** `podctl lock [NAME…]`. */
export function defineLock(context: Context): Command {
  return makeCommand(
    {
      name: 'lock',
      about: "write the images' digests to podctl.lock, which --locked insists on",
      flags: ['check', 'envFile', 'dryRun', 'json', 'engine', 'profile'],
      examples: ['podctl lock', 'podctl lock --check', 'podctl lock base'],
    },
    context.world.streams,
  )
    .argument('[NAME...]', 'images of the profile; all when left out')
    .action((names: readonly string[], flags: Flags) => context.finish(runLock(readOptions(names, flags), context)));
}

/** Ask registries and the engine, and write podctl.lock; with `--check` only tell what moved, with exit code 65 when something did. */
export async function runLock(options: LockOptions, context: Context): Promise<number> {
  const { world, output } = context;
  const images = await nameImages(options, context);
  const { project } = images.chosen;
  const old = options.check ? await needLock(project, world) : await readLock(project, world);
  const now = await lookAtImages(images, options, context);
  const lock = joined(old, now, { names: options.names, keys: Object.keys(images.named) });
  const changes = changesOf(old?.lock ?? {}, lock);
  if (options.check) return tellCheck(changes, options, context);
  const path = lockPath(project, world);
  const text = formatLock(lock);
  const steps = [{ do: 'file', action: 'write', path, why: "the images' digests" }];
  if (options.json) output.json({ lock: path, images: lock, changes, ...(options.dryRun ? { steps } : {}) });
  else if (options.dryRun) output.text(`write ${quote(path, 'sh')}\n`);
  if (!options.dryRun) await world.files.writeText(path, text);
  for (const change of changes) output.note(escapeControl(sentenceOf(change)));
  if (!options.json && !options.dryRun) output.text(`${path}\n`);
  return 0;
}

function readOptions(names: readonly string[], flags: Flags): LockOptions {
  return {
    names,
    profile: flags.profile,
    engine: flags.engine,
    envFiles: flags.envFile ?? [],
    check: flags.check === true,
    dryRun: flags.dryRun === true,
    json: flags.json === true,
  };
}

// Images that were not asked for stay as they were; those that the profile no longer has go.
function joined(
  old: LockSource | null,
  now: Lock,
  { names, keys }: { readonly names: readonly string[]; readonly keys: readonly string[] },
): Lock {
  const kept = Object.entries(old?.lock ?? {}).filter(
    ([key]) => keys.includes(key) && names.length > 0 && !names.includes(key),
  );
  return { ...Object.fromEntries(kept), ...now };
}

function tellCheck(changes: readonly Change[], { json }: LockOptions, { output }: Context): number {
  if (json) output.json({ changes });
  else if (changes.length === 0) output.text('nothing moved\n');
  else output.text(changes.map((change) => `${escapeControl(sentenceOf(change))}\n`).join(''));
  return changes.length === 0 ? 0 : EXIT_CODE.BAD_DATA;
}

function sentenceOf({ key, what, from, to }: Change): string {
  const name = `image \`${key}\`${what === 'image' ? '' : `: ${what}`}`;
  if (from === null) return `${name}: ${to ?? ''}`;
  return to === null ? `${name}: no longer there, was ${from}` : `${name}: ${from} is now ${to}`;
}
