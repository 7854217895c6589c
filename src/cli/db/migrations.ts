import { EXIT_CODE, PodctlError, throwProblems } from '../../core/errors.js';
import { nextMigration, pendingAfter, readMigrations } from '../../core/migrations.js';
import { resolvePath } from '../../core/path.js';
import { sqliteFacts } from '../../io/sqlite.js';
import type { ResolvedData } from '../../profile/resolve-data.js';
import type { Context } from '../context.js';
import { shownPath } from '../profiles.js';
import { flavourOf } from '../project.js';
import { formatTable } from '../ui/table.js';
import type { DbOptions } from './options.js';
import { askEngine, type DataSite, openDataSite, placeOf } from './site.js';

type Folder = { readonly entry: ResolvedData; readonly path: string; readonly names: readonly string[] };

/** `podctl db migrations new NAME [KEY] | check [KEY] | status [KEY]`. */
export async function runMigrations(options: DbOptions, context: Context): Promise<number> {
  const [action, ...words] = options.words;
  const site = await openDataSite(options, context);
  if (action === 'new') return makeNew(words, { site, options }, context);
  if (action === 'check') return check(await folderOf(words, site, context), options, context);
  if (action === 'status') return status(await folderOf(words, site, context), { site, options }, context);
  throw new PodctlError(
    'USAGE',
    action === undefined ? '`db migrations` needs to know what to do' : `\`db migrations\` cannot \`${action}\``,
    {
      hint: 'podctl db migrations new NAME, check or status',
    },
  );
}

async function makeNew(
  [name, ...words]: readonly string[],
  { site, options }: { readonly site: DataSite; readonly options: DbOptions },
  context: Context,
): Promise<number> {
  if (name === undefined) {
    throw new PodctlError('USAGE', 'the new migration needs a name', { hint: 'podctl db migrations new add_index' });
  }
  const { path, names } = await folderOf(words, site, context);
  const next = nextMigration(name, readMigrations(names));
  if (typeof next !== 'string') throw new PodctlError('USAGE', next.message, { hint: next.hint });
  const { files, host } = context.world;
  const file = resolvePath(path, next, flavourOf(host));
  await files.makeDirectory(path);
  await files.writeText(file, `-- ${next}: leads to PRAGMA user_version ${Number(next.slice(0, 3))}\n`);
  if (options.json) context.output.json({ file });
  else context.output.text(`${shownPath(file, host)}\n`);
  return 0;
}

function check({ path, names }: Folder, { json }: DbOptions, { output, world }: Context): number {
  const migrations = readMigrations(names);
  if (json) {
    output.json({ folder: path, migrations: migrations.list, problems: migrations.problems });
    return migrations.problems.length === 0 ? 0 : EXIT_CODE.BAD_DATA;
  }
  throwProblems('BAD_DATA', `\`${shownPath(path, world.host)}\` has mistakes`, migrations.problems);
  output.text(`${shownPath(path, world.host)}: ${migrations.list.length} migrations, fine\n`);
  return 0;
}

async function status(
  { entry, path, names }: Folder,
  { site, options }: { readonly site: DataSite; readonly options: DbOptions },
  context: Context,
): Promise<number> {
  const migrations = readMigrations(names);
  const version = await versionOf(entry, site, { options, context });
  const pending = pendingAfter(version ?? 0, migrations);
  const { output } = context;
  if (options.json) {
    output.json({
      folder: path,
      key: entry.key,
      version,
      migrations: migrations.list,
      pending,
      problems: migrations.problems,
    });
    return 0;
  }
  const rows = migrations.list.map((one) => [one.file, pending.includes(one) ? 'pending' : 'applied']);
  output.text(formatTable(['MIGRATION', 'STATE'], rows));
  output.note(version === null ? 'note: there is no database yet' : `note: the database has user_version ${version}`);
  for (const { message } of migrations.problems) output.note(`warning: ${message}`);
  return 0;
}

async function versionOf(
  entry: ResolvedData,
  site: DataSite,
  { options, context }: { readonly options: DbOptions; readonly context: Context },
): Promise<number | null> {
  const side = await askEngine(site, { wanted: options.engine, purpose: 'look' }, context);
  const place = await placeOf(entry, side, context);
  if (place.kind === 'absent') return null;
  if (place.kind !== 'engine') return (await sqliteFacts(place.path)).userVersion;
  throw new PodctlError('UNAVAILABLE', `data \`${entry.key}\`: podctl may not read the database`, {
    hint: 'run podctl as a user who may; podctl db migrations check needs no database',
  });
}

async function folderOf(words: readonly string[], { data }: DataSite, { world }: Context): Promise<Folder> {
  const [key, extra] = words;
  if (extra !== undefined)
    throw new PodctlError('USAGE', 'one key of [data] at most', { hint: 'see podctl db --help' });
  const fitting = data.filter((entry) => entry.migrations !== null && (key === undefined || entry.key === key));
  const [entry, another] = fitting;
  if (entry === undefined || entry.migrations === null) {
    throw new PodctlError(
      'BAD_DATA',
      key === undefined ? 'no data of the profile has migrations' : `data \`${key}\` has no migrations`,
      {
        hint: 'write migrations = "migrations" in its [data.KEY]',
      },
    );
  }
  if (another !== undefined) {
    throw new PodctlError('USAGE', 'several data have migrations', {
      hint: `name one: ${fitting.map((one) => one.key).join(', ')}`,
    });
  }
  return { entry, path: entry.migrations, names: (await world.files.list(entry.migrations)) ?? [] };
}
