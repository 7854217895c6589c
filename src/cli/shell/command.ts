import type { Origin, Origins } from '../../core/origin.js';
import { isAbsolute, normalizePath, resolvePath } from '../../core/path.js';
import type { World } from '../../io/world.js';
import { withOwnCommand } from '../../profile/own-command.js';
import type { ResolvedMount, ResolvedProfile } from '../../profile/resolved.js';
import { placeInside, type Shared } from '../../spec/shell-place.js';
import type { Chosen, ProfileCommand } from '../choose-profile.js';
import { flavourOf } from '../project.js';
import { ANY_SHELL, namesOf } from './program.js';

const NAME = 'shell';

type Place = { readonly workdir: string | null; readonly user: string | null };

/** The profile's container with a shell in the place of its program. */
export function shellCommand(chosen: Chosen, place: Place, world: World): ProfileCommand {
  const loaded = withOwnCommand(chosen.loaded, NAME);
  return {
    ...chosen,
    loaded,
    name: NAME,
    command: { ports: false },
    adjust: async (resolved) => {
      const program = loaded.profile.shell ?? ANY_SHELL;
      const workdir = place.workdir ?? (await workdirOf(resolved, chosen, world));
      return withShell(resolved, program, { ...place, workdir });
    },
  };
}

// An entrypoint that runs one string prepares the environment that people want in their shell; any other would run the application.
function withShell(resolved: ResolvedProfile, program: readonly string[], place: Place): ResolvedProfile {
  const keeps = resolved.images[resolved.image]?.entrypoint === 'one-string';
  const { restart: _, ...container } = resolved.container;
  return {
    ...resolved,
    command: { ...resolved.command, args: keeps ? program : [] },
    container: {
      ...container,
      ...(keeps ? {} : { entrypoint: [...program] }),
      ...(place.workdir === null ? {} : { workdir: place.workdir }),
      ...(place.user === null ? {} : { user: place.user }),
    },
    origins: { ...resolved.origins, ...originsOf(program, { keeps, place }) },
  };
}

function originsOf(
  program: readonly string[],
  { keeps, place }: { readonly keeps: boolean; readonly place: Place },
): Origins {
  const rule: readonly Origin[] = [{ kind: 'podctl', rule: 'shell' }];
  const user: readonly Origin[] = [{ kind: 'flag', flag: '--user' }];
  return {
    ...(keeps ? Object.fromEntries(program.map((_, index) => [`args/${index}`, rule])) : { entrypoint: rule }),
    ...(place.workdir === null ? {} : { workdir: rule }),
    ...(place.user === null ? {} : { user }),
  };
}

async function workdirOf({ container }: ResolvedProfile, { project }: Chosen, world: World): Promise<string | null> {
  const { host } = world;
  const shared = await Promise.all(container.mounts.map((mount) => sharedOf(mount, project.root, world)));
  return placeInside(await namesOf(host.cwd, world), shared.flat(), flavourOf(host));
}

async function sharedOf(mount: ResolvedMount, root: string, world: World): Promise<readonly Shared[]> {
  if (mount.type !== 'bind' || mount.source === undefined) return [];
  const flavour = flavourOf(world.host);
  const own = mount.source.replace(/^~(?=$|[\\/])/, () => world.host.home);
  const source = isAbsolute(own, flavour) ? normalizePath(own, flavour) : resolvePath(root, own, flavour);
  const names = await namesOf(source, world);
  return names.map((name) => ({ type: 'bind', source: name, target: mount.target }));
}
