import type { ErrorCode, Problem } from '../core/errors.js';
import type { Origins } from '../core/origin.js';
import { resolvePath } from '../core/path.js';
import { formatKey } from '../core/place.js';
import type { EngineFacts, HostFacts } from '../spec/facts.js';
import { type Finding, finding, judgeMount, type MountCourt, type Reachable } from './audit-mounts.js';
import { type Audited, judgeOptions } from './audit-options.js';
import { type Guarded, guardedPlaces } from './guarded-places.js';
import { type AuditedMode, hiddenTree, standingOf } from './hidden-tree.js';
import type { AuditAnswers } from './host-answers.js';
import { flavourOf, type HostView, hostView, realOf, regionsOf, spelledOf } from './host-view.js';
import type { Refusal } from './refusal.js';
import { backingsOf, mountedInto } from './volume-backing.js';

export type AuditInput = {
  readonly spec: Audited;
  /** null: the command has no mode. */
  readonly mode: AuditedMode | null;
  readonly host: HostFacts;
  readonly engine: Pick<EngineFacts, 'vm' | 'assumed'>;
  /** Where the engine answers, for instance `unix:///run/docker.sock`; null: only its program is known. */
  readonly address: string | null;
  /** Files that podctl reads to make the container, such as env files. */
  readonly readFiles: readonly { readonly path: string; readonly what: string }[];
  readonly origins: Origins;
  /** Folder that relative paths of the mode start from. */
  readonly project: string;
};

export type Audit = {
  readonly mode: string | null;
  readonly exposure: 'public' | 'private' | null;
  readonly reachable: readonly Reachable[];
  /** Empty: the plan may run. */
  readonly violations: readonly Problem[];
  /** What was not looked at, in plain sentences. */
  readonly notes: readonly string[];
};

/** Names of the volumes that the engine must be asked about before `auditQuestions`. */
export function auditVolumes(spec: Pick<Audited, 'mounts'>): readonly string[] {
  return [
    ...new Set(
      spec.mounts.filter((mount) => mount.type === 'volume' && mount.source !== '').map((mount) => mount.source),
    ),
  ];
}

/** Folders of the engine's volumes, which only the engine's own user may be able to look at. What cannot be seen is left out of the answers. */
export function auditFolders(volumes: AuditAnswers['volumes']): readonly string[] {
  return Object.values(volumes).flatMap((volume) => (volume?.mountpoint === undefined ? [] : [volume.mountpoint]));
}

/** Every path that the audit needs facts about. It asks for nothing below them. */
export function auditQuestions(
  input: AuditInput,
  known: Pick<AuditAnswers, 'volumes' | 'mountTable'>,
): readonly string[] {
  const { spec, host } = input;
  const mode = absoluteMode(input);
  const view = hostView({ ...known, paths: {} }, host.platform);
  const sources = spec.mounts.flatMap((mount) => {
    if (mount.type === 'bind') return [mount.source];
    if (mount.type === 'tmpfs') return [];
    const behind = backingsOf(mount, known.volumes[mount.source]).flatMap((one) =>
      one.kind === 'path' ? [one.path] : [],
    );
    return [...behind, ...mountedInto(view, mount.source)];
  });
  const devices = spec.devices.map((device) => device.split(':')[0] ?? '').filter((path) => path.startsWith('/'));
  const files = input.readFiles.map((file) => file.path);
  const guarded = isPublic(mode) ? guardedPlaces(host, input.address).map((place) => place.path) : [];
  return [...new Set([...sources, ...devices, ...files, ...(mode?.hidden ?? []), ...(mode?.shown ?? []), ...guarded])];
}

/** Everything of the host that can be reached from inside, and, for a public mode, whatever must not be. */
export function audit(input: AuditInput, answers: AuditAnswers): Audit {
  const { spec, host } = input;
  const mode = absoluteMode(input);
  const view = hostView(answers, host.platform);
  const guards = isPublic(mode);
  const tree = guards && mode !== null ? hiddenTree(view, mode) : null;
  const guarded: readonly Guarded[] = guards ? guardedPlaces(host, input.address) : [];
  const court: MountCourt = { view, tree, mode: mode?.name ?? 'none', guarded, volumes: answers.volumes };
  const judged = spec.mounts.map((mount) => judgeMount(court, mount));
  const findings = guards
    ? [
        ...judged.flatMap((one) => one.findings),
        ...judgeOptions(spec, view),
        ...judgeFiles(court, input),
        ...judgeEngine(input),
      ]
    : [];
  return {
    mode: mode?.name ?? null,
    exposure: mode?.exposure ?? null,
    reachable: [...judged.flatMap((one) => one.reachable), ...devicesOf(spec, view)],
    violations: findings.map((one) => placed(one, input.origins)),
    notes: guards ? notesOf(input, answers) : [],
  };
}

