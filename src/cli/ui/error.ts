import { EXIT_CODE, PodctlError, type Problem } from '../../core/errors.js';
import { resolvePath } from '../../core/path.js';
import { formatPlace } from '../../core/place.js';
import { escapeControl, redactUrls } from '../../core/text.js';
import type { World } from '../../io/world.js';
import { flavourOf } from '../project.js';
import { loadPaint, type Paint } from './paint.js';

/** Print what failed and what to do next on stderr; returns the exit code. */
export async function printError(error: unknown, world: World): Promise<number> {
  const { streams } = world;
  const paint = await loadPaint(streams.isTerminal('stderr'), world.host.env);
  const debug = world.host.env['PODCTL_DEBUG'] === '1';
  streams.print('stderr', formatError(await placed(error, world), paint));
  if (debug && error instanceof Error) streams.print('stderr', `${stackOf(error)}\n`);
  return error instanceof PodctlError ? EXIT_CODE[error.code] : EXIT_CODE.BUG;
}

/** The same error with lines and columns, which are looked for only now that somebody wants to see them. */
export async function placed(error: unknown, { files, host }: World): Promise<unknown> {
  if (!(error instanceof PodctlError) || error.problems.every(({ at }) => at?.path === undefined)) return error;
  const { placeError } = await import('../../profile/placement.js');
  return placeError(error, (file) => files.readText(resolvePath(host.cwd, file, flavourOf(host))));
}

/** The printed text of an error: `error:` and `hint:` lines; several problems are listed below their headline. */
export function formatError(error: unknown, paint: Paint): string {
  if (!(error instanceof PodctlError)) return formatBug(error, paint);
  const [first, ...more] = error.problems;
  const alone = more.length === 0 && (first === undefined || first.message === error.message);
  const hint = error.hint ?? fallbackHint(error, alone);
  return lines([
    `${paint.red('error:')} ${alone ? headOf({ ...first, message: error.message }) : clean(error.message)}`,
    ...(alone && first !== undefined ? placesOf(first, '  ') : []),
    ...(alone ? [] : error.problems.flatMap((problem) => formatProblem(problem, paint))),
    hint === undefined ? null : `${paint.cyan('hint:')} ${clean(hint)}`,
  ]);
}

// A message that already says what would be right needs no more than the place.
function fallbackHint({ problems }: PodctlError, alone: boolean): string | undefined {
  if (alone) return problems[0]?.at === undefined ? undefined : 'correct it there';
  return problems.some(({ hint }) => hint !== undefined) ? undefined : 'correct these';
}

function formatProblem(problem: Problem, paint: Paint): readonly (string | null)[] {
  return [
    `  ${headOf(problem)}`,
    ...placesOf(problem, '    '),
    problem.hint === undefined ? null : `    ${paint.cyan('hint:')} ${clean(problem.hint)}`,
  ];
}

function formatBug(error: unknown, paint: Paint): string {
  const message = error instanceof Error ? error.message : String(error);
  return lines([
    `${paint.red('error:')} a bug in podctl: ${clean(message)}`,
    `${paint.cyan('hint:')} run again with PODCTL_DEBUG=1 to see where, and report it with the command that you typed`,
  ]);
}

function headOf({ at, also, message }: Problem): string {
  return clean(at === undefined || also !== undefined ? message : `${formatPlace(at)}: ${message}`);
}

// What is wrong in one place says so in one line; what is wrong in several comes before the list of them.
function placesOf({ at, also }: Problem, indent: string): readonly string[] {
  if (at === undefined || also === undefined) return [];
  return [at, ...also].map((place) => `${indent}in ${clean(formatPlace(place))}`);
}

// One message is one line: text from files, engines and the command line must not steer the terminal or leak a URL's password.
function clean(text: string): string {
  return escapeControl(redactUrls(text));
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${escapeControl(redactUrls(error.stack ?? error.message), { newlines: true })}${cause}`;
}

function lines(parts: readonly (string | null)[]): string {
  return `${parts.filter((part) => part !== null).join('\n')}\n`;
}
