import { formatDuration } from '../core/duration.js';

/** Signals that podctl passes on to the tests. */
export type Interruption = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** Why podctl itself ended the tests; null: it did not. Milliseconds. */
export type Stopped =
  | { readonly by: 'timeout'; readonly limit: number }
  | { readonly by: 'signal'; readonly signal: Interruption }
  | { readonly by: 'service'; readonly name: string }
  | { readonly by: 'change' };

/** How a container ended, as the engine tells it. `oomKilled` is the engine's word alone. Times are ISO texts; null: none. */
export type ContainerEnd = {
  readonly started: boolean;
  readonly running: boolean;
  readonly exitCode: number | null;
  readonly oomKilled: boolean;
  readonly finishedAt: string | null;
};

/** What others did to the test container meanwhile. `signal` null: the engine does not say which. */
export type Interference = 'none' | 'unknown' | { readonly signal: string | null };

/** A service that was gone before the tests had ended. `exitCode` null: it was removed. */
export type DeadService = { readonly name: string; readonly exitCode: number | null; readonly oomKilled: boolean };

/** Everything that is known of a run of tests when it is over. */
export type TestFacts = {
  readonly engine: string;
  /** null: the container is gone. */
  readonly end: ContainerEnd | null;
  /** What the engine's own program, or the API call, ended with. */
  readonly clientCode: number;
  readonly stopped: Stopped | null;
  readonly interference: Interference;
  readonly dead: readonly DeadService[];
};

export type Outcome =
  | 'passed'
  | 'failed'
  | 'expectations'
  | 'timed-out'
  | 'killed'
  | 'out-of-memory'
  | 'service-died'
  | 'interrupted'
  | 'not-started'
  | 'stopped-for-change';

/** What a run of tests came to: its exit code, and one line that says so. */
export type TestVerdict = { readonly outcome: Outcome; readonly exitCode: number; readonly message: string };

/** podctl's own exit codes of a test run. Public: never renumbered. */
export const TEST_EXIT = {
  timedOut: 124,
  killed: 137,
  outOfMemory: 71,
  serviceDied: 76,
  expectations: 65,
  notStarted: 73,
} as const;

/** Exit codes of a command that a signal ended. */
export const SIGNAL_EXIT = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const satisfies Record<Interruption, number>;

/**
 * Judge a run: only tests that ended by themselves speak with their own code. What podctl did itself counts before what it saw, and a
 * service that died counts before all that the tests say without it.
 */
export function judgeTest(facts: TestFacts): TestVerdict {
  return (
    judgeInterrupted(facts.stopped) ??
    judgeServices(facts) ??
    judgeTimeout(facts.stopped) ??
    judgeStart(facts) ??
    judgeKill(facts) ??
    judgeCode(facts.end?.exitCode ?? facts.clientCode)
  );
}

/** The verdict of a run whose image is not as the profile expects; the tests' own failure counts more. */
export function withExpectations(verdict: TestVerdict | null, unmet: number): TestVerdict {
  if (verdict !== null && (verdict.outcome !== 'passed' || unmet === 0)) return verdict;
  if (unmet === 0) return { outcome: 'passed', exitCode: 0, message: 'the image is as the profile expects' };
  const what = unmet === 1 ? 'one expectation does not hold' : `${unmet} expectations do not hold`;
  const but = verdict === null ? '' : 'the tests passed, but ';
  return { outcome: 'expectations', exitCode: TEST_EXIT.expectations, message: `${but}${what} for the image` };
}

function judgeInterrupted(stopped: Stopped | null): TestVerdict | null {
  if (stopped?.by === 'change') {
    return { outcome: 'stopped-for-change', exitCode: SIGNAL_EXIT.SIGTERM, message: 'stopped: a file changed' };
  }
  if (stopped?.by !== 'signal') return null;
  const { signal } = stopped;
  return { outcome: 'interrupted', exitCode: SIGNAL_EXIT[signal], message: `interrupted by ${signal}` };
}

