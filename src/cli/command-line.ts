import { PodctlError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { FLAG_LIST, FLAGS, type FlagKey, LONG_FLAGS } from './flags.js';

/** The command's name and the words around it; `name` null when the line has none. */
export type CommandLine = { readonly name: string | null; readonly rest: readonly string[] };

/**
 * Find the command on the line: the first word that is neither a flag nor a flag's value. A flag before it must be known, else
 * nobody could tell its value from the command.
 */
export function findCommand(argv: readonly string[]): CommandLine {
  let index = 0;
  while (index < argv.length) {
    const word = argv[index] ?? '';
    if (word === '--') break;
    if (!word.startsWith('-') || word === '-') {
      return { name: word, rest: [...longForms(argv.slice(0, index)), ...argv.slice(index + 1)] };
    }
    index += takesNext(word) ? 2 : 1;
  }
  return { name: null, rest: argv };
}

// `-f` before the command is a compose file, as compose has it; after `logs` it is --follow.
function longForms(words: readonly string[]): readonly string[] {
  const { long, short } = FLAGS.composeFile;
  return words.map((word) =>
    word === `-${short}` ? `--${long}` : word.startsWith(`-${short}`) ? `--${long}=${word.slice(2)}` : word,
  );
}

/**
 * Put `--` before the program's own words: what follows the first `positionals` words of the line belongs to it, dashes and all.
 * A line that has its own `--` before them is left as it is.
 */
export function separateProgram(line: readonly string[], positionals: number): readonly string[] {
  let seen = 0;
  for (let index = 0; index < line.length; ) {
    const word = line[index] ?? '';
    if (word === '--') return line;
    const isFlag = word.startsWith('-') && word !== '-';
    if (!isFlag && seen === positionals) return [...line.slice(0, index), '--', ...line.slice(index)];
    if (!isFlag) seen += 1;
    index += isFlag && takesNext(word) ? 2 : 1;
  }
  return line;
}

/** The value of a flag on a line that is not parsed yet; undefined when the flag is not there. */
export function findValue(line: readonly string[], key: FlagKey): string | undefined {
  const flag = `--${FLAGS[key].long}`;
  const words = line.slice(0, line.includes('--') ? line.indexOf('--') : undefined);
  const at = words.findLastIndex((word) => word === flag || word.startsWith(`${flag}=`));
  if (at === -1) return undefined;
  const word = words[at] ?? '';
  return word.includes('=') ? word.slice(flag.length + 1) : words[at + 1];
}

/**
 * Words after `--` are the program's own, also where a positional was left out before them: an empty one is put in its place.
 */
export function keepPlace(line: readonly string[], positionals: number): readonly string[] {
  const end = line.indexOf('--');
  if (end === -1) return line;
  let seen = 0;
  for (let index = 0; index < end; ) {
    const word = line[index] ?? '';
    const isFlag = word.startsWith('-') && word !== '-';
    if (!isFlag) seen += 1;
    index += isFlag && takesNext(word) ? 2 : 1;
  }
  const empty = Array.from({ length: Math.max(0, positionals - seen) }, () => '');
  return [...line.slice(0, end + 1), ...empty, ...line.slice(end + 1)];
}

function takesNext(word: string): boolean {
  if (word.startsWith('--')) {
    const name = word.slice(2).replace(/=.*/s, '');
    const flag = FLAG_LIST.find(({ long }) => long === name);
    if (flag === undefined) throw unknownFlag(`--${name}`);
    return flag.value !== undefined && !word.includes('=');
  }
  // `-dm public`: a cluster takes the next word when its first flag with a value is its last letter.
  const letters = word.slice(1).split('');
  const unknown = letters.findIndex((letter) => !FLAG_LIST.some(({ short }) => short === letter));
  const valued = letters.findIndex((letter) =>
    FLAG_LIST.some(({ short, value }) => short === letter && value !== undefined),
  );
  if (unknown !== -1 && (valued === -1 || unknown < valued)) throw unknownFlag(`-${letters[unknown]}`);
  return valued !== -1 && valued === letters.length - 1;
}

function unknownFlag(flag: string): PodctlError {
  const meant = flag.startsWith('--') ? nearest(flag.slice(2), LONG_FLAGS) : undefined;
  return new PodctlError('USAGE', `unknown option \`${flag}\``, {
    hint: meant === undefined ? 'podctl --help lists the commands and options' : `did you mean --${meant}?`,
  });
}
