import { ifPossible } from '../../core/errors.js';
import { pathFacts } from '../../io/path-facts.js';
import type { World } from '../../io/world.js';
import type { PathFacts, PortAnswer, PortQuestion } from '../../plan/host-answers.js';
import type { Context } from '../context.js';

/** Look at host paths and the links on the way to them; what lies below is never read. */
export async function answerPaths(
  paths: readonly string[],
  { files }: World,
): Promise<Readonly<Record<string, PathFacts>>> {
  // Most paths share their way: each step of it is looked at once, and is then the same for all of them.
  const steps = new Map<string, Promise<string | null>>();
  const readLink = (path: string): Promise<string | null> => {
    const step = steps.get(path) ?? files.readLink(path);
    steps.set(path, step);
    return step;
  };
  const looking = { files: { ...files, readLink }, mountPoints: new Set<string>() };
  const facts = await Promise.all(paths.map((path) => pathFacts(path, looking)));
  return Object.fromEntries(facts.map((one) => [one.path, one]));
}

/** The same for folders that this user may be forbidden to look at: those are left out. */
export async function answerAllowedPaths(
  paths: readonly string[],
  world: World,
): Promise<Readonly<Record<string, PathFacts>>> {
  const answers = await Promise.all(paths.map((path) => ifPossible(() => answerPaths([path], world))));
  return Object.assign({}, ...answers);
}

/** Try the ports that the container wants on this host. */
export async function answerPorts(
  questions: readonly PortQuestion[],
  { world, rooms }: Context,
): Promise<Readonly<Record<string, PortAnswer>>> {
  if (questions.length === 0) return {};
  const { portState } = await rooms.ports();
  const { files, host } = world;
  const answers = await Promise.all(
    questions.map(async ({ key, address, port }) => {
      const answer = await portState({ address, port }, { files, platform: host.platform });
      return [key, answer] as const;
    }),
  );
  return Object.fromEntries(answers);
}

/** The host's mounts as the kernel lists them; null where there is no such list. */
export async function readMountTable({ host, files }: World): Promise<string | null> {
  return host.platform === 'linux' ? files.readText('/proc/self/mountinfo') : null;
}
