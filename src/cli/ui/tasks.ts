import { escapeControl } from '../../core/text.js';
import type { ExecuteDeps } from '../../engine/execute.js';
import type { World } from '../../io/world.js';
import type { Plan, Step } from '../../plan/step.js';

/** Where an executor tells how far it is. */
export type ProgressSink = Pick<ExecuteDeps, 'onStep' | 'onProgress'>;

/** Do the work of a plan and show its long steps: a list of tasks on a terminal, plain lines off it, both on stderr. */
export async function withProgress<T>(plan: Plan, world: World, work: (sink: ProgressSink) => Promise<T>): Promise<T> {
  const long = plan.steps.filter(isLong);
  if (long.length === 0) return work({});
  if (!world.streams.isTerminal('stderr')) {
    return work({ onStep: (step) => void (isLong(step) && world.streams.print('stderr', `${title(step)}\n`)) });
  }
  return onTerminal(long, world, work);
}

function isLong(step: Step): boolean {
  return step.do !== 'file' && step.output === 'progress';
}

function title(step: Step): string {
  return escapeControl(step.why);
}

async function onTerminal<T>(
  steps: readonly Step[],
  world: World,
  work: (sink: ProgressSink) => Promise<T>,
): Promise<T> {
  const { Listr, ListrLogger, ProcessOutput } = await import('listr2');
  // On a terminal this stream is the process's own, which is what listr2 asks for.
  // oxlint-disable-next-line no-unsafe-type-assertion -- isTerminal was asked before
  const stderr = world.streams.stderr as unknown as NodeJS.WriteStream;
  const processOutput = new ProcessOutput(stderr, stderr);
  const logger = new ListrLogger({ useIcons: true, toStderr: [], processOutput });
  const gates = steps.map(() => makeGate());
  const shown: { row?: { output: string } } = {};
  const rows = steps.map((step, index) => ({
    title: title(step),
    task: async (_: unknown, row: { output: string }) => {
      shown.row = row;
      await gates[index]?.open;
    },
  }));
  // Signals are the executor's to handle: it has files and containers to clean up.
  const list = new Listr(rows, { registerSignalListeners: false, rendererOptions: { logger } });
  const listing = list.run().catch(() => undefined);
  let current: Gate | undefined;
  try {
    return await work({
      onStep: (step) => {
        current?.pass();
        current = gates[steps.indexOf(step)];
      },
      onProgress: (event) => {
        if (shown.row !== undefined) shown.row.output = escapeControl(`${event.id} ${event.text}`.trim());
      },
    });
  } catch (error) {
    current?.fail(error);
    throw error;
  } finally {
    for (const gate of gates) gate.pass();
    await listing;
  }
}

type Gate = {
  readonly open: Promise<void>;
  readonly pass: () => void;
  readonly fail: (error: unknown) => void;
};

// Promise.withResolvers, which Node 20 does not have.
function makeGate(): Gate {
  const parts: { pass?: Gate['pass']; fail?: Gate['fail'] } = {};
  const open = new Promise<void>((resolve, reject) => {
    parts.pass = resolve;
    parts.fail = reject;
  });
  // A gate that nobody waits at yet may fail.
  open.catch(() => undefined);
  return { open, pass: () => parts.pass?.(), fail: (error) => parts.fail?.(error) };
}
