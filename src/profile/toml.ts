import { parse, TomlError } from 'smol-toml';
import { PodctlError } from '../core/errors.js';
import { withoutBom } from './locate.js';

// What smol-toml says, and what to do about it.
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /in strings|unfinished string/,
    'close the text with its quote on the same line; text of several lines stands in three quotes',
  ],
  [/redefine/, 'the same key or table stands further up; put both into one'],
  [/escape/, "a backslash begins an escape: write \\\\, or put the text in 'single quotes'"],
  [/end-of-line/, 'write one key = value per line'],
  [/structure|unfinished (array|table)/, 'a comma or a closing bracket is missing'],
  [/key|declaration/, 'write key = value; a header ends with ], and a key with other signs stands in quotes'],
  [/losslessly/, 'write a smaller number, or the number as text in quotes'],
];
const ANY_VALUE = 'text stands in quotes, a list in [ ], a table in { }';

/** Parse TOML text. A syntax error is BAD_DATA with file, line and column; TOML has no second one to list, for a parser stops at the first. */
export function parseToml(
  source: { readonly file: string; readonly text: string },
  options: { readonly integersAsBigInt?: boolean } = {},
): unknown {
  const text = withoutBom(source.text);
  try {
    return parse(text, { integersAsBigInt: options.integersAsBigInt ?? false });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const { line, column } = error;
    const said = reasonOf(error);
    const hint = HINTS.find(([pattern]) => pattern.test(said))?.[1] ?? ANY_VALUE;
    const problem = { message: `this is not TOML: ${said}`, hint, at: { file: source.file, line, column } };
    throw new PodctlError('BAD_DATA', problem.message, { hint, problems: [problem] });
  }
}

// The library's message has a headline and then a picture of the lines around the error.
function reasonOf(error: TomlError): string {
  return (error.message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '');
}
