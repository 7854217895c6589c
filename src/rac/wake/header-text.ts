const LINE = /^([\w!#$%&'*+.^`|~-]+):([\t\x20-\x7e\x80-\xff]*)$/;

/** Lines of headers as names and values in turn; null: one of them is none. Nothing is forgiven: no folds, no bare line ends. */
export function headersIn(text: string): string[] | null {
  const result: string[] = [];
  for (const line of text.split('\r\n')) {
    const [, name, value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) return null;
    result.push(name, trimmed(value));
  }
  return result;
}

// Spaces and tabs only: bytes above ASCII are no blanks here.
function trimmed(value: string): string {
  let [from, to] = [0, value.length];
  while (from < to && isBlank(value.charCodeAt(from))) from += 1;
  while (to > from && isBlank(value.charCodeAt(to - 1))) to -= 1;
  return value.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** As Node joins several of one name; `name` in lower case. */
export function valueOf(rawHeaders: readonly string[], name: string): string | undefined {
  let found: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const header = rawHeaders[index] ?? '';
    if (header.length !== name.length || header.toLowerCase() !== name) continue;
    found = found === undefined ? rawHeaders[index + 1] : `${found}, ${rawHeaders[index + 1]}`;
  }
  return found;
}

/** Names and values in turn as lines of a message. */
export function headText(headers: readonly string[]): string {
  let text = '';
  for (let index = 0; index < headers.length; index += 2) text += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return text;
}
