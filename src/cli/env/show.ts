import { formatOrigin, type Origin } from '../../core/origin.js';
import { formatPlace } from '../../core/place.js';
import { escapeControl, redactUrls } from '../../core/text.js';
import { chooseMode } from '../../profile/choose.js';
import { type EnvRow, envRows } from '../../profile/env-rows.js';
import { placeOrigins } from '../../profile/placement.js';
import type { Context } from '../context.js';
import type { Flags } from '../parser.js';
import { shownPath } from '../profiles.js';
import { type Environment, readEnvironment } from '../run/environment.js';
import { warningText } from '../run/site.js';
import { formatTable } from '../ui/table.js';
import { type EnvSite, openEnvSite } from './site.js';

const REDACTED = '[redacted]';

/** `podctl env show`: every variable that the profile has to do with, and where its value comes from. Nothing is judged. */
export async function envShow(flags: Flags, context: Context): Promise<number> {
  const site = await openEnvSite(flags, context);
  const { loaded } = site.chosen;
  const mode = chooseMode(loaded, site.mode);
  const environment = await readEnvironment({ ...site, mode, command: null }, context.world);
  for (const warning of environment.warnings) context.output.note(`warning: ${escapeControl(warningText(warning))}`);
  const rows = await withPlaces(envRows(loaded, { ...environment, mode }), site);
  if (flags.json === true) {
    context.output.json({
      profile: loaded.name,
      mode,
      envFiles: filesOf(environment, context),
      variables: rows.map(toJson),
    });
  } else context.output.text(formatTable(['NAME', 'VALUE', 'FROM', 'CONTAINER'], rows.map(toCells)));
  return 0;
}

// Lines of the profile are looked for only now that somebody wants to see them.
async function withPlaces(rows: readonly EnvRow[], { chosen }: EnvSite): Promise<readonly EnvRow[]> {
  const origins = Object.fromEntries(rows.map(({ name, origin }) => [name, origin === null ? [] : [origin]] as const));
  const placed = await placeOrigins(origins, chosen.loaded.layers);
  return rows.map((row) => ({ ...row, origin: placed[row.name]?.[0] ?? null }));
}

function filesOf({ files, entries }: Environment, { world }: Context) {
  const read = new Set(entries.map(({ file }) => file));
  return files.map(({ path, required }) => {
    const file = shownPath(path, world.host);
    return { file, required, used: read.has(file) };
  });
}

function toCells(row: EnvRow): readonly string[] {
  const nothing = row.value === null && row.source === undefined;
  return [row.name, shownValue(row) ?? '-', fromOf(row), nothing ? '-' : row.container ? 'yes' : 'no'];
}

function shownValue({ value, secret }: EnvRow): string | null {
  if (value === null) return null;
  if (value === '') return '""';
  return secret ? REDACTED : redactUrls(value);
}

function fromOf({ origin, standard, required, source }: EnvRow): string {
  if (source !== undefined) return `${source}, when it runs`;
  if (origin === null) return required ? 'not set anywhere, but required' : 'not set anywhere';
  return standard ? `default (${whereOf(origin)})` : whereOf(origin);
}

function whereOf(origin: Origin): string {
  if (origin.kind === 'flag') return `flag ${origin.flag}`;
  if (origin.kind === 'profile') return formatPlace({ file: origin.file, line: origin.line });
  if (origin.kind !== 'variable') return formatOrigin(origin);
  return origin.file === undefined ? 'process environment' : formatPlace({ file: origin.file, line: origin.line });
}

function toJson({ name, value, secret, required, standard, origin, container, source }: EnvRow) {
  const shown = value === null ? null : secret && value !== '' ? REDACTED : redactUrls(value);
  return {
    name,
    value: shown,
    secret,
    required,
    default: standard,
    origin: origin === null ? null : originJson(origin),
    container,
    source,
  };
}

function originJson(origin: Origin) {
  const text = whereOf(origin);
  if (origin.kind === 'flag') return { kind: 'flag', text };
  if (origin.kind === 'profile') return { kind: 'profile', file: origin.file, line: origin.line, text };
  if (origin.kind !== 'variable' || origin.file === undefined) return { kind: 'process', text };
  return { kind: 'file', file: origin.file, line: origin.line, text };
}
