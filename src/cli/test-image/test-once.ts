import { Readable, Writable } from 'node:stream';
import { PodctlError } from '../../core/errors.js';
import type { Streams } from '../../io/streams.js';
import type { Step } from '../../plan/step.js';
import { carryOut } from '../carry-out.js';
import type { Context } from '../context.js';
import { markRun, type TestBed } from './bed.js';
import type { TestOptions } from './options.js';
import { type PreparedTest, prepareTest, tellNotes } from './prepare.js';
import { printResult } from './print-result.js';
import { carryOutTest, isGone } from './test-run.js';

/** One run from its preparation to its last word. `changed` aborts when it is to end because a file changed. */
export async function testOnce(
  {
    bed,
    options,
    changed,
  }: { readonly bed: TestBed; readonly options: TestOptions; readonly changed: AbortSignal | null },
  outside: Context,
): Promise<number> {
  // The document of --json has stdout for itself; what the tests write then goes to stderr.
  const context = options.json ? withStdoutOnStderr(outside) : outside;
  const mark = await markRun(bed, context);
  const first = await prepareTest(bed, { mark, options }, context);
  await reap(bed, first, context);
  const prepared = await pullFirst(first, { bed, options }, context);
  tellNotes(prepared, context);
  const limits = { timeout: options.timeout ?? bed.settings.timeout, changed };
  const result = await carryOutTest({ bed, prepared, limits }, context);
  printResult({ bed, prepared, result, json: options.json }, context);
  return result.verdict.exitCode;
}

// Whatever is wrong with the remains of others must not keep this run from running; it tells.
async function reap({ found }: TestBed, { steps, plan, remains }: PreparedTest, context: Context): Promise<void> {
  const { containers, networks } = remains.gone;
  const names = [...containers.map(({ name }) => name), ...networks];
  if (names.length > 0) context.output.note(`note: removing what a killed run left behind: ${names.join(', ')}`);
  for (const step of steps.reap) await tryStep(step, { found, plan, context });
  const { dropLease } = await context.rooms.lease();
  const { host, files } = context.world;
  for (const { name } of containers) await dropLease(name, { connection: found.connection, host, files });
  if (remains.foreign.length === 0) return;
  const list = remains.foreign.join(', ');
  context.output.note(`note: runs of another machine or container own ${list}; podctl leaves them alone`);
}

async function tryStep(
  step: Step,
  { found, plan, context }: Pick<TestBed, 'found'> & Pick<PreparedTest, 'plan'> & { readonly context: Context },
): Promise<void> {
  try {
    await carryOut({ ...plan, steps: [step] }, found, context);
  } catch (error) {
    if (!(error instanceof PodctlError)) throw error;
    // Another run may have been quicker.
    if (!isGone(error)) context.output.note(`note: ${error.message}`);
  }
}

// What a missing image needs is known only once it is there: pull it, look again and plan again.
async function pullFirst(
  first: PreparedTest,
  { bed, options }: { readonly bed: TestBed; readonly options: TestOptions },
  context: Context,
): Promise<PreparedTest> {
  const { pull, services, test } = first.steps;
  const all = [...pull, ...services.flatMap(({ steps }) => steps), ...test];
  const pulls = all.filter((step) => step.do !== 'file' && step.output === 'progress');
  const missing = [first.test, ...first.services.map(({ prepared }) => prepared)].some(
    (one) => one?.presence === 'missing',
  );
  if (pulls.length === 0 || !(missing || pull.length > 0)) return first;
  await carryOut({ ...first.plan, steps: pulls }, bed.found, context);
  return prepareTest(bed, { mark: first.mark, options }, context);
}

function withStdoutOnStderr(context: Context): Context {
  const { streams } = context.world;
  const quiet: Streams = {
    stdin: Readable.from([]),
    stdout: new Writable({ write: (chunk, _encoding, done) => void streams.stderr.write(chunk, done) }),
    get stderr() {
      return streams.stderr;
    },
    isTerminal: () => false,
    // The program's own stdout must not be podctl's.
    inheritable: false,
    print: streams.print,
    failedWrite: streams.failedWrite,
  };
  return { ...context, world: { ...context.world, streams: quiet } };
}
