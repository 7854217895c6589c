import type { Problem } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import type { World } from '../../io/world.js';
import { nameOf, type SettledContract, settleContract } from '../../profile/contract.js';
import { fileRules, type JudgeInput, judgeContract, type Stranger, strangerIn } from '../../profile/contract-judge.js';
import { envFilesOf } from '../../profile/resolve.js';
import type { DotenvEntry, EnvFileRef, Variables } from '../../profile/resolved.js';
import type { Chosen } from '../choose-profile.js';
import { shownPath } from '../profiles.js';
import { flavourOf } from '../project.js';
import { hostNames, processVariables, readEnvFiles, withFileVariables } from './variables.js';

/** Whose environment is asked for, and what the command line says about it. */
export type EnvRequest = {
  readonly chosen: Chosen;
  /** null: the profile's default one, or none where it has no default. */
  readonly mode: string | null;
  /** null: what all commands share. */
  readonly command: string | null;
  /** Values of `--env-file`; they stand in for the profile's own files. */
  readonly envFiles: readonly string[];
  /** Values of `--env`. */
  readonly env: readonly string[];
  /** Path of the application's config file, for `{config}`. */
  readonly config?: string | undefined;
  /** Values that sources gave, by name. */
  readonly sourced?: Variables | undefined;
  /** The profile's own files may be missing: for building no container needs them. */
  readonly lenient?: boolean | undefined;
};

/** Everything that the outside says about variables, by one order of precedence. */
export type Environment = SettledContract & {
  readonly files: readonly EnvFileRef[];
  readonly entries: readonly DotenvEntry[];
  /** Oddities of the env files that are no errors. */
  readonly warnings: readonly Problem[];
};

/**
 * Read the env files and settle the contract: `--env`, the process environment, the env files in order, the profile's defaults. Throws
 * MISSING_INPUT for an env file that is not there, BAD_DATA for bad lines. Nothing is judged yet.
 */
export async function readEnvironment(request: EnvRequest, world: World): Promise<Environment> {
  const { loaded, project } = request.chosen;
  const process = processVariables(world.host);
  const names = { ...hostNames(world.host, project.root), config: request.config };
  const given = { variables: process, flags: request.env, names, sourced: request.sourced };
  const files = filesOf(request, settleContract(loaded, given).variables, world);
  const { entries, warnings } = await readEnvFiles(files, process, world);
  const settled = settleContract(loaded, { ...given, variables: withFileVariables(process, entries) });
  return { ...settled, files, entries, warnings };
}

/** What is wrong with the values of the contract, all at once; only the host's own files are looked at. */
export async function judgeEnvironment(
  environment: Environment,
  { env, used }: Pick<EnvRequest, 'env'> & Pick<JudgeInput, 'used'>,
  world: World,
): Promise<{ readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] }> {
  const { declared, files, problems } = environment;
  if (declared.length === 0) return { problems, warnings: [] };
  const last = files.at(-1);
  const input: JudgeInput = {
    declared,
    strangers: strangersOf(environment, env),
    environment: Object.keys(world.host.env),
    found: await whatIsThere(declared, world),
    envFile: last === undefined ? null : shownPath(last.path, world.host),
    used,
  };
  const verdict = judgeContract(input);
  return { problems: [...problems, ...verdict.problems], warnings: verdict.warnings };
}

function filesOf(request: EnvRequest, variables: Variables, world: World): readonly EnvFileRef[] {
  const { chosen, mode, command, lenient } = request;
  const flavour = flavourOf(world.host);
  if (request.envFiles.length > 0) {
    return request.envFiles.map((file) => ({ path: resolvePath(world.host.cwd, file, flavour), required: true }));
  }
  const names = { ...hostNames(world.host, chosen.project.root), config: request.config };
  const own = envFilesOf(chosen.loaded, { mode, command, variables, names, flavour });
  return lenient === true ? own.map(({ path }) => ({ path, required: false })) : own;
}

function strangersOf({ declared, entries }: Environment, flags: readonly string[]): readonly Stranger[] {
  const known = new Set(declared.map(({ name }) => name));
  const all = [
    ...entries.flatMap(({ name, value, file, line }) => (value === null ? [] : [strangerIn(name, { file, line })])),
    ...flags.map((word): Stranger => ({ name: nameOf(word), at: null, where: '--env' })),
  ];
  return all.filter(({ name }) => !known.has(name));
}

async function whatIsThere(
  declared: Environment['declared'],
  { files, host }: World,
): Promise<Readonly<Record<string, string | null>>> {
  const answers = await Promise.all(
    fileRules(declared).map(async ({ name, path }) => {
      const stat = await files.stat(resolvePath(host.cwd, path, flavourOf(host)));
      return [name, stat?.kind ?? null] as const;
    }),
  );
  return Object.fromEntries(answers);
}
