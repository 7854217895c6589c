import { PodctlError, type Problem } from '../../core/errors.js';
import { isExactText } from '../../io/exact-text.js';
import type { Host } from '../../io/host.js';
import type { World } from '../../io/world.js';
import { type Dotenv, parseDotenv } from '../../profile/dotenv.js';
import type { DotenvEntry, EnvFileRef, NamedValues, Variables } from '../../profile/resolved.js';
import { shownPath } from '../profiles.js';

/** The environment that podctl was started with. */
export function processVariables(host: Host): Variables {
  return Object.fromEntries(
    Object.entries(host.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, { value }]])),
  );
}

/** Named values that the host gives. */
export function hostNames(host: Host, project: string): NamedValues {
  return {
    project,
    home: host.home,
    uid: host.uid === null ? undefined : String(host.uid),
    gid: host.gid === null ? undefined : String(host.gid),
    user: host.env['USER'] ?? host.env['USERNAME'],
  };
}

/** Entries of all env files, in order, and what is odd about them. A missing file is an error where it is required. */
export async function readEnvFiles(files: readonly EnvFileRef[], variables: Variables, world: World): Promise<Dotenv> {
  const entries: DotenvEntry[] = [];
  const warnings: Problem[] = [];
  for (const { path, required } of files) {
    const file = shownPath(path, world.host);
    // oxlint-disable-next-line no-await-in-loop -- a later file may use what an earlier one set
    const text = await world.files.readText(path);
    if (text !== null) {
      // As compose has it: for a later file the earlier ones say more than the environment does.
      // oxlint-disable-next-line no-await-in-loop -- a later file may use what an earlier one set
      const damaged = !(await isExactText(path, text, world.files));
      const read = parseDotenv({ file, text, damaged }, { ...variables, ...fileVariables(entries) });
      entries.push(...read.entries);
      warnings.push(...read.warnings);
    } else if (required) {
      throw new PodctlError('MISSING_INPUT', `the env file \`${file}\` does not exist`, {
        hint: 'write it, or correct the path',
      });
    }
  }
  return { entries, warnings };
}

/** The process environment over the env files; of the files, a later one wins. */
export function withFileVariables(variables: Variables, entries: readonly DotenvEntry[]): Variables {
  return { ...fileVariables(entries), ...variables };
}

function fileVariables(entries: readonly DotenvEntry[]): Variables {
  const set = entries.flatMap(({ name, value, file, line }) =>
    value === null ? [] : [[name, { value, file, line }] as const],
  );
  return Object.fromEntries(set);
}
