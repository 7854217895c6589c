import { endOfLine } from './dotenv.js';

/**
 * A value as an env file must have it, so that compose and podctl read exactly this text: bare where that is certain, else quoted.
 * A shell reads the same, but for a carriage return.
 */
export function formatDotenvValue(value: string): string {
  if (value === '' || PLAIN.test(value)) return value;
  // In single quotes everything stands for itself but the quote; a backslash before it would keep the file open.
  if (!/['\r]/.test(value) && !value.endsWith('\\')) return `'${value}'`;
  const escaped = value.replaceAll(/[\\"$]/g, String.raw`\$&`).replaceAll('\r', String.raw`\r`);
  return `"${escaped}"`;
}

// Without a first character that quotes or comments, without blanks and dollars: every reader takes these as they stand.
const PLAIN = /^[A-Za-z0-9_./:@%+,=^-]+$/;

/** One `NAME=…` of a text. `from` and `to` bound what stands after the sign, up to the end of the value; `comment` what follows it. */
export type DotenvSlot = {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Nothing, empty quotes, or only a comment: waiting to be filled. */
  readonly blank: boolean;
  /** With its `#`, empty when there is none; it stands between `from` and `to`. */
  readonly comment: string;
};

/** Where the values of a text stand, in order. A line that cannot be read has none; a bare NAME has none either. */
export function dotenvSlots(text: string): readonly DotenvSlot[] {
  const slots: DotenvSlot[] = [];
  const statement = /[^\S\n]*(?:export[^\S\n]+)?([\p{L}\p{N}_.[\]-]+)[^\S\n]*[=:]/uy;
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at < text.length; ) {
    statement.lastIndex = at;
    const found = statement.exec(text);
    if (found === null) {
      at = nextLine(text, at);
      continue;
    }
    const from = statement.lastIndex;
    const end = valueEnd(text, from);
    slots.push(slotOf(found[1] ?? '', text, { from, end }));
    at = nextLine(text, end);
  }
  return slots;
}

/** A text with values put into slots; a comment that stood there follows the value. */
export function fillSlots(
  text: string,
  values: readonly { readonly slot: DotenvSlot; readonly value: string }[],
): string {
  const later = values.toSorted((a, b) => b.slot.from - a.slot.from);
  return later.reduce((rest, { slot, value }) => {
    const comment = slot.comment === '' ? '' : ` ${slot.comment}`;
    // Before a comment an empty value needs its quotes, or the comment would be read as the value.
    const written = value === '' && comment !== '' ? "''" : formatDotenvValue(value);
    return `${rest.slice(0, slot.from)}${written}${comment}${rest.slice(slot.to)}`;
  }, text);
}

function slotOf(
  name: string,
  text: string,
  { from, end }: { readonly from: number; readonly end: number },
): DotenvSlot {
  const whole = text.slice(from, end).replace(/\r$/, '');
  const [, comment = ''] = /^\s*(?:''|"")?\s*(#.*)?$/su.exec(whole) ?? [];
  const blank = /^\s*(''|"")?\s*(#|$)/u.test(whole) && !whole.trim().includes('\n');
  return { name, from, to: from + whole.length, blank, comment: blank ? comment.trimEnd() : '' };
}

// A quoted value may span lines; what is not closed ends with its line.
function valueEnd(text: string, from: number): number {
  const quoted = /[^\S\n]*(?:'(?:\\[\s\S]|[^'\\])*'|"(?:\\[\s\S]|[^"\\])*")/uy;
  quoted.lastIndex = from;
  return endOfLine(text, quoted.test(text) ? quoted.lastIndex : from);
}

function nextLine(text: string, from: number): number {
  return endOfLine(text, from) + 1;
}
