import { PodctlError } from './errors.js';

/**
 * The words of a command that somebody typed as one text, `gh auth token --user "ann b"`: divided at blanks, with quotes and backslashes
 * as people know them. It is no shell: variables, globs, pipes and `;` are letters like others. Throws PodctlError('USAGE').
 */
export function splitWords(text: string): readonly string[] {
  const words: string[] = [];
  const word = /\s*((?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+)/gsy;
  let end = 0;
  for (let match = word.exec(text); match !== null; match = word.exec(text)) {
    end = word.lastIndex;
    words.push(plain(match[1] ?? ''));
  }
  if (text.slice(end).trim() !== '') {
    throw new PodctlError('USAGE', 'a quote is never closed in the command', { hint: 'close it, or write it without' });
  }
  return words;
}

// A word is nothing but such parts, one behind the other.
function plain(word: string): string {
  const part = /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|([^'"\\]+)/gs;
  const parts = Array.from(word.matchAll(part), ([, single, double, escaped, bare]) => {
    return single ?? double?.replaceAll(/\\(["\\])/g, '$1') ?? escaped ?? bare ?? '';
  });
  return parts.join('');
}
