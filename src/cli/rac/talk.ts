import type { FlagKey } from '../flags.js';

/** Flags of whatever speaks to a RAC server. */
export const TALK = ['server', 'home', 'json'] as const satisfies readonly FlagKey[];
