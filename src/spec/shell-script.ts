/** How a shell script hands its arguments on. */
export type ArgumentUse = {
  /** How `$@` or `$*` stand: `exact` keeps every argument whole, `split` breaks them at spaces, `joined` makes one of all. */
  readonly all: 'exact' | 'split' | 'joined' | null;
  /** Arguments that are taken one by one, from the first, without a gap: 2 for `$1 $2`. */
  readonly single: number;
  /** The script takes `$0` as the first argument: `"$0" "$@"`. */
  readonly fromZero: boolean;
};

type Parameter = { readonly name: string; readonly quoted: boolean; readonly start: number; readonly end: number };

/** See which of its arguments a shell script uses. Text in single quotes, comments and `\$` are not uses. */
export function argumentUse(script: string): ArgumentUse {
  const parameters = findParameters(script);
  const names = new Set(parameters.map(({ name }) => name));
  let single = 0;
  while (names.has(String(single + 1))) single += 1;
  return { all: allOf(parameters), single, fromZero: isFromZero(parameters, script) };
}

function allOf(parameters: readonly Parameter[]): ArgumentUse['all'] {
  const whole = parameters.filter(({ name }) => name === '@' || name === '*');
  if (whole.some(({ name, quoted }) => name === '@' && quoted)) return 'exact';
  if (whole.some(({ quoted }) => !quoted)) return 'split';
  return whole.length > 0 ? 'joined' : null;
}

// Only next to the other arguments is `$0` one of them; elsewhere it is the name for messages.
function isFromZero(parameters: readonly Parameter[], script: string): boolean {
  return parameters.some((parameter, index) => {
    const next = parameters[index + 1];
    if (parameter.name !== '0' || next === undefined || !/^[@*1]$/.test(next.name)) return false;
    return /^["\s]*$/.test(script.slice(parameter.end, next.start));
  });
}

// What encloses the character that is read: double quotes, or a command substitution, which starts quoting anew.
type Frame = '"' | '(';

/** Reads a script once, from left to right, and notes the positional parameters that the shell would put in. */
function findParameters(script: string): readonly Parameter[] {
  const found: Parameter[] = [];
  const frames: Frame[] = [];
  let at = 0;
  while (at < script.length) {
    const quoted = frames.at(-1) === '"';
    const parameter = script[at] === '$' ? parameterAt(script, at) : null;
    if (parameter !== null) found.push({ ...parameter, quoted, start: at });
    at = parameter?.end ?? stepOver(script, at, frames);
  }
  return found;
}

/** The index after the character or quoted text at `at`; opens and closes frames on the way. */
function stepOver(script: string, at: number, frames: Frame[]): number {
  const character = script[at];
  const quoted = frames.at(-1) === '"';
  if (character === '\\') return at + 2;
  if (character === '"') {
    if (quoted) frames.pop();
    else frames.push('"');
    return at + 1;
  }
  if (character === '$' && script[at + 1] === '(') {
    frames.push('(');
    return at + 2;
  }
  return quoted ? at + 1 : stepOverBare(script, at, frames);
}

// Outside double quotes only: single quotes, comments and brackets.
function stepOverBare(script: string, at: number, frames: Frame[]): number {
  const character = script[at];
  if (character === '$' && script[at + 1] === "'") return afterQuote(script, at + 2, true);
  if (character === "'") return afterQuote(script, at + 1, false);
  if (character === '#' && isWordStart(script, at)) return endOfLine(script, at);
  if (character === '(') frames.push('(');
  if (character === ')') frames.pop();
  return at + 1;
}

// `$10` is `$1` and a zero; `${10}` is the tenth. A length such as `$#` or `${#1}` hands nothing on.
function parameterAt(script: string, at: number): { readonly name: string; readonly end: number } | null {
  const rest = script.slice(at);
  const match = /^\$([@*0-9])|^\$\{([@*]|\d+)(?=[}:%#/^,+\-=?@[])/.exec(rest);
  if (match === null) return null;
  return {
    name: match[1] ?? match[2] ?? '',
    end: at + match[0].length + (rest[match[0].length] === '}' && match[2] !== undefined ? 1 : 0),
  };
}

function afterQuote(script: string, from: number, escapes: boolean): number {
  for (let at = from; at < script.length; at++) {
    if (escapes && script[at] === '\\') at += 1;
    else if (script[at] === "'") return at + 1;
  }
  return script.length;
}

function isWordStart(script: string, at: number): boolean {
  return at === 0 || /[\s;&|()]/.test(script[at - 1] ?? '');
}

function endOfLine(script: string, at: number): number {
  const end = script.indexOf('\n', at);
  return end < 0 ? script.length : end;
}
