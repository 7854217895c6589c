import type { LoadedProfile } from './merge.js';
import { isTree, treeOf } from './tree.js';

/** A profile that has one command more: one of podctl's own verbs that starts the profile's container. It publishes no ports. */
export function withOwnCommand(loaded: LoadedProfile, name: string): LoadedProfile {
  const command = { ports: false };
  const commands = loaded.tree.entries.get('commands');
  const own = treeOf({ [name]: command }, { file: '', path: ['commands'] });
  const before = isTree(commands) ? commands : { entries: new Map(), sources: [] };
  const entries = new Map([...before.entries, ...own.entries]);
  return {
    ...loaded,
    profile: { ...loaded.profile, commands: { ...loaded.profile.commands, [name]: command } },
    tree: { ...loaded.tree, entries: new Map([...loaded.tree.entries, ['commands', { ...before, entries }]]) },
  };
}
