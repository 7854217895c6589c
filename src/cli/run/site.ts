import { escapeControl } from '../../core/text.js';
import type { FoundEngine } from '../../engine/engine.js';
import type { ProfileCommand } from '../choose-profile.js';
import type { Context } from '../context.js';
import { type Draft, draftRun } from './draft.js';
import type { RunOptions } from './options.js';
import type { RunSite } from './wanted.js';

/** Resolve one command of a profile; oddities of its env files are told on stderr. */
export async function draftCommand(target: ProfileCommand, options: RunOptions, context: Context): Promise<Draft> {
  const { mode, config, envFiles } = options;
  const draft = await draftRun({ chosen: target, command: target.name, mode, config, envFiles }, context.world);
  for (const { message } of draft.warnings) context.output.note(`warning: ${escapeControl(message)}`);
  return target.adjust === undefined ? draft : { ...draft, resolved: await target.adjust(draft.resolved) };
}

/** Put together what a start is prepared from. */
export async function runSite(
  parts: {
    readonly target: ProfileCommand;
    readonly options: RunOptions;
    readonly draft: Draft;
    readonly found: FoundEngine;
  },
  { world, rooms }: Context,
): Promise<RunSite> {
  const { target, options, draft, found } = parts;
  const { makeObserver } = await rooms.observe();
  const observer = makeObserver(found, { host: world.host });
  return { project: target.project, draft, flags: options.flags, via: options.via, found, observer };
}
