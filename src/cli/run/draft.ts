import { PodctlError, type Problem } from '../../core/errors.js';
import type { World } from '../../io/world.js';
import { resolveProfile } from '../../profile/resolve.js';
import type { NamedValues, ResolvedProfile, Variables } from '../../profile/resolved.js';
import type { Chosen } from '../choose-profile.js';
import type { LockedId } from '../lock/run.js';
import { flavourOf } from '../project.js';
import { type ConfigPath, checkConfig, findConfig } from './config.js';
import { type Environment, type EnvRequest, judgeEnvironment, readEnvironment } from './environment.js';
import { type FetchValues, sourceFiles, type Unfetched, unfetchedIn } from './fetch.js';
import { hostNames, processVariables } from './variables.js';

/** Which command of a profile, and what the user said about it. */
export type DraftRequest = {
  readonly chosen: Chosen;
  readonly command: string;
  readonly mode: string | undefined;
  /** Value of `-c`. */
  readonly config: string | undefined;
  /** Values of `--env-file`; they stand in for the profile's own files. */
  readonly envFiles: readonly string[];
  /** Values of `--env`. */
  readonly env: readonly string[];
  /** Named values beyond those that the host gives. */
  readonly names?: NamedValues;
  /** Asks files and programs for values; without it they are left alone, as in a plan that is only printed. */
  readonly fetch?: FetchValues | null;
};

/** What the profile says for one command, before any engine is asked. */
export type Draft = {
  readonly resolved: ResolvedProfile;
  readonly variables: Variables;
  /** Words of `--env` for the container alone: those of declared variables are in `resolved`. */
  readonly env: readonly string[];
  /** Variables whose values were not fetched, each with where it comes from. */
  readonly unfetched: readonly Unfetched[];
  /** With `--locked`: what an image that is built here must be. */
  readonly lockedId?: LockedId | null;
  /** Oddities of env files that are no errors. */
  readonly warnings: readonly Problem[];
  /** Files of the host that podctl itself reads for this command. */
  readonly readFiles: readonly { readonly path: string; readonly what: string }[];
};

/**
 * Resolve the profile for one command, and check all that needs no engine: variables, env files, the config file. Values of files and
 * programs are fetched when nothing else is wrong.
 */
export async function draftRun(request: DraftRequest, world: World): Promise<Draft> {
  const draft = await draftWith({}, request, world);
  if (request.fetch === undefined || request.fetch === null || draft.unfetched.length === 0) return draft;
  // What was read counts as read, also now that its value is known.
  const { readFiles } = draft;
  return { ...(await draftWith(await request.fetch(draft.unfetched), request, world)), readFiles };
}

async function draftWith(sourced: Variables, request: DraftRequest, world: World): Promise<Draft> {
  const { loaded, project } = request.chosen;
  const names = { ...hostNames(world.host, project.root), ...request.names };
  const config = findConfig(request, { variables: processVariables(world.host), names }, world);
  const { resolved, environment, warnings } = await resolveDraft({ ...request, sourced }, config, world);
  const uses = resolved.uses.names.includes('config');
  if (request.config !== undefined && !uses) throw noUseForConfig(request);
  if (config !== null && uses && loaded.profile.config !== null) {
    await checkConfig(config.path, loaded.profile.config, world);
  }
  const unfetched = unfetchedIn(environment.declared);
  return {
    resolved,
    variables: environment.variables,
    env: environment.flags,
    unfetched,
    warnings,
    readFiles: [
      ...environment.files.map(({ path }) => ({ path, what: 'env file' })),
      ...sourceFiles(unfetched, project, world),
    ],
  };
}

/** A profile made concrete for one command with the environment of this host; the config file is not looked into. */
export type ResolvedDraft = Pick<Draft, 'resolved' | 'warnings'> & { readonly environment: Environment };

/** Settle and judge the environment, and resolve the profile with it. Throws BAD_DATA with all that is wrong with both. */
export async function resolveDraft(
  request: DraftRequest & { readonly sourced?: Variables },
  config: ConfigPath | null,
  world: World,
): Promise<ResolvedDraft> {
  const { loaded, project } = request.chosen;
  const asked: EnvRequest = { ...request, mode: request.mode ?? null, config: config?.path };
  const environment = await readEnvironment(asked, world);
  const { variables, declared, entries } = environment;
  const verdict = await judgeEnvironment(environment, asked, world);
  const resolved = resolveProfile(loaded, {
    mode: asked.mode,
    command: request.command,
    variables,
    names: { ...hostNames(world.host, project.root), ...request.names, config: config?.path },
    nameOrigins: { config: config?.origin },
    envFileEntries: entries,
    contract: { declared, problems: verdict.problems },
    flavour: flavourOf(world.host),
  });
  return { resolved, environment, warnings: [...environment.warnings, ...verdict.warnings] };
}

function noUseForConfig({ chosen, command }: DraftRequest): PodctlError {
  return new PodctlError('USAGE', `\`${command}\` of profile \`${chosen.loaded.name}\` has no use for a config file`, {
    hint: 'leave -c out; a profile mounts the file that it names with {config}',
  });
}
