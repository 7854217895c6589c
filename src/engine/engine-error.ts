import { PodctlError } from '../core/errors.js';
import { escapeControl } from '../core/text.js';
import { type DeadImage, deadImage, deadImageHint } from '../spec/dead-images.js';
import type { Recognised } from './failures/failure.js';
import { recognise } from './failures/recognise.js';

/** What an engine's program said when it failed; already without secrets. */
export type Failure = {
  readonly argv: readonly string[];
  readonly exitCode: number;
  readonly output: string;
  /** Who holds the port that was wanted, where that was found out. */
  readonly holder?: string | null;
};

/** The error for a step that an engine's program did not do: why, where podctl knows, and the engine's own words in any case. */
export function engineError({ argv, exitCode, output, holder = null }: Failure): PodctlError {
  const [program = ''] = argv;
  const reason = reasonIn(output) || `exit code ${exitCode}`;
  const known = recognise(output, nameOf(program));
  const what = escapeControl(commandName(argv));
  const gone = known === null ? null : goneImage(known, argv);
  const why = known === null ? reason : `${known.sentence}${holder === null ? '' : ` by ${holder}`}: ${reason}`;
  return new PodctlError(known?.code ?? 'CANNOT_CREATE', `\`${what}\` failed: ${escapeControl(why)}`, {
    hint: escapeControl(
      (gone === null ? known?.hint : deadImageHint(gone)) ??
        'read what the engine says above, and print the whole command with --dry-run',
    ),
  });
}

const MAY_BE_GONE: ReadonlySet<string> = new Set(['pull-denied', 'unauthorized', 'scope-denied', 'manifest-unknown']);

// A registry says of an image that is gone what it says of one that wants a login.
function goneImage({ id, facts }: Recognised, argv: readonly string[]): DeadImage | null {
  if (!MAY_BE_GONE.has(id)) return null;
  const names = [...argv.filter((word) => word.includes('/')), facts['image'] ?? ''];
  return names.map((name) => deadImage(name)).find((one) => one !== null) ?? null;
}

// An API call begins with its method; a program may come with its path, and one that runs compose files for its engine.
function nameOf(program: string): string {
  const name = /^[A-Z]+$/.test(program) ? 'docker' : (program.split(/[\\/]/).at(-1) ?? program);
  return name.replace(/-compose(\.exe)?$/, '');
}

// The program and its verb; the rest of a command line is long and stands in the plan.
function commandName(argv: readonly string[]): string {
  const [program = '', ...rest] = argv;
  // Options before the verb say which engine is meant, each with a value.
  const at = rest.findIndex((word, index) => !word.startsWith('-') && rest[index - 1]?.startsWith('--') !== true);
  return at === -1 ? program : `${program} ${rest[at]}`;
}

// Engines put advice after the error and progress before it: the line that calls itself an error says most.
function reasonIn(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const telling = lines.findLast((line) => /\berror\b|denied|failed|invalid|unknown/i.test(line));
  return telling ?? lines.at(-1) ?? '';
}
