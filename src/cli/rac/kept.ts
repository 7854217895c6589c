import { PodctlError } from '../../core/errors.js';
import { formatBytes } from '../../core/size.js';
import type { KeptHome, KeptHomes } from '../../rac/kept-homes.js';
import type { Context } from '../context.js';
import type { Flags } from '../parser.js';
import { confirmYes } from '../ui/confirm.js';
import { formatTable } from '../ui/table.js';
import type { RacLine } from './action.js';

/** `podctl rac undo --list`. */
export async function listKept(homes: KeptHomes, { json }: Flags, { output }: Context): Promise<number> {
  const kept = await homes.list();
  if (json === true) output.json({ kept });
  else output.text(tableOf(kept));
  return 0;
}

/** `podctl rac undo --drop [ID…]`, of all when nothing is said: listed, asked, and then exactly that. */
export async function dropKept(
  homes: KeptHomes,
  { words, flags }: RacLine,
  { world, output }: Context,
): Promise<number> {
  const kept = await homes.list();
  for (const word of words) if (kept.every(({ id }) => id !== word)) throw noSuch(word);
  const meant = words.length === 0 ? kept : kept.filter(({ id }) => words.includes(id));
  if (flags.dryRun === true && meant.length > 0) {
    tellOf(meant, { drops: meant.map(({ id }) => id), bytes: bytesOf(meant) }, { flags, output });
    return 0;
  }
  if (meant.length > 0) {
    output.note(tableOf(meant).trimEnd());
    await confirmYes('remove these for good?', flags.yes === true, world);
  }
  for (const { id } of meant) await homes.drop(id);
  if (flags.json === true) output.json({ dropped: meant.map(({ id }) => id), bytes: bytesOf(meant) });
  else if (meant.length === 0) output.note('nothing to do: nothing of RAC is kept');
  else output.text(meant.map(({ id }) => `${id}\n`).join(''));
  return 0;
}

/** What a `--dry-run` is about. */
export function tellOf(
  kept: readonly KeptHome[],
  json: Readonly<Record<string, unknown>>,
  { flags, output }: { readonly flags: Flags; readonly output: Context['output'] },
): void {
  if (flags.json === true) output.json(json);
  else output.text(tableOf(kept));
}

/** The error of an id under which nothing is kept. */
export function noSuch(word: string): PodctlError {
  return new PodctlError('USAGE', `nothing is kept as \`${word}\``, { hint: 'podctl rac undo --list' });
}

function tableOf(kept: readonly KeptHome[]): string {
  const rows = kept.map(({ id, bytes, volumes }) => [
    id,
    bytes === null ? '?' : formatBytes(bytes),
    ['accounts, names, variables and settings', ...volumes.map((name) => `volume ${name}`)].join(', '),
  ]);
  return formatTable(['ID', 'SIZE', 'DATA'], rows);
}

function bytesOf(kept: readonly KeptHome[]): number {
  return kept.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
}
