import { escapeControl, redactUrls } from '../../core/text.js';
import { isSecretVariable } from '../../profile/contract-source.js';
import { diffEnv, type EnvDiff, type EnvDiffRow, type EnvReader } from '../../profile/env-diff.js';
import type { Context } from '../context.js';
import type { Flags } from '../parser.js';
import { shownPath } from '../profiles.js';
import { type Environment, readEnvironment } from '../run/environment.js';
import { processVariables } from '../run/variables.js';
import { formatTable } from '../ui/table.js';
import { openEnvSite } from './site.js';

const READERS = ['docker', 'podman', 'compose'] as const satisfies readonly EnvReader[];
const REDACTED = '[redacted]';

/** `podctl env diff`: what plain docker run, podman run and compose would each make of the same env files. */
export async function envDiff(flags: Flags, context: Context): Promise<number> {
  const { world, output } = context;
  const site = await openEnvSite(flags, context);
  const environment = await readEnvironment({ ...site, command: null }, world);
  const files = await textsOf(environment, context);
  const diff = diffEnv({
    files,
    environment: processVariables(world.host),
    podctl: podctlValues(environment),
    compose: fileValues(environment),
  });
  const open = new Set(
    environment.declared.flatMap(({ name, variable }) => (isSecretVariable(variable) ? [] : [name])),
  );
  if (flags.json === true) {
    const variables = diff.rows.map((row) => toJson(row, open));
    output.json({ files: files.map(({ file }) => file), variables, refusals: diff.refusals });
    return 0;
  }
  output.text(
    formatTable(
      ['NAME', 'PODCTL', 'DOCKER RUN', 'PODMAN RUN', 'COMPOSE'],
      diff.rows.map((row) => toCells(row, diff, open)),
    ),
  );
  for (const { reader, file, line, reason } of diff.refusals) {
    output.note(`${reader} run would not start: ${escapeControl(file)}:${line}: ${reason}`);
  }
  return 0;
}

async function textsOf({ files }: Environment, { world }: Context): Promise<readonly { file: string; text: string }[]> {
  const texts = await Promise.all(files.map(async ({ path }) => [path, await world.files.readText(path)] as const));
  return texts.flatMap(([path, text]) => (text === null ? [] : [{ file: shownPath(path, world.host), text }]));
}

function fileValues({ entries }: Environment): ReadonlyMap<string, string> {
  return new Map(entries.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const])));
}

// What the container gets: of declared variables the value that counts, of others what the files say.
function podctlValues(environment: Environment): ReadonlyMap<string, string> {
  const values = new Map(fileValues(environment));
  for (const { name, variable, value } of environment.declared) {
    values.delete(name);
    if (value !== null && variable.container !== false) values.set(name, value);
  }
  return values;
}

function toCells(row: EnvDiffRow, { refusals }: EnvDiff, open: ReadonlySet<string>): readonly string[] {
  const { name, podctl, read } = row;
  const own = podctl === null ? '-' : podctl === '' ? '""' : open.has(name) ? redactUrls(podctl) : REDACTED;
  const others = READERS.map((reader) => {
    if (refusals.some((refusal) => refusal.reader === reader)) return 'refused';
    const { how } = read[reader];
    return how.length === 0 ? (podctl === null ? '-' : 'same') : how.join(', ');
  });
  return [name, own, ...others];
}

function toJson({ name, podctl, read }: EnvDiffRow, open: ReadonlySet<string>) {
  const shown = (value: string | null) =>
    value === null || value === '' ? value : open.has(name) ? redactUrls(value) : REDACTED;
  const others = READERS.map((reader) => {
    const { value, how } = read[reader];
    return [reader, { value: shown(value), same: how.length === 0, how }] as const;
  });
  return { name, podctl: shown(podctl), ...Object.fromEntries(others) };
}
