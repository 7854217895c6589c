import type { Host } from '../../io/host.js';

/** Colours for words on a terminal; off a terminal every function gives its text back. */
export type Paint = {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
};

const plain = (text: string): string => text;

export const PLAIN: Paint = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain };

/** True when a stream shows colours: it is a terminal, and the user has not said NO_COLOR (https://no-color.org). */
function wantsColour(terminal: boolean, env: Host['env']): boolean {
  const refused = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '';
  return terminal && !refused && env['TERM'] !== 'dumb';
}

/** Colours for a stream that is a terminal or none. chalk is loaded only where they are seen. */
export async function loadPaint(terminal: boolean, env: Host['env']): Promise<Paint> {
  if (!wantsColour(terminal, env)) return PLAIN;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return {
    bold: (text) => chalk.bold(text),
    dim: (text) => chalk.dim(text),
    red: (text) => chalk.red(text),
    green: (text) => chalk.green(text),
    yellow: (text) => chalk.yellow(text),
    cyan: (text) => chalk.cyan(text),
  };
}
