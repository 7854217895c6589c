/** Paths of the host, as text only: this layer must reason about Windows paths on Linux and the reverse. */
export type PathFlavour = 'posix' | 'windows';

/** True for `/x` (posix) and `C:\x`, `C:/x`, `\\server\share` (Windows). */
export function isAbsolute(path: string, flavour: PathFlavour): boolean {
  return flavour === 'posix' ? path.startsWith('/') : /^([A-Za-z]:[\\/]|\\\\|\/\/)/.test(path);
}

/** Join and normalise: `.`, `..` and doubled separators go away. The result is absolute when `base` is. */
export function resolvePath(base: string, path: string, flavour: PathFlavour): string {
  return normalizePath(isAbsolute(path, flavour) ? path : `${base}/${path}`, flavour);
}

/** Take `.`, `..` and doubled separators out, without looking at the disk. */
export function normalizePath(path: string, flavour: PathFlavour): string {
  if (flavour === 'posix') return rebuild(path.startsWith('/') ? '/' : '', path.split('/'), '/');
  const text = path.replaceAll('/', '\\');
  const root = /^(\\\\[^\\]+\\[^\\]+|[A-Za-z]:)\\?/.exec(text);
  const prefix = root === null ? '' : `${(root[1] ?? '').replace(/^[a-z]:/, (drive) => drive.toUpperCase())}\\`;
  return rebuild(prefix, text.slice(root?.[0].length ?? 0).split('\\'), '\\');
}

/** True when `path` is `parent` or lies below it. Both must be normalised and of one flavour. */
export function isWithin(path: string, parent: string): boolean {
  if (path === parent) return true;
  const separator = parent.includes('\\') ? '\\' : '/';
  return path.startsWith(parent.endsWith(separator) ? parent : `${parent}${separator}`);
}

function rebuild(prefix: string, parts: readonly string[], separator: string): string {
  const kept: string[] = [];
  for (const part of parts) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (prefix === '') kept.push('..');
  }
  const body = kept.join(separator);
  if (prefix === '') return body === '' ? '.' : body;
  return `${prefix}${body}`;
}
