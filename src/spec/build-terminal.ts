import type { BuildBook } from './build-book.js';
import type { SpecRequest } from './request.js';
import type { ContainerSpec } from './spec.js';

/** Whether the container gets a terminal, and podctl's input. A terminal is asked for only where there is one. */
export function buildTerminal(
  word: 'auto' | 'always' | 'never',
  { terminal, flags }: SpecRequest,
  book: BuildBook,
): Pick<ContainerSpec, 'tty' | 'interactive'> {
  const both = terminal.stdin && terminal.stdout;
  const tty = word === 'always' || (word === 'auto' && both && !flags.detach);
  if (word === 'auto') book.setOrigins('tty', [{ kind: 'podctl', rule: tty ? 'terminal' : 'no-terminal' }]);
  if (flags.detach) return { tty, interactive: false };
  book.setOrigins('interactive', [{ kind: 'podctl', rule: 'attached' }]);
  // Engines refuse to make a terminal of input that is none.
  if (tty && !terminal.stdin) {
    book.note('tty', 'tty = "always", but the input is no terminal: the container gets a terminal without input');
    return { tty, interactive: false };
  }
  return { tty, interactive: true };
}
