import type { Command } from 'commander';
import { EXIT_CODE, PodctlError, type Problem } from '../../core/errors.js';
import { formatPlace } from '../../core/place.js';
import { escapeControl } from '../../core/text.js';
import { commandNames } from '../choose-profile.js';
import type { Context } from '../context.js';
import { type Flags, makeCommand } from '../parser.js';
import { findProfile, loadProfile, shippedProfiles, shownPath } from '../profiles.js';
import { findProject } from '../project.js';
import { placed } from '../ui/error.js';
import { formatTable } from '../ui/table.js';

const ACTIONS = ['list', 'show', 'validate'] as const;

export type ProfilesOptions = {
  readonly action: (typeof ACTIONS)[number];
  /** Names or paths; empty: the project's own. */
  readonly profiles: readonly string[];
  readonly json: boolean;
};

/** `podctl profiles list|show|validate [PROFILE…]`. */
export function defineProfiles(context: Context): Command {
  return makeCommand(
    {
      name: 'profiles',
      about: 'list the shipped profiles, show one with everything it extends, or check profiles',
      flags: ['json'],
      examples: ['podctl profiles list', 'podctl profiles show desi-api', 'podctl profiles validate ./podctl.toml'],
    },
    context.world.streams,
  )
    .argument('<ACTION>', 'list, show or validate')
    .argument('[PROFILE...]', "shipped names or paths; the project's podctl.toml when left out")
    .action((action: string, profiles: readonly string[], flags: Flags) => {
      const known = ACTIONS.find((name) => name === action);
      if (known === undefined) {
        throw new PodctlError('USAGE', `\`profiles\` cannot \`${action}\``, {
          hint: 'podctl profiles list, show or validate',
        });
      }
      return context.finish(runProfiles({ action: known, profiles, json: flags.json === true }, context));
    });
}

/** List, show or validate. Resolves with 65 when a checked profile has problems. */
export async function runProfiles(options: ProfilesOptions, context: Context): Promise<number> {
  if (options.action === 'list') return list(options, context);
  const files = await filesOf(options.profiles, context);
  return options.action === 'show' ? show(files, options, context) : validate(files, options, context);
}

async function list({ json }: ProfilesOptions, { world, output }: Context): Promise<number> {
  const rows = await Promise.all(
    (await shippedProfiles(world)).map(async ({ name, file }) => {
      const { profile } = await loadProfile(file, world);
      const { about = '', modes } = profile;
      return { name, about, commands: commandNames(profile), modes: Object.keys(modes), file };
    }),
  );
  if (json) output.json({ profiles: rows });
  else {
    const cells = rows.map((row) => [row.name, row.commands.join(', '), row.modes.join(', '), row.about]);
    output.text(formatTable(['NAME', 'COMMANDS', 'MODES', 'ABOUT'], cells));
  }
  return 0;
}

async function show(files: readonly string[], { json }: ProfilesOptions, { world, output }: Context): Promise<number> {
  const all = await Promise.all(files.map((file) => loadProfile(file, world)));
  if (json) {
    const profiles = all.map(({ name, layers, profile }) => ({ name, files: layers.map(({ file }) => file), profile }));
    output.json({ profiles });
    return 0;
  }
  const texts = all.flatMap(({ layers }) => layers.map(({ file, text }) => `# ${file}\n${text.trimEnd()}\n`));
  output.text(escapeControl(texts.join('\n'), { newlines: true }));
  return 0;
}

async function validate(files: readonly string[], { json }: ProfilesOptions, context: Context): Promise<number> {
  const { world, output } = context;
  const checked = await Promise.all(
    files.map(async (file) => ({ file: shownPath(file, world.host), ...(await check(file, context)) })),
  );
  const broken = checked.filter(({ error }) => error !== null);
  if (json) {
    const profiles = checked.map(({ file, error }) => ({ file, valid: error === null, problems: problemsOf(error) }));
    output.json({ profiles });
  } else {
    for (const { file, error } of checked) if (error === null) output.text(`${escapeControl(file)}: fine\n`);
    for (const { error } of broken) await context.report(error);
  }
  const [first] = broken;
  return first?.error === undefined || first.error === null ? 0 : EXIT_CODE[first.error.code];
}

async function check(file: string, { world }: Context): Promise<{ readonly error: PodctlError | null }> {
  try {
    await loadProfile(file, world);
    return { error: null };
  } catch (error) {
    const shown = await placed(error, world);
    if (shown instanceof PodctlError) return { error: shown };
    throw error;
  }
}

function problemsOf(error: PodctlError | null): readonly Readonly<Record<string, string | undefined>>[] {
  if (error === null) return [];
  const problems: readonly Problem[] =
    error.problems.length === 0 ? [{ message: error.message, hint: error.hint }] : error.problems;
  return problems.map(({ message, hint, at }) => ({
    message,
    hint,
    at: at === undefined ? undefined : formatPlace(at),
  }));
}

async function filesOf(words: readonly string[], { world }: Context): Promise<readonly string[]> {
  if (words.length > 0) return Promise.all(words.map((word) => findProfile(word, world)));
  const { profile } = await findProject(world.host, world.files);
  if (profile !== null) return [profile];
  throw new PodctlError('MISSING_INPUT', 'there is no podctl.toml here or in a folder above', {
    hint: 'name a profile, or write one with podctl init',
  });
}
