import type { Variables } from '../../profile/resolved.js';
import { type Chosen, chooseProfile } from '../choose-profile.js';
import type { Context } from '../context.js';
import type { Flags } from '../parser.js';

/** The profile whose variables are meant, and what the command line says about them. */
export type EnvSite = {
  readonly chosen: Chosen;
  readonly mode: string | null;
  readonly envFiles: readonly string[];
  readonly env: readonly string[];
  /** Values that sources gave. */
  readonly sourced?: Variables;
};

/** Flags → site. Throws USAGE where no profile is named and several could be meant. */
export async function openEnvSite(flags: Flags, { world }: Context): Promise<EnvSite> {
  return {
    chosen: await chooseProfile(flags.profile, world),
    mode: flags.mode ?? null,
    envFiles: flags.envFile ?? [],
    env: flags.env ?? [],
  };
}
