import { type ForeignEnv, readAsDocker, readAsPodman } from './foreign-env.js';
import type { Variables } from './resolved.js';

/** The programs that read env files in their own way. */
export type EnvReader = 'docker' | 'podman' | 'compose';

/** What one program makes of one variable. `how` is empty where it is the same as podctl's; `value` null: it does not set it. */
export type EnvReading = { readonly value: string | null; readonly how: readonly string[] };

export type EnvDiffRow = {
  readonly name: string;
  /** null: podctl does not set it. */
  readonly podctl: string | null;
  readonly read: Readonly<Record<EnvReader, EnvReading>>;
};

export type EnvDiff = {
  readonly rows: readonly EnvDiffRow[];
  /** Programs that would not start at all with these files, and the line that they stop at. */
  readonly refusals: readonly {
    readonly reader: EnvReader;
    readonly file: string;
    readonly line: number;
    readonly reason: string;
  }[];
};

export type EnvDiffInput = {
  /** All env files in order, as they stand. */
  readonly files: readonly { readonly file: string; readonly text: string }[];
  /** The process environment alone. */
  readonly environment: Variables;
  /** What the container gets from podctl for these variables. */
  readonly podctl: ReadonlyMap<string, string>;
  /** What compose's rules make of the files. */
  readonly compose: ReadonlyMap<string, string>;
};

/** What `docker run --env-file`, `podman run --env-file` and compose would each have made of env files, against podctl. */
export function diffEnv({ files, environment, podctl, compose }: EnvDiffInput): EnvDiff {
  const docker = readAll('docker', files, (text) => readAsDocker(text, environment));
  const podman = readAll('podman', files, (text) => readAsPodman(text, environment));
  const names = new Set([...podctl.keys(), ...compose.keys(), ...docker.variables.keys(), ...podman.variables.keys()]);
  const rows = [...names].map((name) => {
    const ours = podctl.get(name) ?? null;
    const reading = (theirs: string | undefined): EnvReading => {
      const value = theirs ?? null;
      return { value, how: differences(ours, value) };
    };
    return {
      name,
      podctl: ours,
      read: {
        docker: reading(docker.variables.get(name)),
        podman: reading(podman.variables.get(name)),
        compose: reading(compose.get(name)),
      },
    };
  });
  return { rows, refusals: [...docker.refusals, ...podman.refusals] };
}

type Read = { readonly variables: ReadonlyMap<string, string>; readonly refusals: EnvDiff['refusals'] };

function readAll(reader: EnvReader, files: EnvDiffInput['files'], read: (text: string) => ForeignEnv): Read {
  const variables = new Map<string, string>();
  for (const { file, text } of files) {
    const one = read(text);
    if (one.refusal !== null) return { variables: new Map(), refusals: [{ reader, file, ...one.refusal }] };
    for (const [name, value] of one.variables) variables.set(name, value);
  }
  return { variables, refusals: [] };
}

/** How a value differs from podctl's, in words that do not show either; empty: it does not. */
export function differences(ours: string | null, theirs: string | null): readonly string[] {
  if (ours === theirs) return [];
  if (theirs === null) return ['not set'];
  if (ours === null) return [`set, ${characters(theirs)}`];
  const kept = SIGNS.flatMap(([word, sign]) => (sign(ours, theirs) ? [word] : []));
  const length = ours.length === theirs.length ? `other ${characters(theirs)}` : against(ours, theirs);
  return [...kept, length];
}

type Sign = (ours: string, theirs: string) => boolean;

const SIGNS: readonly (readonly [word: string, sign: Sign])[] = [
  ['quotes kept', (ours, theirs) => /^\s*['"]/.test(theirs) && !/^\s*['"]/.test(ours)],
  ['comment kept', (ours, theirs) => theirs.includes('#') && count(theirs, '#') > count(ours, '#')],
  ['variables not filled in', (ours, theirs) => /\$[\w{]/.test(theirs) && !ours.includes('$')],
  ['dollars kept double', (ours, theirs) => count(theirs, '$') > count(ours, '$') && ours.includes('$')],
  ['escapes kept', (ours, theirs) => count(theirs, '\\') > count(ours, '\\')],
  ['only its first line', (ours, theirs) => ours.includes('\n') && !theirs.includes('\n')],
  ['blanks kept', (ours, theirs) => theirs.trim() !== theirs && ours.trim() === ours],
  ['carriage return kept', (ours, theirs) => theirs.includes('\r') && !ours.includes('\r')],
];

function count(text: string, sign: string): number {
  return text.split(sign).length - 1;
}

function against(ours: string, theirs: string): string {
  return `${characters(theirs)} against ${ours.length}`;
}

function characters({ length }: string): string {
  return length === 1 ? '1 character' : `${length} characters`;
}
