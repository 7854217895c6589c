import { PodctlError } from '../../core/errors.js';
import { escapeControl } from '../../core/text.js';
import type { Context } from '../context.js';
import type { TestBed } from './bed.js';
import type { PreparedService } from './prepare.js';

// Long enough for a database that makes its files at the first start.
const READY_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 200;

type Waiting = { readonly bed: TestBed; readonly context: Context; readonly signal: AbortSignal };

/** Wait until a service answers. Resolves with false when it ended instead; throws TRY_AGAIN when its time is over. */
export async function waitForService(service: PreparedService, waiting: Waiting): Promise<boolean> {
  const { ready } = service.prepared.built;
  return ready === null ? waitHealthy(service, waiting) : waitAnswering(service, waiting);
}

async function waitAnswering({ name, prepared }: PreparedService, waiting: Waiting): Promise<boolean> {
  const { bed, context, signal } = waiting;
  const { ready } = prepared.built;
  const container = prepared.spec.name;
  const published = (await bed.observer.container(container))?.ports.find(
    ({ containerPort }) => containerPort === ready?.port.containerPort,
  );
  // A container that ended publishes nothing any more.
  if (ready === null || published === undefined || published.hostPort === 0) return false;
  const { address, containerPort } = ready.port;
  const timeout = ready.timeout ?? READY_TIMEOUT_MS;
  const { waitReady } = await context.rooms.ready();
  const { host, files, clock } = context.world;
  const target = { container, address, port: published.hostPort, containerPort, path: ready.path, timeout };
  const result = await waitReady(target, { found: bed.found, host, files, clock, signal });
  if (result.ready || signal.aborted) return true;
  tellLines(name, result.diagnosis.logs, context);
  if (result.diagnosis.kind === 'exited' || result.diagnosis.kind === 'gone') return false;
  throw new PodctlError('TRY_AGAIN', `the service \`${name}\`: ${result.diagnosis.sentence}`, {
    hint: `${result.diagnosis.hint}; \`timeout\` in [test.services.${name}.ready] gives it longer`,
  });
}

async function waitHealthy({ name, prepared }: PreparedService, waiting: Waiting): Promise<boolean> {
  const { bed, context, signal } = waiting;
  const { clock } = context.world;
  const until = clock.now() + READY_TIMEOUT_MS;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- it is waited for
    const health = await bed.room.health(prepared.spec.name);
    if (health === 'ended' || health === 'unhealthy' || clock.now() >= until) {
      // oxlint-disable-next-line no-await-in-loop -- the loop ends here
      tellLines(name, await bed.room.lastLines(prepared.spec.name), context);
      if (health === 'ended') return false;
      throw notHealthy(name, health);
    }
    if (health !== 'starting' || signal.aborted) return true;
    // oxlint-disable-next-line no-await-in-loop -- it is waited for
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

function notHealthy(name: string, health: string): PodctlError {
  const state = health === 'unhealthy' ? 'is unhealthy' : `is not healthy after ${READY_TIMEOUT_MS / 1000} s`;
  return new PodctlError('TRY_AGAIN', `the service \`${name}\` ${state}`, {
    hint: `see its last lines above; its check is \`health\` in [test.services.${name}], or the image's own`,
  });
}

function tellLines(name: string, lines: readonly string[], { output }: Context): void {
  if (lines.length > 0) output.note(`last lines of ${name}:`);
  for (const line of lines) output.note(`  | ${escapeControl(line)}`);
}
