import { formatBytes, formatSize } from '../core/size.js';

/** What must be true of an image; null and empty: not looked at. */
export type ImageExpectations = {
  readonly python: string | null;
  readonly user: string | null;
  readonly entrypoint: readonly string[] | null;
  /** For instance `8080/tcp`. */
  readonly exposed: readonly string[] | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Bytes. */
  readonly maxSize: number | null;
  readonly root: false | null;
  readonly filesPresent: readonly string[];
  readonly filesAbsent: readonly string[];
};

/** What was found. Whatever could not be found out is null, and then does not hold. */
export type ImageFindings = {
  readonly python: string | null;
  readonly user: string;
  readonly entrypoint: readonly string[] | null;
  readonly exposed: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Bytes. */
  readonly size: number | null;
  /** By path. */
  readonly files: Readonly<Record<string, boolean | undefined>>;
};

/** One expectation beside what was found. */
export type Expectation = {
  readonly name: string;
  readonly wanted: string;
  readonly found: string;
  readonly holds: boolean;
};

const UNKNOWN = 'not found out';

/** Every expectation with its finding, in the order of the profile's keys: all at once, so that one run tells all. */
export function judgeExpectations(wanted: ImageExpectations, found: ImageFindings): readonly Expectation[] {
  const { python, user, entrypoint, exposed, maxSize, root } = wanted;
  return [
    ...(python === null ? [] : [pythonRow(python, found.python)]),
    ...(user === null ? [] : [row('user', [user || 'root', found.user || 'root'])]),
    ...(root === null ? [] : [rootRow(found.user)]),
    ...(entrypoint === null ? [] : [row('entrypoint', [words(entrypoint), words(found.entrypoint ?? [])])]),
    ...(exposed === null ? [] : [row('exposed', [list(exposed), list(found.exposed)])]),
    ...Object.entries(wanted.labels).map(([name, value]) => labelRow(name, value, found.labels)),
    ...(maxSize === null ? [] : [sizeRow(maxSize, found.size)]),
    ...wanted.filesPresent.map((path) => fileRow(path, true, found.files)),
    ...wanted.filesAbsent.map((path) => fileRow(path, false, found.files)),
  ];
}

/** True when anything must be looked up inside the image, beside what the engine knows of it. */
export function looksInside(wanted: ImageExpectations): boolean {
  return wanted.python !== null || wanted.filesPresent.length > 0 || wanted.filesAbsent.length > 0;
}

/** Which Python answers for the image: the entrypoint's own where it is one, else the one on the image's PATH. */
export function pythonProgram(entrypoint: readonly string[] | null): string {
  const first = entrypoint?.[0] ?? '';
  return /(^|\/)(python|pypy)[\d.]*$/.test(first) ? first : 'python3';
}

// `3.1` is no beginning of 3.11: versions are compared part by part.
function pythonRow(wanted: string, found: string | null): Expectation {
  const holds = found !== null && (found === wanted || found.startsWith(wanted.endsWith('.') ? wanted : `${wanted}.`));
  return { name: 'python', wanted, found: found ?? 'no Python answered', holds };
}

function rootRow(user: string): Expectation {
  const [name = ''] = user.split(':');
  const isRoot = name === '' || name === 'root' || /^0+$/.test(name);
  return { name: 'root', wanted: 'no', found: isRoot ? 'yes' : `no (${user})`, holds: !isRoot };
}

function labelRow(name: string, wanted: string, labels: Readonly<Record<string, string>>): Expectation {
  const found = Object.hasOwn(labels, name) ? labels[name] : undefined;
  return { name: `label ${name}`, wanted, found: found ?? 'none', holds: found === wanted };
}

function sizeRow(most: number, size: number | null): Expectation {
  return {
    name: 'max_size',
    wanted: `at most ${formatSize(most)}`,
    found: size === null ? UNKNOWN : formatBytes(size),
    holds: size !== null && size <= most,
  };
}

function fileRow(path: string, wanted: boolean, files: ImageFindings['files']): Expectation {
  const found = Object.hasOwn(files, path) ? files[path] : undefined;
  return {
    name: `file ${path}`,
    wanted: presence(wanted),
    found: found === undefined ? UNKNOWN : presence(found),
    holds: found === wanted,
  };
}

function presence(there: boolean): string {
  return there ? 'present' : 'absent';
}

function row(name: string, [wanted, found]: readonly [string, string]): Expectation {
  return { name, wanted, found, holds: wanted === found };
}

function words(command: readonly string[]): string {
  return command.length === 0 ? 'none' : JSON.stringify(command);
}

function list(ports: readonly string[]): string {
  return ports.length === 0 ? 'none' : ports.toSorted().join(', ');
}
