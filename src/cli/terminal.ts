import type { World } from '../io/world.js';

/** Which of the standard streams are terminals. */
export function terminalOf({ streams }: Pick<World, 'streams'>): { readonly stdin: boolean; readonly stdout: boolean } {
  return { stdin: streams.isTerminal('stdin'), stdout: streams.isTerminal('stdout') };
}
