import type { Host } from './host.js';

/** Folder of what podctl remembers between runs. Make it with mode 0700. */
export function stateDir(host: Host): string {
  const stated = absolute(host.env['XDG_STATE_HOME']);
  if (stated !== null) return `${stated}/podctl`;
  if (host.platform === 'darwin') return `${host.home}/Library/Application Support/podctl`;
  if (host.platform === 'win32') return `${host.env['LOCALAPPDATA'] ?? `${host.home}\\AppData\\Local`}\\podctl`;
  return `${host.home}/.local/state/podctl`;
}

/**
 * Folder for files that hold secrets while an engine reads them; on Linux in memory where the session has such a place. Make it
 * with mode 0700. Never a shared temporary folder: another user could put a folder of that name there first.
 */
export function secretDir(host: Host): string {
  const runtime = host.platform === 'linux' ? absolute(host.env['XDG_RUNTIME_DIR']) : null;
  if (runtime !== null) return `${runtime}/podctl`;
  return `${stateDir(host)}${host.platform === 'win32' ? '\\' : '/'}run`;
}

/**
 * Folder for secret files that containers have mounted: they live as long as their container, so not in memory that a logout empties.
 * Make it with mode 0700.
 */
export function mountedSecretDir(host: Host): string {
  return `${stateDir(host)}${host.platform === 'win32' ? '\\' : '/'}secrets`;
}

// The XDG specification: a relative path is invalid and must be ignored.
function absolute(path: string | undefined): string | null {
  return path?.startsWith('/') === true ? path.replace(/\/+$/, '') : null;
}
