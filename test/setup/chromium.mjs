// @ts-check
import { existsSync } from 'node:fs';
import { canInstall, ensurePackages } from './apt.mjs';
import { findProgram } from './command.mjs';
import { SetupError } from './say.mjs';

const DEBIAN = '/usr/bin/chromium';

/** Chromium, in which RAC's page is tested: Debian's, installed when it is missing; elsewhere the one on the path. */
export async function chromiumUp() {
  if (canInstall()) await ensurePackages({ [DEBIAN]: 'chromium' });
  const path = chromiumPath();
  if (path === null) throw new SetupError('chromium is missing', 'install chromium, then try again');
  return path;
}

/** @returns {string | null} */
export function chromiumPath() {
  if (existsSync(DEBIAN)) return DEBIAN;
  return findProgram('chromium') ?? findProgram('google-chrome') ?? null;
}
