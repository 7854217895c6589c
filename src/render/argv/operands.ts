import type { ArgToken } from '../token.js';
import { toggle } from './flags.js';

/** Names after the flags; `--` only where one could be taken for a flag. */
export function operands(names: readonly string[], at: string): readonly ArgToken[] {
  const dashed = names.some((name) => name.startsWith('-'));
  return [...toggle('--', dashed, at), ...names.map((text) => ({ text, at }))];
}
