import type { World } from '../io/world.js';

/** Which of the standard streams are terminals. */
export function terminalOf({ streams }: Pick<World, 'streams'>): { readonly stdin: boolean; readonly stdout: boolean } {
  return { stdin: streams.inputIsTerminal ?? streams.stdin.isTTY === true, stdout: streams.stdout.isTTY === true };
}
