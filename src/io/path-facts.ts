import { PodctlError } from '../core/errors.js';
import type { FileKind, Files } from './files.js';

/** One symbolic link on the way to a path, and the absolute path that it leads to. */
export type LinkOnTheWay = { readonly path: string; readonly target: string };

/** What a host path really is. `kind` and `realPath` are null when nothing is there. */
export type PathFacts = {
  readonly path: string;
  readonly kind: Exclude<FileKind, 'link'> | null;
  readonly realPath: string | null;
  /** In the order in which they are met; links inside link targets too. */
  readonly links: readonly LinkOnTheWay[];
  /** Something is mounted exactly there. */
  readonly mountPoint: boolean;
};

export type PathQuestion = { readonly files: Files; readonly mountPoints: ReadonlySet<string> };

const MOST_LINKS = 40;

/** Look at one absolute path and the links on the way to it; what lies below it is never read. */
export async function pathFacts(path: string, { files, mountPoints }: PathQuestion): Promise<PathFacts> {
  const links = path.startsWith('/') ? await linksOnTheWay(path, files) : await lastLink(path, files);
  const stat = await files.stat(path);
  const realPath = stat === null ? null : await files.realPath(path);
  return {
    path,
    kind: stat === null || stat.kind === 'link' ? null : stat.kind,
    realPath,
    links,
    mountPoint: realPath !== null && mountPoints.has(realPath),
  };
}

async function linksOnTheWay(path: string, files: Files): Promise<readonly LinkOnTheWay[]> {
  const links: LinkOnTheWay[] = [];
  let done = '';
  let rest = path.split('/').filter((part) => part !== '');
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    if (part === '.') continue;
    if (part === '..') {
      done = done.slice(0, Math.max(0, done.lastIndexOf('/')));
      continue;
    }
    const here = `${done}/${part}`;
    const text = await files.readLink(here);
    if (text === null) {
      done = here;
      continue;
    }
    links.push({ path: here, target: absolute(text, done) });
    if (links.length > MOST_LINKS) throw circle(path);
    rest = [...text.split('/').filter((piece) => piece !== ''), ...rest];
    if (text.startsWith('/')) done = '';
  }
  return links;
}

// Windows paths: the disk itself resolves what is on the way; podctl reports the last step.
async function lastLink(path: string, files: Files): Promise<readonly LinkOnTheWay[]> {
  const target = await files.readLink(path);
  return target === null ? [] : [{ path, target }];
}

function absolute(text: string, folder: string): string {
  const parts: string[] = [];
  for (const part of (text.startsWith('/') ? text : `${folder}/${text}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function circle(path: string): PodctlError {
  return new PodctlError('IO', `cannot resolve \`${path}\`: its symbolic links go in a circle`, {
    hint: 'repair the links',
  });
}
