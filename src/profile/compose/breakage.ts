/** What a text of a compose file would be without its variables, in words that follow a colon; null: it stays usable. */
export function breakage(path: readonly (string | number)[], text: string): string | null {
  if (path[0] !== 'services') return null;
  const [key, last] = [path[2], path.at(-1)];
  if (key === 'volumes') return volumeBreakage(last, text);
  if (key === 'image' && !isImage(text)) return `the image would be \`${text}\``;
  if (key === 'ports' && typeof last === 'number' && /(^|:)$/u.test(text)) return `the port would be \`${text}\``;
  if (key === 'env_file' && text === '') return 'the env file would have no name';
  return null;
}

function volumeBreakage(last: string | number | undefined, text: string): string | null {
  if (last === 'source' || last === 'target') return text === '' ? `the volume would have no ${last}` : null;
  if (typeof last !== 'number') return null;
  return /^:|::|:$|^$/u.test(text) ? `the volume would be \`${text}\`` : null;
}

function isImage(text: string): boolean {
  return text !== '' && !/^[/:@]|[/:@]$|\/\/|[/:@]:|:\//u.test(text);
}
