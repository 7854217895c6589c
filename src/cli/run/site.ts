import type { Problem } from '../../core/errors.js';
import { formatPlace } from '../../core/place.js';
import { escapeControl } from '../../core/text.js';
import type { FoundEngine } from '../../engine/engine.js';
import type { ProfileCommand } from '../choose-profile.js';
import type { Context } from '../context.js';
import { gitName } from '../git-name.js';
import { type Draft, draftRun } from './draft.js';
import { makeFetch } from './fetch.js';
import type { RunOptions } from './options.js';
import type { RunSite } from './wanted.js';

/** Resolve one command of a profile; oddities of its env files are told on stderr. */
export async function draftCommand(target: ProfileCommand, options: RunOptions, context: Context): Promise<Draft> {
  const { mode, config, envFiles, flags } = options;
  const names = await gitName({ loaded: target.loaded, root: target.project.root }, context);
  const printed = options.dryRun || context.purpose === 'explain';
  const fetch = printed ? null : makeFetch(target.project, context);
  const request = { chosen: target, command: target.name, mode, config, envFiles, env: flags.env, names, fetch };
  const draft = await draftRun(request, context.world);
  for (const warning of draft.warnings) context.output.note(`warning: ${escapeControl(warningText(warning))}`);
  const adjusted = target.adjust === undefined ? draft : { ...draft, resolved: await target.adjust(draft.resolved) };
  if (!options.locked) return adjusted;
  const { lockRun } = await import('../lock/run.js');
  return { ...adjusted, ...(await lockRun(adjusted.resolved, { project: target.project, flags }, context)) };
}

/** One line for something that is odd and stops nothing. */
export function warningText({ message, hint, at }: Problem): string {
  return `${at === undefined ? '' : `${formatPlace(at)}: `}${message}${hint === undefined ? '' : `; ${hint}`}`;
}

/** Put together what a start is prepared from. */
export async function runSite(
  parts: {
    readonly target: ProfileCommand;
    readonly options: RunOptions;
    readonly draft: Draft;
    readonly found: FoundEngine;
  },
  { world, rooms, purpose }: Context,
): Promise<RunSite> {
  const { target, options, draft, found } = parts;
  const { makeObserver } = await rooms.observe();
  const observer = makeObserver(found, { host: world.host });
  // What the contract declares was settled with the profile; see draft.ts.
  const flags = { ...options.flags, env: draft.env };
  const { project, loaded } = target;
  const acts = !options.dryRun && purpose !== 'explain';
  const { via, iKnow } = options;
  return { project, loaded, draft, flags, via, found, observer, acts, iKnow };
}
