import type { Command } from 'commander';
import { PodctlError } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import { quote } from '../../core/shell.js';
import { findAssets } from '../../io/assets.js';
import { renderInit } from '../../profile/init.js';
import type { Context } from '../context.js';
import { type Flags, makeCommand } from '../parser.js';
import { findProfile, loadProfile } from '../profiles.js';
import { flavourOf, identify, PROFILE_FILE } from '../project.js';

export type InitOptions = {
  /** Shipped profile or path to extend; null: a profile of its own. */
  readonly base: string | null;
  readonly dryRun: boolean;
  readonly json: boolean;
};

/** `podctl init [PROFILE]`. */
export function defineInit(context: Context): Command {
  return makeCommand(
    {
      name: 'init',
      about: 'write a commented podctl.toml into this folder',
      flags: ['dryRun', 'json'],
      examples: ['podctl init', 'podctl init desi-api'],
    },
    context.world.streams,
  )
    .argument('[PROFILE]', 'shipped profile or file that the new one extends')
    .action((base: string | undefined, flags: Flags) => {
      const options = { base: base ?? null, dryRun: flags.dryRun === true, json: flags.json === true };
      return context.finish(runInit(options, context));
    });
}

/** Write podctl.toml; a file of that name is never overwritten. */
export async function runInit(options: InitOptions, context: Context): Promise<number> {
  const { world, output } = context;
  const path = resolvePath(world.host.cwd, PROFILE_FILE, flavourOf(world.host));
  if ((await world.files.lstat(path)) !== null) {
    throw new PodctlError('CANNOT_CREATE', `\`${PROFILE_FILE}\` is already here`, {
      hint: `edit it, or move it away and run podctl init again`,
    });
  }
  const text = await profileText(options.base, context);
  if (options.json) {
    output.json({ steps: [{ do: 'file', action: 'write', path, why: 'a profile for this project' }] });
  } else if (options.dryRun) output.text(`write ${quote(path, 'sh')}\n`);
  if (options.dryRun) return 0;
  await world.files.writeText(path, text);
  output.note(`wrote ${PROFILE_FILE}; podctl --help now lists its commands`);
  return 0;
}

async function profileText(word: string | null, { world }: Context): Promise<string> {
  const { templates } = await findAssets(world.files, world.assets);
  const template = await world.files.readText(resolvePath(templates, 'podctl.toml', flavourOf(world.host)));
  if (template === null) {
    throw new PodctlError('BUG', 'the template `podctl.toml` is missing', { hint: 'install podctl again' });
  }
  const { name } = await identify(world.host.cwd, world.files);
  if (word === null) return renderInit(null, { template, name });
  const loaded = await loadProfile(await findProfile(word, world), world);
  return renderInit({ word, loaded }, { template, name });
}
