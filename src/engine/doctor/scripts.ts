import { ifPossible } from '../../core/errors.js';
import type { Files } from '../../io/files.js';
import { walkTree } from '../../io/walk.js';
import type { ScriptsFacts } from '../../plan/doctor/scripts.js';

/** A path of this machine that is mounted, and what it is mounted into. */
export type MountedPath = { readonly source: string; readonly by: string };

const MOST_FILES = 2_000;
const MOST_DEPTH = 5;
const LARGEST = 1_000_000;
const HEAD = 256;
// Nobody starts what is in there by its path.
const SKIPPED = new Set(['.git', 'node_modules', '.venv', 'venv', '__pycache__', '.tox', '.cache']);
const SCRIPT_NAME = /\.(sh|bash|zsh|ksh|py|pl|rb|js|php|awk)$|^[^.]+$/;

/** Scripts below mounted paths that begin with `#!` and a line that ends as Windows ends it. */
export async function findCrlfScripts(mounted: readonly MountedPath[], files: Files): Promise<ScriptsFacts> {
  const found: { path: string; by: string }[] = [];
  let looked = 0;
  let more = false;
  for (const { source, by } of unique(mounted)) {
    // oxlint-disable-next-line no-await-in-loop -- one limit for all of them
    const names = await namesBelow(source, files, MOST_FILES - looked);
    more ||= names.more;
    looked += names.paths.length;
    // oxlint-disable-next-line no-await-in-loop -- as above
    const broken = await Promise.all(names.paths.map((path) => isBroken(path, files)));
    found.push(...names.paths.filter((_, index) => broken[index] === true).map((path) => ({ path, by })));
  }
  return { scripts: found, looked, more };
}

function unique(mounted: readonly MountedPath[]): readonly MountedPath[] {
  return [...new Map(mounted.toReversed().map((one) => [one.source, one])).values()].toReversed();
}

type Names = { readonly paths: readonly string[]; readonly more: boolean };

async function namesBelow(source: string, files: Files, most: number): Promise<Names> {
  const kind = (await ifPossible(() => files.stat(source)))?.kind;
  if (kind === 'file') return { paths: most > 0 ? [source] : [], more: most <= 0 };
  if (kind !== 'directory') return { paths: [], more: false };
  const paths: string[] = [];
  let entered = 0;
  let more = false;
  await walkTree<number>(
    { root: source, state: 0, files },
    {
      enter: (path, depth) => {
        const name = path.slice(path.lastIndexOf('/') + 1);
        entered += 1;
        if (SKIPPED.has(name) || depth + 1 >= MOST_DEPTH) return null;
        if (entered > MOST_FILES || paths.length >= most) {
          more = true;
          return null;
        }
        return depth + 1;
      },
      wants: (path) => SCRIPT_NAME.test(path.slice(path.lastIndexOf('/') + 1)),
      meet: ({ path, kind: what, size }) => {
        if (what !== 'file' || size === null || size < 4 || size > LARGEST) return;
        if (paths.length >= most) more = true;
        else paths.push(`${source}/${path}`);
      },
      unreadable: () => undefined,
    },
  );
  return { paths, more };
}

async function isBroken(path: string, files: Files): Promise<boolean> {
  const head = await ifPossible(() => files.readHead(path, HEAD));
  return head !== null && /^#![^\n]*\r\n/.test(new TextDecoder('latin1').decode(head));
}
