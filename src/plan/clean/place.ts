import { isWithin, type PathFlavour } from '../../core/path.js';
import { isProtected } from '../../spec/protected-path.js';
import type { PathFacts } from '../host-answers.js';
import type { HostMount } from '../mount-table.js';

/** A folder of this machine that a verb would empty, and all that is known of where it stands. */
export type PlaceQuestion = {
  /** Absolute and normalised. Below the project it is spelled by the project's real path, so that a link above that counts for nothing. */
  readonly path: string;
  readonly facts: PathFacts;
  readonly mounts: readonly HostMount[];
  /** Real path of the project's root folder. */
  readonly project: string;
  readonly home: string;
  /** podctl's own state folder. */
  readonly state: string;
  /** Folders outside the project that the profile names as data. */
  readonly named: readonly string[];
  /** Files and folders that are the project's sources: compose and build files, build contexts, what git tracks. */
  readonly sources: readonly string[];
  readonly flavour: PathFlavour;
};

/** Why a place must not be emptied, and what to do about it; null: it may be. */
export type PlaceVerdict = { readonly message: string; readonly hint: string } | null;

/** Judge a place. The first reason is told; what is not there yet may be made. */
export function judgePlace(question: PlaceQuestion): PlaceVerdict {
  return lies(question) ?? isWhat(question) ?? holds(question);
}

/** A path as the host spells the project: the same below its real path. */
export function belowReal(path: string, project: { readonly root: string; readonly real: string }): string {
  return isWithin(path, project.root) ? `${project.real}${path.slice(project.root.length)}` : path;
}

function lies({ path, facts, project, home, named, flavour }: PlaceQuestion): PlaceVerdict {
  const [link] = facts.links;
  if (link !== undefined) {
    return told(
      path,
      `it lies behind the symbolic link \`${link.path}\``,
      'mount the folder itself, under its real path',
    );
  }
  if (path === '/' || isWithin(project, path)) {
    return told(path, 'the project itself lies there', 'mount a folder of its own for the data');
  }
  const inside = isWithin(path, project);
  // Of a project in /srv or below a home, what lies inside is the project's; what holds the home never is.
  if (isWithin(home, path) || (!inside && isProtected(path, home, flavour))) {
    return told(path, 'it is a home or a folder of the system', 'mount a folder of its own for the data');
  }
  if (inside || named.some((one) => isWithin(path, one))) return null;
  return told(
    path,
    'it lies outside the project',
    'if these are data of the project, name them in [data] of podctl.toml',
  );
}

function isWhat({ path, facts, mounts }: PlaceQuestion): PlaceVerdict {
  if (facts.kind !== null && facts.kind !== 'directory') {
    return told(path, 'it is no folder', 'podctl empties folders and volumes only');
  }
  const mount = mounts.find(({ mountPoint }) => isWithin(mountPoint, path));
  if (mount === undefined) return null;
  const what = mount.mountPoint === path ? 'it is a mount point' : `\`${mount.mountPoint}\` is mounted below it`;
  return told(path, what, 'unmount it, or empty it by hand');
}

function holds({ path, state, sources }: PlaceQuestion): PlaceVerdict {
  if (isWithin(state, path) || isWithin(path, state)) {
    return told(path, "podctl's own state lies there", 'move it with XDG_STATE_HOME');
  }
  const source = sources.find((one) => isWithin(one, path));
  if (source === undefined) return null;
  const what = source === path ? 'it is a source of the project' : `\`${source}\` in it is a source of the project`;
  return told(path, what, 'keep data and sources in folders of their own');
}

function told(path: string, why: string, hint: string): PlaceVerdict {
  return { message: `\`${path}\` is left alone: ${why}`, hint };
}
