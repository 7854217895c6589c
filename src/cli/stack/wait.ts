import { parseDuration } from '../../core/duration.js';
import { PodctlError, type Problem } from '../../core/errors.js';
import type { FoundEngine } from '../../engine/engine.js';
import type { StackTrouble, StackWait } from '../../engine/stack/wait.js';
import type { ServiceVerdict, WantedService } from '../../plan/stack/wait.js';
import type { Plan } from '../../plan/step.js';
import type { ComposeModel } from '../../profile/compose/model.js';
import { carryOut } from '../carry-out.js';
import type { Context } from '../context.js';
import { wakePodman } from './finish.js';
import { type Extra, printWait } from './print-wait.js';
import type { StackSite } from './site.js';

export type WaitOptions = {
  /** `--timeout`, as typed. */
  readonly timeout: string | undefined;
  readonly json: boolean;
};

/** How long `up` waits where nothing else is said. */
const TIMEOUT_MS = 300_000;
/** Somebody who waits this long is told for what. */
const TELL_AFTER_MS = 2_000;
/** A service died, or will not get up by itself; the same as where one beside tests does. */
const SERVICE_DIED = 76;

/**
 * Carry out a start, and wait until the services are up: health checks that nobody else runs are run meanwhile, because a provider may
 * itself wait for them. Gives the exit code.
 */
export async function startAndWait(
  plan: Plan,
  wish: {
    readonly site: StackSite;
    readonly started: ReadonlySet<string>;
    readonly options: WaitOptions;
    readonly also?: (() => Promise<Extra>) | undefined;
    /** Hears how it ended. */
    readonly onEnd?: ((result: StackWait) => Promise<void>) | undefined;
  },
  context: Context,
): Promise<number> {
  const { site, started, options } = wish;
  await wakePodman(site, context);
  const found = throughApi(site);
  const { exitCode } = await whileTended(
    { project: site.name, found },
    () => carryOut(plan, site.found, context),
    context,
  );
  if (exitCode !== 0) return exitCode;
  const wanted = wantedOf(await site.model(), started, site.loaded?.profile.stack?.services ?? {});
  return waitUntilUp({ project: site.name, found, wanted, options, also: wish.also, onEnd: wish.onEnd }, context);
}

/** Wait until services whose containers were started again are up. Throws TRY_AGAIN, with why, where they are not. */
export async function waitAgain(site: StackSite, started: ReadonlySet<string>, context: Context): Promise<void> {
  if (started.size === 0) return;
  await wakePodman(site, context);
  const found = throughApi(site);
  const project = site.name;
  const wanted = wantedOf(await site.model(), started, site.loaded?.profile.stack?.services ?? {});
  const { waitForStack } = await context.rooms.stackWait();
  const over = new AbortController();
  const unlisten = context.world.signals.on(['SIGINT', 'SIGTERM', 'SIGHUP'], () => over.abort());
  try {
    const wish = { project, wanted, timeout: TIMEOUT_MS };
    const result = await waitForStack(wish, { ...context.world, found, signal: over.signal });
    if (result.outcome !== 'up') throw notUp(result, over.signal.aborted);
  } finally {
    unlisten();
  }
}

/** Where a provider goes through podman's socket, so does podctl: its program takes many times longer for each question. */
export function throughApi({ found, provider }: StackSite): FoundEngine {
  const address = found.facts.name === 'podman' ? provider.env['DOCKER_HOST'] : undefined;
  return address === undefined ? found : { ...found, connection: { ...found.connection, address } };
}

async function whileTended<T>(
  { project, found }: { readonly project: string; readonly found: FoundEngine },
  work: () => Promise<T>,
  { rooms, world }: Context,
): Promise<T> {
  if (!found.facts.name.startsWith('podman')) return work();
  const { tendHealth } = await rooms.dueHealth();
  const over = new AbortController();
  const tending = tendHealth(project, { ...world, found }, over.signal);
  try {
    return await work();
  } finally {
    over.abort();
    await tending;
  }
}

type ServiceWords = NonNullable<NonNullable<StackSite['loaded']>['profile']['stack']>['services'];

function wantedOf(
  model: ComposeModel,
  started: ReadonlySet<string>,
  words: NonNullable<ServiceWords>,
): readonly WantedService[] {
  return [...started].map((service) => {
    const containers = model.services[service]?.scale ?? 1;
    const own = words[service];
    if (own === undefined) return { service, containers };
    return {
      service,
      containers,
      oneShot: own.one_shot,
      path: own.path,
      port: own.port === undefined ? undefined : Number(own.port),
      timeout: own.timeout === undefined ? undefined : parseDuration(own.timeout),
    };
  });
}

type Waiting = {
  readonly project: string;
  readonly found: FoundEngine;
  readonly wanted: readonly WantedService[];
  readonly options: WaitOptions;
  readonly also: (() => Promise<Extra>) | undefined;
  readonly onEnd: ((result: StackWait) => Promise<void>) | undefined;
};

async function waitUntilUp(
  { project, found, wanted, options, also, onEnd }: Waiting,
  context: Context,
): Promise<number> {
  const { world, rooms, report } = context;
  const { waitForStack } = await rooms.stackWait();
  const over = new AbortController();
  const unlisten = world.signals.on(['SIGINT', 'SIGTERM', 'SIGHUP'], () => over.abort());
  const timeout = options.timeout === undefined ? TIMEOUT_MS : parseDuration(options.timeout);
  const told = { text: '' };
  const onLook = (verdicts: readonly ServiceVerdict[], waited: number): void => {
    const text = waitingWords(verdicts);
    if (waited < TELL_AFTER_MS || text === told.text || text === '') return;
    told.text = text;
    context.output.note(`waiting: ${text}`);
  };
  try {
    const result = await waitForStack({ project, wanted, timeout }, { ...world, found, signal: over.signal, onLook });
    await onEnd?.(result);
    printWait(result, { project, json: options.json, extra: (await also?.()) ?? null }, context);
    if (result.outcome === 'up') return 0;
    const error = notUp(result, over.signal.aborted);
    if (result.outcome === 'late') throw error;
    await report(error);
    return SERVICE_DIED;
  } finally {
    unlisten();
  }
}

function waitingWords(verdicts: readonly ServiceVerdict[]): string {
  return verdicts.flatMap((one) => (one.kind === 'waiting' ? [`${one.service} ${one.state}`] : [])).join(', ');
}

function notUp({ troubles, waited, outcome }: StackWait, stopped: boolean): PodctlError {
  const names = troubles.map(({ service }) => service).join(', ');
  const problems = troubles.flatMap(problemsOf);
  if (outcome === 'failed') {
    const hint = `see \`podctl logs ${troubles[0]?.service ?? ''}\``;
    return new PodctlError('TRY_AGAIN', `${names} did not get up`, { hint, problems });
  }
  const after = stopped ? 'when the wait was broken off' : `after ${Math.round(waited / 1000)} s`;
  return new PodctlError('TRY_AGAIN', `${names} not up ${after}`, {
    hint: 'what was started still runs; wait longer with --timeout, or see `podctl logs`',
    problems,
  });
}

function problemsOf({ service, container, state, lines }: StackTrouble): readonly Problem[] {
  const who = container === null ? service : `${service} (${container})`;
  return [{ message: `${who} ${state}` }, ...lines.map((line) => ({ message: `  ${line}` }))];
}
