import { type ContextRule, fileRule, folderRule } from './context-rules.js';
import type { FolderState, Ignore } from './ignore-file.js';

/** Something with a size, in bytes. Folders end with a slash. */
export type Sized = { readonly path: string; readonly bytes: number };

/** What may not belong into the context. A folder counts as one, with all that is let in of it. */
export type Suspect = Sized & {
  readonly rule: ContextRule;
  readonly files: number;
  /** It stands in git's own files, which are needed as a whole. */
  readonly git?: boolean;
};

/** What an ignore file lets in. */
export type ContextMeasure = {
  readonly files: number;
  readonly folders: number;
  readonly links: number;
  readonly bytes: number;
  /** `.git` apart, wherever it stands; `pointer`: it is a file that names a folder elsewhere. null: it stays out, or there is none. */
  readonly git: { readonly files: number; readonly bytes: number; readonly pointer: boolean } | null;
  /** Largest first: entries of the context's own folder with all they hold, and single files. */
  readonly entries: readonly Sized[];
  readonly largest: readonly Sized[];
  readonly suspects: readonly Suspect[];
  /** Sockets, pipes and devices: builders skip them or fail. */
  readonly specials: readonly string[];
  readonly unreadable: readonly { readonly path: string; readonly why: string }[];
};

class Tally {
  readonly path: string;
  readonly rule: ContextRule | null;
  bytes = 0;
  files = 0;

  constructor(path: string, rule: ContextRule | null = null) {
    this.path = path;
    this.rule = rule;
  }

  add(bytes: number): void {
    this.bytes += bytes;
    this.files += 1;
  }
}

/** What a folder hands on to what it holds: the ignore file's state, and the tallies that its content belongs to. */
export type ContextState = {
  readonly ignored: FolderState;
  readonly entry: Tally | null;
  /** `.git`, or a folder that is a suspect as a whole; nothing below it is looked at again. */
  readonly apart: Tally | null;
};

export const CONTEXT_START: ContextState = { ignored: null, entry: null, apart: null };

/** An entry as a walk meets it. */
export type ContextEntry = {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'socket' | 'link' | 'other';
  readonly size: number | null;
};

const MOST = 10;

/** Takes a walk's entries one by one, and keeps sums and the largest only. */
export class ContextTally {
  readonly #ignore: Ignore;
  readonly #counts = { files: 0, folders: 0, links: 0, bytes: 0 };
  readonly #entries: Tally[] = [];
  readonly #apart: Tally[] = [];
  readonly #suspects: Suspect[] = [];
  readonly #specials: string[] = [];
  readonly #unreadable: { path: string; why: string }[] = [];
  readonly #largest: Sized[] = [];
  #pointer = false;

  constructor(ignore: Ignore) {
    this.#ignore = ignore;
  }

  readonly wants = (path: string, { ignored }: ContextState): boolean => !this.#ignore.leavesOut(path, ignored);

  readonly enter = (path: string, parent: ContextState): ContextState | null => {
    const { state, closed } = this.#ignore.folder(path, parent.ignored);
    if (closed) return null;
    const name = nameOf(path);
    const entry = parent.entry ?? this.#open(`${path}/`);
    return { ignored: state, entry, apart: parent.apart ?? this.#setApart(name, path) };
  };

  readonly meet = (entry: ContextEntry, parent: ContextState): void => {
    const { path, kind, size } = entry;
    if (kind === 'directory') {
      if (!this.#ignore.leavesOut(path, parent.ignored)) this.#counts.folders += 1;
      return;
    }
    if (kind === 'link') this.#counts.links += 1;
    else if (kind !== 'file') this.#specials.push(path);
    else if (size === null) this.unreadable(path, unreadableFile(path));
    else this.#file(path, size, parent);
  };

  readonly unreadable = (path: string, why: string): void => {
    this.#unreadable.push({ path, why });
  };

  /** What was met, summed up. */
  result(): ContextMeasure {
    const git = this.#apart.filter(({ rule, files }) => rule === null && files > 0);
    const folders = this.#apart.flatMap(({ rule, ...tally }) =>
      rule === null || tally.files === 0 ? [] : [{ path: tally.path, bytes: tally.bytes, files: tally.files, rule }],
    );
    return {
      ...this.#counts,
      git: git.length === 0 && !this.#pointer ? null : { ...sumOf(git), pointer: this.#pointer },
      entries: this.#entries
        .filter(({ files }) => files > 0)
        .toSorted(bySize)
        .slice(0, MOST)
        .map(sized),
      largest: [...this.#largest],
      suspects: [...folders, ...this.#suspects].toSorted(bySize),
      specials: this.#specials,
      unreadable: this.#unreadable,
    };
  }

  #file(path: string, bytes: number, { entry, apart }: ContextState): void {
    this.#counts.files += 1;
    this.#counts.bytes += bytes;
    (entry ?? this.#open(path)).add(bytes);
    // Git's own files are told as a whole.
    if (apart === null || apart.rule !== null) this.#keepLarge(path, bytes);
    if (apart !== null) return apart.add(bytes);
    const name = nameOf(path);
    if (name === '.git') this.#pointer = true;
    const rule = fileRule(name, bytes);
    if (rule !== null) this.#suspects.push({ path, bytes, rule, files: 1 });
  }

  #open(path: string): Tally {
    const tally = new Tally(path);
    this.#entries.push(tally);
    return tally;
  }

  #setApart(name: string, path: string): Tally | null {
    const rule = folderRule(name);
    if (rule === null && name !== '.git') return null;
    const apart = new Tally(`${path}/`, rule);
    this.#apart.push(apart);
    return apart;
  }

  // Most files are smaller than those that are kept already.
  #keepLarge(path: string, bytes: number): void {
    if (this.#largest.length === MOST && bytes < (this.#largest.at(-1)?.bytes ?? 0)) return;
    const kept = [...this.#largest, { path, bytes }].toSorted(bySize).slice(0, MOST);
    this.#largest.splice(0, this.#largest.length, ...kept);
  }
}

// Names that are not UTF-8 cannot be asked for by the name that was read.
function unreadableFile(path: string): string {
  return path.includes('\uFFFD') ? 'its name is not UTF-8' : 'it cannot be looked at';
}

function sumOf(tallies: readonly Tally[]): { readonly files: number; readonly bytes: number } {
  return tallies.reduce((sum, one) => ({ files: sum.files + one.files, bytes: sum.bytes + one.bytes }), {
    files: 0,
    bytes: 0,
  });
}

function sized({ path, bytes }: Tally): Sized {
  return { path, bytes };
}

function bySize(a: Sized, b: Sized): number {
  return b.bytes - a.bytes || (a.path < b.path ? -1 : 1);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
