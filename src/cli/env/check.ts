import { EXIT_CODE, PodctlError, type Problem } from '../../core/errors.js';
import { formatPlace } from '../../core/place.js';
import { escapeControl } from '../../core/text.js';
import { problemsError } from '../../profile/placement.js';
import type { Context } from '../context.js';
import type { Flags } from '../parser.js';
import { findConfig } from '../run/config.js';
import { resolveDraft } from '../run/draft.js';
import { judgeEnvironment, readEnvironment } from '../run/environment.js';
import { warningText } from '../run/site.js';
import { hostNames, processVariables } from '../run/variables.js';
import { placed } from '../ui/error.js';
import { checkSources } from './check-sources.js';
import { judgeStack, stackToCheck } from './check-stack.js';
import { type EnvSite, openEnvSite } from './site.js';

type Found = { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/** `podctl env check`: what a run of the profile's commands would say about variables. No engine is asked, nothing is planned. */
export async function envCheck(flags: Flags, context: Context): Promise<number> {
  const place = await stackToCheck(flags, context);
  if (place !== null) return report(await judgeStack(place, flags, context), flags, context);
  const site = await openEnvSite(flags, context);
  const { name } = site.chosen.loaded;
  return report({ ...(await judge(site, flags.resolve === true, context)), name }, flags, context);
}

type Judged = {
  /** The profile; null: a stack without one. */
  readonly name: string | null;
  readonly error: PodctlError | null;
  readonly warnings: readonly Problem[];
};

async function report({ name, error, warnings }: Judged, flags: Flags, context: Context): Promise<number> {
  for (const warning of warnings) context.output.note(`warning: ${escapeControl(warningText(warning))}`);
  if (flags.json === true) {
    const shown = await placed(error, context.world);
    const problems = shown instanceof PodctlError ? problemsOf(shown).map(toJson) : [];
    context.output.json({ profile: name, complete: error === null, problems, warnings: warnings.map(toJson) });
  } else if (error !== null) throw error;
  else context.output.text(`the environment of ${name === null ? 'this stack' : `profile ${name}`} is complete\n`);
  return error === null ? 0 : EXIT_CODE[error.code];
}

async function judge(
  site: EnvSite,
  resolve: boolean,
  context: Context,
): Promise<{ readonly error: PodctlError | null; readonly warnings: readonly Problem[] }> {
  try {
    const sources = await checkSources(site, resolve, context);
    const found = await findAll({ ...site, sourced: sources.sourced }, context);
    const problems = [...found.problems, ...sources.problems];
    const { warnings } = found;
    const headline = `the environment of profile \`${site.chosen.loaded.name}\` is not complete`;
    return { error: problems.length === 0 ? null : problemsError(headline, problems), warnings };
  } catch (error) {
    if (error instanceof PodctlError) return { error, warnings: [] };
    throw error;
  }
}

// Commands of one profile mostly share their variables: each problem is told once.
async function findAll(site: EnvSite, context: Context): Promise<Found> {
  const commands = Object.keys(site.chosen.loaded.profile.commands);
  const found = await Promise.all(
    commands.length === 0
      ? [contractAlone(site, context)]
      : commands.map((command) => ofCommand(command, site, context)),
  );
  return {
    problems: unique(found.flatMap(({ problems }) => problems)),
    warnings: unique(found.flatMap(({ warnings }) => warnings)),
  };
}

async function contractAlone(site: EnvSite, { world }: Context): Promise<Found> {
  const environment = await readEnvironment({ ...site, command: null }, world);
  const verdict = await judgeEnvironment(environment, site, world);
  return { problems: verdict.problems, warnings: [...environment.warnings, ...verdict.warnings] };
}

async function ofCommand(command: string, site: EnvSite, { world }: Context): Promise<Found> {
  const { chosen } = site;
  const base = { variables: processVariables(world.host), names: hostNames(world.host, chosen.project.root) };
  // The application's config file and git are no business of this check: where a run would ask for them, any word does.
  const config = findConfig({ chosen, config: undefined }, base, world) ?? { path: '/config', origin: undefined };
  try {
    const mode = site.mode ?? undefined;
    const { warnings } = await resolveDraft(
      { ...site, mode, command, config: undefined, names: { git: 'git' } },
      config,
      world,
    );
    return { problems: [], warnings };
  } catch (error) {
    if (!(error instanceof PodctlError) || error.code !== 'BAD_DATA') throw error;
    return { problems: problemsOf(error), warnings: [] };
  }
}

function problemsOf(error: PodctlError): readonly Problem[] {
  return error.problems.length === 0 ? [{ message: error.message, hint: error.hint }] : error.problems;
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

function toJson({ message, hint, at }: Problem) {
  return { message, hint, at: at === undefined ? undefined : formatPlace(at) };
}