/** The refusal that violations lead to; null when there are none. */
export function auditRefusal(result: Audit): Refusal | null {
  const [first] = result.violations;
  if (first === undefined) return null;
  const code: ErrorCode = 'REFUSED';
  const one = result.violations.length === 1;
  const message = one
    ? first.message
    : `mode \`${result.mode}\` would show what it keeps hidden: ${result.violations.length} problems`;
  return { kind: 'refused', code, message, hint: one ? first.hint : undefined, problems: result.violations };
}

function absoluteMode({ mode, project, host }: AuditInput): AuditedMode | null {
  if (mode === null) return null;
  const absolute = (path: string) => resolvePath(project, path, flavourOf(host.platform));
  return { ...mode, hidden: mode.hidden.map(absolute), shown: mode.shown.map(absolute) };
}

function isPublic(mode: AuditedMode | null): boolean {
  return mode?.exposure === 'public';
}

function judgeFiles(court: MountCourt, input: AuditInput): readonly Finding[] {
  return input.readFiles.flatMap((file) => {
    const { tree } = court;
    if (tree === null) return [];
    const standing = standingOf(tree, regionsOf(court.view, realOf(court.view, file.path)));
    if (standing.kind === 'outside' || standing.kind === 'shown') return [];
    return [
      finding(
        `files/${file.path}`,
        `the ${file.what} \`${file.path}\` lies in \`${standing.root.text}\`, which mode \`${court.mode}\` keeps hidden`,
        'keep it somewhere else',
      ),
    ];
  });
}

// On another machine the same paths are other files, which nobody here can look at.
function judgeEngine(input: AuditInput): readonly Finding[] {
  if (input.mode === null || input.mode.hidden.length === 0) return [];
  const remote = /^(?:tcp|https?|ssh):\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^:/]+)/.exec(input.address ?? '')?.[1];
  if (remote === undefined || /^(localhost|127\.[0-9.]+|\[::1\])$/.test(remote)) return [];
  return [
    finding(
      'engine',
      `the engine runs on \`${remote}\`, whose mounts and links podctl cannot see from here`,
      'run podctl in this mode on that machine',
    ),
  ];
}

function devicesOf(spec: Audited, view: HostView): readonly Reachable[] {
  return spec.devices.map((device, index) => {
    const [source = '', target] = device.split(':');
    const why = 'the profile or a flag passes this device on';
    return {
      kind: 'device',
      pointer: `devices/${index}`,
      source,
      real: spelledOf(view, source),
      target: target ?? source,
      access: 'write',
      why,
    };
  });
}

function placed({ pointer, problem }: Finding, origins: Origins): Problem {
  const origin = (origins[pointer] ?? []).find((one) => one.kind === 'profile');
  if (origin === undefined) return problem;
  return {
    ...problem,
    at: { file: origin.file, line: origin.line, column: origin.column, key: formatKey(origin.path), path: origin.path },
  };
}

function notesOf(input: AuditInput, answers: AuditAnswers): readonly string[] {
  const names = auditVolumes(input.spec);
  const absent = absoluteMode(input)?.hidden.filter((root) => (answers.paths[root]?.kind ?? null) === null) ?? [];
  return [
    ...absent.map((root) => `Nothing is at \`${root}\` now, so its mounts and links could not be looked at.`),
    ...(answers.mountTable === null
      ? ['This host has no mount table that podctl reads: paths and links were compared, mounts were not.']
      : []),
    ...(names.some((name) => answers.volumes[name] === undefined)
      ? ['No engine was asked about its volumes: their declared options were judged.']
      : []),
    ...(input.engine.vm
      ? ['The engine runs in a virtual machine: what that machine mounts by itself was not looked at.']
      : []),
    ...(input.spec.security.some((option) => /^label[=:]disable$/i.test(option))
      ? ['SELinux labels are off for this container: only its mounts keep it from files of the host.']
      : []),
  ];
}
