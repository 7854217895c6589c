import { formatProject } from '../core/project.js';
import { decideLifecycle, type LifecycleWish } from '../plan/decide-lifecycle.js';
import { refusalError } from '../plan/refusal.js';
import type { ContainerFacts } from '../spec/facts.js';
import { carryOut } from './carry-out.js';
import { oneContainer, openSite, projectContainers, type Selection, type Site } from './containers.js';
import type { Context } from './context.js';
import type { Flags } from './parser.js';
import { printPlan } from './print-plan.js';
import { type Printing, readPrinting } from './printing.js';

/** What every verb on containers that are there understands. */
export type LifecycleOptions = Printing & {
  readonly selection: Selection;
  readonly engine: string | undefined;
  /** Env files, as typed; what a public mode hides may hang on their variables. */
  readonly envFiles?: readonly string[];
};

/** Flags → options. */
export function readLifecycleOptions(
  words: readonly string[],
  flags: Flags,
  { purpose }: Pick<Context, 'purpose'>,
): LifecycleOptions {
  return {
    selection: { words, mode: flags.mode },
    engine: flags.engine,
    envFiles: flags.envFile ?? [],
    ...readPrinting(flags, purpose),
  };
}

/** Carry out a verb on containers of this project, or print or explain it. Prints the names of those that it touched. */
export async function runLifecycle(wish: LifecycleWish, options: LifecycleOptions, context: Context): Promise<number> {
  const printed = options.dryRun || context.purpose === 'explain';
  const site = await openSite({ engine: options.engine, purpose: printed ? 'plan' : 'act' }, context);
  const meant = await chosen(wish, options, site);
  const decision = decideLifecycle({
    profile: null,
    mode: options.selection.mode ?? null,
    engine: site.found.facts,
    connection: site.found.connection,
    wish,
    containers: meant,
    project: formatProject(site.project.id),
    secretFiles: wish.verb === 'down' ? await secretFiles(meant, site, context) : {},
  });
  if (decision.kind === 'refused') throw refusalError(decision);
  if (wish.verb === 'start' || wish.verb === 'restart') {
    const { auditAgain } = await import('./audit-again.js');
    await auditAgain(decision.containers, { ...site, envFiles: options.envFiles ?? [] }, context);
  }
  if (context.purpose === 'explain') {
    const { printExplanation } = await import('./run/explain.js');
    const built = { origins: {}, notes: [] };
    await printExplanation({ plan: decision.plan, built, texts: [], how: options }, context);
    return 0;
  }
  if (options.dryRun) {
    printPlan(decision.plan, options, context);
    return 0;
  }
  const { exitCode } = await carryOut(decision.plan, site.found, context);
  if (wish.verb !== 'logs' && wish.verb !== 'exec') report(decision.containers, options, context);
  return exitCode;
}

async function chosen(
  { verb }: LifecycleWish,
  { selection }: LifecycleOptions,
  site: Site,
): Promise<readonly ContainerFacts[]> {
  return verb === 'logs' || verb === 'exec'
    ? [await oneContainer(selection, site)]
    : projectContainers(selection, site);
}

// What containers in the background have mounted goes with them.
async function secretFiles(
  containers: readonly ContainerFacts[],
  { found }: Site,
  { rooms, world }: Context,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const { secretFilesOf } = await rooms.secretFiles();
  const deps = { connection: found.connection, host: world.host, files: world.files };
  const all = containers.map(async ({ name }) => [name, await secretFilesOf(name, deps)] as const);
  return Object.fromEntries(await Promise.all(all));
}

function report(containers: readonly ContainerFacts[], { json }: LifecycleOptions, { output }: Context): void {
  const names = containers.map(({ name }) => name);
  if (json) output.json({ containers: names });
  else if (names.length === 0) output.note('nothing to do: no container of this project is in that state');
  else output.text(names.map((name) => `${name}\n`).join(''));
}
