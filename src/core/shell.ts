/** Shells that podctl can quote for. Quoting is for display and pasting only; podctl itself never starts a shell. */
export type Shell = 'sh' | 'powershell' | 'cmd';

export const SHELLS = ['sh', 'powershell', 'cmd'] as const satisfies readonly Shell[];

const ESCAPED_QUOTE = String.raw`'\''`;

/** Quote one argument so that the shell hands it over unchanged. */
export function quote(argument: string, shell: Shell): string {
  if (shell === 'sh') return quoteSh(argument);
  if (shell === 'powershell') return quotePowerShell(argument);
  return quoteCmd(argument);
}

/** Quote a whole command line. */
export function quoteAll(argv: readonly string[], shell: Shell): string {
  const [file = '', ...args] = argv;
  // sh takes a first word with `=` for an assignment.
  const quoted = shell === 'sh' && file.includes('=') ? `'${file.replaceAll("'", ESCAPED_QUOTE)}'` : quote(file, shell);
  // PowerShell reads a quoted first word as a string, not as a command.
  const head = shell === 'powershell' && quoted !== file ? `& ${quoted}` : quoted;
  return [head, ...args.map((argument) => quote(argument, shell))].join(' ');
}

function quoteSh(argument: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(argument)) return argument;
  return `'${argument.replaceAll("'", ESCAPED_QUOTE)}'`;
}

function quotePowerShell(argument: string): string {
  // A leading dash is kept bare where safe: quoted, PowerShell would still pass it, but commas and @ must be quoted.
  if (/^[A-Za-z0-9_+=:./\\-]+$/.test(argument) && !/^-.*[:.]/.test(argument)) return argument;
  // Windows PowerShell 5 drops bare double quotes on the way to a program; a backslash keeps them.
  // PowerShell reads typographic single quotes as plain ones.
  return `'${argument.replaceAll(/['\u2018-\u201b]/g, '$&$&').replaceAll(/(\\*)"/g, String.raw`$1$1\"`)}'`;
}

function quoteCmd(argument: string): string {
  if (/^[A-Za-z0-9_+=:./\\@-]+$/.test(argument)) return argument;
  // The C runtime's rules: backslashes double before a quote, and quotes are escaped.
  const escaped = argument.replaceAll(/(\\*)"/g, String.raw`$1$1\"`).replace(/(\\+)$/, '$1$1');
  // cmd does not know `\"`: after one it takes `&` and `|` for its own, and it fills in `%` everywhere. With a caret before every
  // special sign it never believes to be inside quotes, and finds no variable between the signs.
  const harmless = !/[%!]/.test(argument) && !(argument.includes('"') && /[&|<>^()]/.test(argument));
  if (harmless) return `"${escaped}"`;
  return `"${escaped}"`.replaceAll(/[()%!^"<>&|]/g, '^$&');
}
