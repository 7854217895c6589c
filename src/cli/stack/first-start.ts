import { PodctlError, type Problem } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import type { Place } from '../../core/place.js';
import type { World } from '../../io/world.js';
import { type FirstStart, judgeFirstStart } from '../../profile/compose/first-start.js';
import { mergeSources } from '../../profile/compose/merge-files.js';
import type { ComposeSource } from '../../profile/compose/source.js';
import { settleContract } from '../../profile/contract.js';
import { problemsError } from '../../profile/placement.js';
import type { DotenvEntry, Variables } from '../../profile/resolved.js';
import { findSample } from '../env/sample.js';
import { shownPath } from '../profiles.js';
import { flavourOf } from '../project.js';
import { judgeEnvironment } from '../run/environment.js';
import { hostNames } from '../run/variables.js';
import type { StackPlace } from './place.js';
import { startedServices } from './services.js';

/** What is filled into the compose files, and what will start. */
export type StartCheck = {
  readonly place: StackPlace;
  readonly sources: readonly ComposeSource[];
  /** The process environment over the env files. */
  readonly variables: Variables;
  readonly entries: readonly DotenvEntry[];
  /** Env files that were read. */
  readonly envFiles: readonly string[];
  /** Services that were named; none: all. `null`: whatever starts. */
  readonly starts: { readonly named: readonly string[]; readonly profiles: readonly string[] } | null;
};

/** What an error begins with. */
export const INCOMPLETE = 'the environment of this stack is not complete';

/** Variables with the defaults of the profile's contract, as compose gets them. */
export function contractVariables(
  { place, variables }: Pick<StartCheck, 'place' | 'variables'>,
  world: World,
): Variables {
  return place.loaded === null ? variables : settle(place.loaded, { place, variables }, world).variables;
}

/** Refuse to start with variables missing or wrong: BAD_DATA with every one, and nothing has been asked of an engine yet. */
export async function checkFirstStart(check: StartCheck, world: World): Promise<void> {
  const { problems } = await stackProblems(check, world);
  if (problems.length > 0) throw problemsError(INCOMPLETE, problems);
}

/** Everything that is wrong with what is filled into the compose files. */
export async function stackProblems(
  check: StartCheck,
  world: World,
): Promise<{ readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] }> {
  const { place, sources, envFiles } = check;
  const { loaded, stack } = place;
  const usual = resolvePath(stack.directory, '.env', flavourOf(world.host));
  const path = envFiles.at(-1) ?? usual;
  const text = envFiles.length === 0 ? null : await world.files.readText(path);
  const services = startingServices(check, world);
  const used = usedPlaces(sources, services);
  // What none of the services reads need not be right for them.
  const contract = Object.fromEntries(
    Object.entries(loaded?.profile.env ?? {}).filter(([name]) => services === null || used[name] !== undefined),
  );
  const ofContract = loaded === null ? NOTHING : await contractProblems(loaded, { check, path, used, contract }, world);
  const problems = judgeFirstStart({
    sources,
    variables: check.variables,
    services,
    envFile: { file: shownPath(path, world.host), text },
    sample: await findSample(undefined, stack.directory, world),
    contract,
  });
  return { ...ofContract, problems: [...ofContract.problems, ...problems] };
}

const NOTHING = { problems: [], warnings: [] } as const;

type Loaded = NonNullable<StackPlace['loaded']>;
type ContractCheck = {
  readonly check: StartCheck;
  readonly path: string;
  readonly used: Readonly<Record<string, Place>>;
  readonly contract: FirstStart['contract'];
};

async function contractProblems(loaded: Loaded, { check, path, used, contract }: ContractCheck, world: World) {
  const settled = settle(loaded, check, world);
  const declared = settled.declared.filter(({ name }) => Object.hasOwn(contract, name));
  const files = [{ path, required: false }];
  const environment = { ...settled, declared, files, entries: check.entries, warnings: [] };
  return judgeEnvironment(environment, { env: [], used }, world);
}

function settle(loaded: Loaded, { place, variables }: Pick<StartCheck, 'place' | 'variables'>, { host }: World) {
  return settleContract(loaded, { variables, flags: [], names: hostNames(host, place.project.root) });
}

function startingServices(
  { place, sources, variables, starts }: StartCheck,
  { host }: World,
): ReadonlySet<string> | null {
  if (starts === null) return null;
  const places = { folder: place.stack.directory, home: host.home, flavour: flavourOf(host) };
  try {
    return startedServices(mergeSources(sources, variables, places), starts);
  } catch (error) {
    if (error instanceof PodctlError) return null;
    throw error;
  }
}

function usedPlaces(
  sources: readonly ComposeSource[],
  services: ReadonlySet<string> | null,
): Readonly<Record<string, Place>> {
  const uses = sources.flatMap((source) => source.variables).toReversed();
  const counted = uses.filter(
    ({ path }) => services === null || path[0] !== 'services' || services.has(String(path[1])),
  );
  return Object.fromEntries(counted.map(({ name, at }) => [name, at]));
}
