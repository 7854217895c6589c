import { PodctlError } from '../core/errors.js';
import { revealed, Secret } from '../core/secret.js';
import { utf8Length } from '../core/text.js';
import type { EnvVar } from '../spec/spec.js';

/** The two ways in which a value reaches the container without standing on a command line. */
export type SplitEnv = {
  /** Content of the `--env-file`; null when no variable needs one. A Secret as soon as one value is. */
  readonly file: string | Secret | null;
  /** Named by `--env NAME`; the values go into the environment of the engine's process. */
  readonly inline: Readonly<Record<string, string | Secret>>;
};

/**
 * Decide for each variable whether a line of an env file carries it unchanged; the last variable of a name wins. Throws
 * PodctlError('BAD_DATA') for a name that cannot be one, and for a value that neither way can carry.
 */
export function splitEnv(env: readonly EnvVar[]): SplitEnv {
  const last = [...new Map(env.map((variable) => [variable.name, variable.value]))];
  for (const [name, value] of last) refuseUnsayable(name, revealed(value));
  const inFile = last.filter(([name, value]) => fitsLine(name, revealed(value)));
  const inline = last.filter(([name, value]) => !fitsLine(name, revealed(value)));
  for (const [name] of inline) refuseInline(name);
  return { file: fileOf(inFile), inline: Object.fromEntries(inline) };
}

function fileOf(variables: readonly (readonly [string, string | Secret])[]): string | Secret | null {
  if (variables.length === 0) return null;
  const text = variables.map(([name, value]) => `${name}=${revealed(value)}\n`).join('');
  return variables.some(([, value]) => value instanceof Secret) ? new Secret(text) : text;
}

// Engines read line by line, take everything after the first = as it stands (quotes and blanks included), drop a carriage return
// at the end, take a # at the start for a comment, and give up at lines of 64 KiB.
const LONGEST_LINE = 65_535;

function fitsLine(name: string, value: string): boolean {
  return !/\n|\r$/.test(value) && !/^#|\s/.test(name) && utf8Length(name) + 1 + utf8Length(value) < LONGEST_LINE;
}

function refuseBadName(name: string): void {
  // oxlint-disable-next-line no-control-regex -- a NUL ends a variable for every program
  if (name !== '' && !/[=\u0000]/.test(name)) return;
  throw new PodctlError('BAD_DATA', `\`${name}\` cannot be the name of a variable`, {
    hint: 'a name is not empty and has no = in it',
  });
}

/** Variables that the engine's own program or its loader reads: another value would change what it does. */
const ENGINES_OWN = [
  /^(PATH|HOME|USER|TMPDIR|TEMP|TMP|NOTIFY_SOCKET|SYSTEMROOT|APPDATA|USERPROFILE|GODEBUG|GOTRACEBACK)$/i,
  /^(LD|DYLD|DOCKER|BUILDKIT|BUILDX|CONTAINERS?|CONTAINERD|PODMAN|PODMANHPC|NERDCTL|REGISTRY|STORAGE)_/i,
  /^(SSH|SSL|DBUS|XDG|LISTEN|SLURM)_|^PYTHON|_PROXY$/i,
];

/** One string of a process's environment, on Linux: of the engine's program, and of whatever starts in the container. */
const LONGEST_STRING = 131_071;

/** Refuse what no program can be started with, whichever way the variable goes. Throws BAD_DATA; the value does not stand in it. */
export function refuseUnsayable(name: string, value: string): void {
  refuseBadName(name);
  if (value.includes('\0')) throw badValue(name, 'has a NUL in it, which no variable can hold', 'take it out');
  if (utf8Length(name) + 1 + utf8Length(value) <= LONGEST_STRING) return;
  throw badValue(name, 'is too long: no program starts with a variable of more than 128 KiB', TOO_LONG_HINT);
}

const TOO_LONG_HINT = 'hand it over as a file: deliver = "file" in its declaration, or a mount';

function badValue(name: string, reason: string, hint: string): PodctlError {
  return new PodctlError('BAD_DATA', `the value of \`${name}\` ${reason}`, { hint });
}

function refuseInline(name: string): void {
  const refuse = (reason: string): never => {
    throw badValue(name, reason, 'use --via api, or write the value to a file and mount that');
  };
  if (ENGINES_OWN.some((own) => own.test(name))) {
    refuse("fits no env file, and from its environment the engine's program would read it itself");
  }
  // Podman takes NAME* for every variable that starts with NAME.
  if (name.endsWith('*')) refuse('fits no env file, and its name with * would stand for many variables');
}
