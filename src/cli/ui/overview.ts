import { PodctlError } from '../../core/errors.js';
import { escapeControl } from '../../core/text.js';
import { COMMANDS } from '../command-table.js';
import type { Context } from '../context.js';
import { FLAGS } from '../flags.js';
import { loadProfile, shippedProfiles } from '../profiles.js';
import { findProject } from '../project.js';

type Row = readonly [name: string, about: string];

/** The text of `podctl --help`: the profile's commands first, then podctl's own. */
export async function formatOverview(context: Context): Promise<string> {
  const verbs = Object.entries(COMMANDS).map(([name, row]): Row => [name, row.about]);
  const flags = [FLAGS.help, FLAGS.version].map((flag): Row => [`-${flag.short}, --${flag.long}`, flag.about]);
  return [
    'Usage: podctl COMMAND [options] [--] [ARGS...]',
    '',
    'One profile, every container engine: run, print or explain the exact docker or podman command.',
    '',
    ...(await profileSections(context)),
    ...section('Commands:', verbs),
    ...section('Options:', flags),
    'podctl COMMAND --help shows the options of a command.',
    '',
  ].join('\n');
}

async function profileSections({ world }: Context): Promise<readonly string[]> {
  const project = await findProject(world.host, world.files);
  if (project.profile !== null) return profileSection(`podctl.toml`, project.profile, world);
  const shipped = await shippedProfiles(world);
  const sections = await Promise.all(
    shipped.map(({ name, file }) => profileSection(`the shipped profile ${name}`, file, world)),
  );
  return sections.flat();
}

async function profileSection(title: string, file: string, world: Context['world']): Promise<readonly string[]> {
  try {
    const { profile } = await loadProfile(file, world);
    const commands = Object.entries(profile.commands).map(
      ([name, { about = '' }]): Row => [name, escapeControl(about)],
    );
    return commands.length === 0 ? [] : section(`Commands of ${title}:`, commands);
  } catch (error) {
    // Help must come even when the profile is broken; the check says what is wrong with it.
    if (error instanceof PodctlError) return [`${title} has problems: podctl profiles validate lists them`, ''];
    throw error;
  }
}

function section(title: string, rows: readonly Row[]): readonly string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return [title, ...rows.map(([name, about]) => `  ${name.padEnd(width)}  ${about}`.trimEnd()), ''];
}