function judgeServices({ stopped, dead }: TestFacts): TestVerdict | null {
  const [first, ...more] = dead;
  if (first === undefined && stopped?.by !== 'service') return null;
  const named = first ?? { name: stopped?.by === 'service' ? stopped.name : '', exitCode: null, oomKilled: false };
  const how = named.exitCode === null ? 'it is gone' : `exit code ${named.exitCode}`;
  const memory = named.oomKilled && named.exitCode === 137 ? ', out of memory' : '';
  const others = more.length === 0 ? '' : `; so did ${more.map(({ name }) => `\`${name}\``).join(', ')}`;
  const message = `the service \`${named.name}\` died before the tests had ended (${how}${memory})${others}`;
  return { outcome: 'service-died', exitCode: TEST_EXIT.serviceDied, message };
}

function judgeTimeout(stopped: Stopped | null): TestVerdict | null {
  if (stopped?.by !== 'timeout') return null;
  const message = `the tests took longer than ${formatDuration(stopped.limit)} and were stopped`;
  return { outcome: 'timed-out', exitCode: TEST_EXIT.timedOut, message };
}

// Shells' codes for a program that is not there (127) or may not be run (126) say more than podctl's own.
function judgeStart({ end, clientCode }: TestFacts): TestVerdict | null {
  if (end === null || end.started) return null;
  const known = clientCode === 126 || clientCode === 127;
  const why = known ? 'its program was not found or may not be run' : 'the engine says why above';
  return {
    outcome: 'not-started',
    exitCode: known ? clientCode : TEST_EXIT.notStarted,
    message: `the test container did not start: ${why}`,
  };
}

function judgeKill({ engine, end, interference }: TestFacts): TestVerdict | null {
  if (end === null) return killed('killed: somebody removed the test container');
  if (end.running) return killed("killed: the engine's program ended before the tests did");
  // Docker reports one also for a run that ended by itself after a child of it was killed: only with 137 its word counts.
  if (end.exitCode === 137 && end.oomKilled) {
    return { outcome: 'out-of-memory', exitCode: TEST_EXIT.outOfMemory, message: 'killed: out of memory' };
  }
  if (typeof interference === 'object') {
    const how = interference.signal === null ? '' : ` with ${interference.signal}`;
    const after = end.exitCode === 137 ? '' : `; it then ended with ${end.exitCode}`;
    return killed(`killed: somebody ended the test container${how}${after}`);
  }
  if (end.exitCode !== 137) return null;
  return killed(`killed (possibly out of memory), or ended by itself with 137: ${engine} does not tell which`);
}

function killed(message: string): TestVerdict {
  return { outcome: 'killed', exitCode: TEST_EXIT.killed, message };
}

function judgeCode(exitCode: number): TestVerdict {
  if (exitCode === 0) return { outcome: 'passed', exitCode, message: 'the tests passed' };
  return { outcome: 'failed', exitCode, message: `the tests failed with exit code ${exitCode}` };
}

/** What happened to a container, as the engine's events tell it. */
type Happening = { readonly container: string; readonly action: string; readonly signal: string | null };

// Programs go on after these.
const HARMLESS = new Set(['SIGUSR1', 'SIGUSR2', 'SIGCHLD', 'SIGCONT', 'SIGURG', 'SIGWINCH']);

/** Whether somebody ended a container from outside. `works` false: the engine's events were lost, so that nobody can tell. */
export function interferenceWith(container: string, events: readonly Happening[], works: boolean): Interference {
  const kill = events.findLast(
    (event) =>
      event.container === container &&
      event.action === 'kill' &&
      (event.signal === null || !HARMLESS.has(event.signal)),
  );
  if (kill !== undefined) return { signal: kill.signal };
  return works ? 'none' : 'unknown';
}

/** Services that were gone before the tests had ended; those that ended later did no harm. */
export function deadServices(
  test: ContainerEnd | null,
  services: readonly { readonly name: string; readonly end: ContainerEnd | null }[],
): readonly DeadService[] {
  const last = test?.finishedAt ?? null;
  return services.flatMap(({ name, end }) => {
    if (end === null) return [{ name, exitCode: null, oomKilled: false }];
    const later = last !== null && end.finishedAt !== null && Date.parse(end.finishedAt) > Date.parse(last);
    return end.running || later ? [] : [{ name, exitCode: end.exitCode, oomKilled: end.oomKilled }];
  });
}
