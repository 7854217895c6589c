/** Paths of the host, as text only: this layer must reason about Windows paths on Linux and the reverse. */
export type PathFlavour = 'posix' | 'windows';

/** True for `/x` (posix) and `C:\x`, `C:/x`, `\\server\share` (Windows). */
export function isAbsolute(path: string, flavour: PathFlavour): boolean {
  return flavour === 'posix' ? path.startsWith('/') : /^([A-Za-z]:[\\/]|\\\\|\/\/)/.test(path);
}

/** Join and normalise: `.`, `..` and doubled separators go away. The result is absolute when `base` is. */
export function resolvePath(base: string, path: string, flavour: PathFlavour): string {
  if (isAbsolute(path, flavour)) return normalizePath(path, flavour);
  // On Windows `\\x` is a path of the current drive.
  const drive = flavour === 'windows' && /^[\\/]/.test(path) ? windowsRoot(base.replaceAll('/', '\\'))?.[1] : undefined;
  return normalizePath(`${drive ?? base}/${path}`, flavour);
}

/** Take `.`, `..` and doubled separators out, without looking at the disk. */
export function normalizePath(path: string, flavour: PathFlavour): string {
  if (flavour === 'posix') return rebuild(path.startsWith('/') ? '/' : '', path.split('/'), '/');
  const text = path.replaceAll('/', '\\');
  const root = windowsRoot(text);
  const prefix = root === null ? '' : `${(root[1] ?? '').replace(/^[a-z]:/, (drive) => drive.toUpperCase())}\\`;
  return rebuild(prefix, text.slice(root?.[0].length ?? 0).split('\\'), '\\');
}

/** True when `path` is `parent` or lies below it. Both must be normalised and of one flavour. Case does not count on Windows. */
export function isWithin(path: string, parent: string): boolean {
  if (path === parent) return true;
  // A backslash alone tells nothing: on Linux it may stand in a name.
  if (parent.startsWith('/') || !/^([A-Za-z]:)?\\/.test(parent)) {
    return path.startsWith(parent) && (parent.endsWith('/') || path[parent.length] === '/');
  }
  const [inner, outer] = [path.toLowerCase(), parent.toLowerCase()];
  return inner === outer || inner.startsWith(outer.endsWith('\\') ? outer : `${outer}\\`);
}

/** The folder that a path of either flavour stands in; `/` for what stands in the root. */
export function parentOf(path: string): string {
  const at = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return at <= 0 ? '/' : path.slice(0, at);
}

// A share or a drive, with the backslash after it.
function windowsRoot(path: string): RegExpExecArray | null {
  return /^(\\\\[^\\]+\\[^\\]+|[A-Za-z]:)\\?/.exec(path);
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
