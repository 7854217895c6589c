/** A folder that is watched, and what in it is not. */
export type WatchedTree = {
  /** Absolute. */
  readonly root: string;
  /** What is not listened to, by its path below the root, with slashes. */
  readonly leavesOut: (path: string) => boolean;
  /** Folders that need not be entered. */
  readonly isClosed: (path: string) => boolean;
};

export type FileWatch = { readonly close: () => Promise<void> };

export type WatchFiles = (
  watched: {
    readonly trees: readonly WatchedTree[];
    /** Absolute paths that are not watched, with all below them. */
    readonly except: readonly string[];
  },
  onChange: (path: string) => void,
) => Promise<FileWatch>;

/** Names that tests and version control write by themselves, wherever they stand. */
const BY_MACHINES =
  /(^|[\\/])(\.git|\.hg|\.svn|__pycache__|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.tox|\.coverage[^\\/]*)([\\/]|$)/;

/** Watch folders; resolves when each change from now on will be heard of. */
export const watchFiles: WatchFiles = async ({ trees, except }, onChange) => {
  const watchers = await Promise.all(trees.map((tree) => watchTree(tree, except, onChange)));
  return { close: async () => void (await Promise.all(watchers.map((watcher) => watcher.close()))) };
};

async function watchTree(
  { root, leavesOut, isClosed }: WatchedTree,
  except: readonly string[],
  onChange: (path: string) => void,
): Promise<FileWatch> {
  const { watch } = await import('chokidar');
  const below = (path: string): string =>
    path
      .slice(root.length)
      .replace(/^[\\/]+/, '')
      .replaceAll('\\', '/');
  const watcher = watch(root, {
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path, stats) => {
      const inside = below(path);
      if (BY_MACHINES.test(inside) || except.some((one) => path === one || path.startsWith(`${one}/`))) return true;
      if (inside === '' || stats === undefined) return false;
      return stats.isDirectory() ? isClosed(inside) : leavesOut(inside);
    },
  });
  watcher.on('all', (_event, path) => {
    if (path === root || !leavesOut(below(path))) onChange(path);
  });
  // One folder that cannot be read, or a limit of the system: what can be watched is.
  watcher.on('error', () => undefined);
  await new Promise<void>((resolve) => void watcher.once('ready', resolve));
  return watcher;
}
