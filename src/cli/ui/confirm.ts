import { PodctlError } from '../../core/errors.js';
import type { World } from '../../io/world.js';
import { terminalOf } from '../terminal.js';

/** The name of what goes, to be typed before it does. */
export type TypedName = {
  /** What counts as it; the first is the one that is shown. */
  readonly names: readonly [string, ...string[]];
  /** The value of `--confirm`; null: it was not given. */
  readonly given: string | null;
  /** Whose it is, for `type …, NAME, to …`: `the project's name`. */
  readonly called: string;
  /** What happens: `this empties data`. */
  readonly about: string;
  /** The same for the question: `empty this`. */
  readonly to: string;
};

/** Have a name typed, or take it from `--confirm`. Throws REFUSED unless it is the name. */
export async function confirmTyped({ names, given, called, about, to }: TypedName, world: World): Promise<void> {
  const [name] = names;
  const refused = (message: string): PodctlError =>
    new PodctlError('REFUSED', message, { hint: `in scripts: --confirm ${name}` });
  if (given !== null) {
    if (names.includes(given)) return;
    throw refused(`\`${given}\` is not the name`);
  }
  if (!canAsk(world)) throw refused(`${about}, and nobody can be asked`);
  const { askAll } = await import('./questions.js');
  const wrong = (answer: string): string | null =>
    names.includes(answer) ? null : `that is not ${name}; Ctrl-C leaves everything as it is`;
  const question = { message: `type ${called}, ${name}, to ${to}`, secret: false, example: undefined, wrong };
  const answers = await askAll({ name: question }, world.streams);
  if (!names.includes(answers?.['name'] ?? '')) throw refused('nothing was changed: the name was not typed');
}

/** Have a yes typed, or take `--yes` for it. */
export async function confirmYes(message: string, yes: boolean, world: World): Promise<void> {
  if (yes) return;
  if (!canAsk(world)) {
    throw new PodctlError('REFUSED', 'nobody can be asked, so nothing was changed', { hint: 'say --yes' });
  }
  const { askAll } = await import('./questions.js');
  const question = { message: `${message} (yes or no)`, secret: false, example: 'no', wrong: notYesOrNo };
  const answers = await askAll({ answer: question }, world.streams);
  if (/^y(es)?$/i.test(answers?.['answer'] ?? '')) return;
  throw new PodctlError('REFUSED', 'nothing was changed', { hint: 'answer yes to go on' });
}

function canAsk(world: World): boolean {
  return terminalOf(world).stdin && world.streams.isTerminal('stderr');
}

function notYesOrNo(answer: string): string | null {
  return /^(y|yes|n|no)$/i.test(answer) ? null : 'yes or no?';
}
