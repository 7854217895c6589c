import { parse, TomlError } from 'smol-toml';
import { PodctlError } from '../core/errors.js';
import { withoutBom } from './locate.js';

// What smol-toml says, and what to do about it.
const HINTS: readonly (readonly [RegExp, string])[] = [
  [/unterminated string|newlines are not allowed in strings/, 'close the text with a quote on this line'],
  [/redefine|already defined|duplicate/, 'the same key or table stands further up; put both into one'],
  [/unescaped|escape/, "a backslash begins an escape: write \\\\, or put the text in 'single quotes'"],
  [/unexpected type|invalid value|unterminated value/, 'text is written in quotes; lists in [ ], tables in { }'],
  [/unfinished|unterminated|unclosed|end of/, 'a closing bracket or brace is missing'],
];

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
    const hint = HINTS.find(([pattern]) => pattern.test(said))?.[1] ?? 'TOML is described at https://toml.io';
    const problem = { message: `this is not TOML: ${said}`, hint, at: { file: source.file, line, column } };
    throw new PodctlError('BAD_DATA', problem.message, { hint, problems: [problem] });
  }
}

// The library's message has a headline and then a picture of the lines around the error.
function reasonOf(error: TomlError): string {
  return (error.message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '');
}
