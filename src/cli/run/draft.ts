import { PodctlError, type Problem } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import type { World } from '../../io/world.js';
import { envFilesOf, resolveProfile } from '../../profile/resolve.js';
import type { EnvFileRef, ResolvedProfile, ResolveRequest, Variables } from '../../profile/resolved.js';
import type { Chosen } from '../choose-profile.js';
import { flavourOf } from '../project.js';
import { checkConfig, findConfig } from './config.js';
import { hostNames, processVariables, readEnvFiles, withFileVariables } from './variables.js';

/** Which command of a profile, and what the user said about it. */
export type DraftRequest = {
  readonly chosen: Chosen;
  readonly command: string;
  readonly mode: string | undefined;
  /** Value of `-c`. */
  readonly config: string | undefined;
  /** Values of `--env-file`. */
  readonly envFiles: readonly string[];
};

/** What the profile says for one command, before any engine is asked. */
export type Draft = {
  readonly resolved: ResolvedProfile;
  readonly variables: Variables;
  /** Oddities of env files that are no errors. */
  readonly warnings: readonly Problem[];
  /** Files of the host that podctl itself reads for this command. */
  readonly readFiles: readonly { readonly path: string; readonly what: string }[];
};

/** Resolve the profile for one command, and check all that needs no engine: variables, env files, the config file. */
export async function draftRun(request: DraftRequest, world: World): Promise<Draft> {
  const { loaded, project } = request.chosen;
  const flavour = flavourOf(world.host);
  const environment = processVariables(world.host);
  const names = hostNames(world.host, project.root);
  const config = findConfig(request, { variables: environment, names }, world);
  const base: ResolveRequest = {
    mode: request.mode ?? null,
    command: request.command,
    variables: environment,
    names: { ...names, config: config?.path },
    nameOrigins: { config: config?.origin },
    flavour,
  };
  const files: readonly EnvFileRef[] = [
    ...envFilesOf(loaded, base),
    ...request.envFiles.map((file) => ({ path: resolvePath(world.host.cwd, file, flavour), required: true })),
  ];
  const { entries: envFileEntries, warnings } = await readEnvFiles(files, environment, world);
  const variables = withFileVariables(environment, envFileEntries);
  const resolved = resolveProfile(loaded, { ...base, variables, envFileEntries });
  const uses = resolved.uses.names.includes('config');
  if (request.config !== undefined && !uses) throw noUseForConfig(request);
  if (config !== null && uses && loaded.profile.config !== null) {
    await checkConfig(config.path, loaded.profile.config, world);
  }
  return { resolved, variables, warnings, readFiles: files.map(({ path }) => ({ path, what: 'env file' })) };
}

function noUseForConfig({ chosen, command }: DraftRequest): PodctlError {
  return new PodctlError('USAGE', `\`${command}\` of profile \`${chosen.loaded.name}\` has no use for a config file`, {
    hint: 'leave -c out; a profile mounts the file that it names with {config}',
  });
}
