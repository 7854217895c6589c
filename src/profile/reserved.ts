/** podctl's own verbs, which a profile's command or alias may not be called. */
export const RESERVED_COMMANDS: readonly string[] = (
  'run up config watch down start stop restart ps logs exec shell pull build fresh test-image image prune reset undo login logout ' +
  'env db plan explain audit doctor profiles init import export deploy lock rac completion help'
).split(' ');

/** One spelling for names that people type: dashes and underscores are the same. */
export function foldName(name: string): string {
  return name.replaceAll('-', '_');
}

/** True when a command may not have this name, however its dashes are written. */
export function isReserved(name: string): boolean {
  return RESERVED_COMMANDS.some((verb) => foldName(verb) === foldName(name));
}
