import type { Problem } from '../core/errors.js';
import { isWithin } from '../core/path.js';
import type { VolumeFacts } from '../spec/facts.js';
import type { Mount } from '../spec/spec.js';
import { type Guarded, guardedBy, type Subtree } from './guarded-places.js';
import { type HiddenTree, ledAstray, type Standing, standingOf } from './hidden-tree.js';
import { type HostView, realOf, regionsBelow, regionsOf, spelledOf } from './host-view.js';
import { backingsOf, linkedFolder, mountedInto } from './volume-backing.js';

/** One thing of the host that the container can reach, and why that is so. */
export type Reachable = {
  readonly kind: 'bind' | 'volume' | 'memory' | 'device' | 'mounted below';
  /** Pointer into the spec. */
  readonly pointer: string;
  readonly source: string;
  /** Where the source really stands; null when that is the engine's affair. */
  readonly real: string | null;
  readonly target: string;
  readonly access: 'read' | 'write';
  readonly why: string;
};

export type Finding = { readonly pointer: string; readonly problem: Problem };
export type Judged = { readonly reachable: readonly Reachable[]; readonly findings: readonly Finding[] };

/** What judging a mount needs. `tree` null: the mode hides nothing, so mounts are listed and not judged. */
export type MountCourt = {
  readonly view: HostView;
  readonly tree: HiddenTree | null;
  readonly mode: string;
  readonly guarded: readonly Guarded[];
  readonly volumes: Readonly<Record<string, VolumeFacts | null | undefined>>;
};

/** List what one mount makes reachable, and judge it. */
export function judgeMount(court: MountCourt, mount: Mount): Judged {
  if (mount.type === 'tmpfs') {
    return {
      reachable: [row(mount, { kind: 'memory', real: null, why: 'memory of its own, empty at the start' })],
      findings: [],
    };
  }
  if (mount.type === 'bind') return judgePath(court, mount, mount.source);
  const backings = backingsOf(mount, court.volumes[mount.source]);
  const seen = backings.map((backing): Judged => {
    if (backing.kind === 'path') return judgePath(court, mount, backing.path);
    const why = WHY_VOLUME[backing.kind];
    const reachable = [row(mount, { kind: 'volume', real: null, why })];
    return {
      reachable,
      findings: backing.kind === 'unseen' && court.tree !== null ? [unseen(mount, backing.what)] : [],
    };
  });
  const linked = linkedFolder(court.view, court.volumes[mount.source]);
  const inside = mountedInto(court.view, mount.source).map((path) => judgePath(court, mount, path));
  return unique([...seen, ...(linked === null ? [] : [judgePath(court, mount, linked)]), ...inside]);
}

/** One sentence and its mend, tied to a value of the spec. */
export function finding(pointer: string, message: string, hint: string): Finding {
  return { pointer, problem: { message, hint } };
}

const WHY_VOLUME = {
  engine: 'engine volume: the engine keeps it, apart from the files of the host',
  memory: 'engine volume in memory',
  unseen: 'engine volume whose content podctl cannot see',
} as const;

function judgePath(court: MountCourt, mount: Mount, path: string): Judged {
  const real = realOf(court.view, path);
  const spelled = spelledOf(court.view, path);
  const own = regionsOf(court.view, real);
  const below = regionsBelow(court.view, real);
  const standing = court.tree === null ? null : standingOf(court.tree, own);
  const kind = mount.type === 'bind' ? 'bind' : 'volume';
  const reachable = [
    row(mount, { kind, source: path, real: spelled, why: whyAllowed(court, standing) }),
    ...below.map(({ at }) =>
      row(mount, {
        kind: 'mounted below',
        source: at,
        real: at,
        target: `${mount.target}${at.slice(real.length)}`,
        why: `the host mounts it below \`${path}\`, and binds carry along what is mounted below them`,
      }),
    ),
  ];
  if (court.tree === null || standing === null) return { reachable, findings: [] };
  const bind = { mount, path, spelled, tree: court.tree };
  const subtree = { real, regions: [...own, ...below.flatMap((one) => one.regions)] };
  return {
    reachable,
    findings: [
      ...(leak(court, bind, standing) ?? leakBelow(court, bind, below) ?? []),
      ...writable(court, bind, subtree),
      ...spreading(bind),
      ...(standing.kind === 'shown' ? [] : touching(court, bind, subtree)),
    ],
  };
}

type Bind = { readonly mount: Mount; readonly path: string; readonly spelled: string; readonly tree: HiddenTree };

function leak(court: MountCourt, bind: Bind, standing: Standing): readonly Finding[] | null {
  const shows = `${nameOf(bind)} shows \`${bind.spelled}\``;
  if (standing.kind === 'holds') {
    return say(
      bind,
      `${shows}, and with it \`${standing.root.text}\`, which mode \`${court.mode}\` keeps hidden`,
      'mount only the folders that are meant to be seen, each for itself',
    );
  }
  const astray = ledAstray(court.view, bind.tree, bind.path);
  if (astray !== null) {
    return say(
      bind,
      `${nameOf(bind)} really shows \`${astray}\`, which mode \`${court.mode}\` does not show`,
      `put a real folder at \`${bind.path}\` in place of the link or mount that leads there`,
    );
  }
  if (standing.kind !== 'inside') return null;
  return say(
    bind,
    `${shows}: files of \`${standing.root.text}\`, which mode \`${court.mode}\` keeps hidden`,
    'leave this mount out, or list the path under `shown` of the mode if everyone may see it',
  );
}

function leakBelow(court: MountCourt, bind: Bind, below: ReturnType<typeof regionsBelow>): readonly Finding[] | null {
  const found = below.find(
    ({ regions }) => standingOf(bind.tree, regions).kind !== 'outside' && !isShownMount(bind.tree, regions),
  );
  if (found === undefined) return null;
  return say(
    bind,
    `${nameOf(bind)} carries along what the host mounts at \`${found.at}\`, which mode \`${court.mode}\` does not show`,
    `unmount \`${found.at}\`, or mount something that does not hold it`,
  );
}

function isShownMount(tree: HiddenTree, regions: ReturnType<typeof regionsOf>): boolean {
  return standingOf(tree, regions).kind === 'shown';
}

function writable(court: MountCourt, bind: Bind, subtree: Subtree): readonly Finding[] {
  if (bind.mount.readOnly || standingOf(bind.tree, subtree.regions).kind === 'outside') return [];
  return say(
    bind,
    `${nameOf(bind)} lets the container write to \`${bind.spelled}\`, a part of what mode \`${court.mode}\` guards`,
    'make the mount read-only',
  );
}

function spreading(bind: Bind): readonly Finding[] {
  const { propagation } = bind.mount;
  if (propagation === null || /^r?private$/.test(propagation)) return [];
  return say(
    bind,
    `${nameOf(bind)} has propagation \`${propagation}\`: what the host mounts below it later would appear inside`,
    'leave propagation out, or write `rprivate`',
  );
}

function touching(court: MountCourt, bind: Bind, subtree: Subtree): readonly Finding[] {
  const place = guardedBy(court.view, subtree, court.guarded);
  if (place === null) return [];
  const where = isWithin(subtree.real, place.path) ? '' : `, and with it \`${place.path}\``;
  return say(
    bind,
    `${nameOf(bind)} shows \`${bind.spelled}\`${where}: ${place.because}`,
    'leave this mount out in a public mode',
  );
}

function unseen(mount: Mount, what: string): Finding {
  return finding(
    `mounts/${mount.key}`,
    `volume \`${mount.source}\` on \`${mount.target}\` is ${what}, and podctl cannot see what it shows`,
    'use a plain volume of the engine in a public mode',
  );
}

function whyAllowed(court: MountCourt, standing: Standing | null): string {
  if (standing === null) return `mode \`${court.mode}\` hides nothing`;
  if (standing.kind === 'shown') return `\`${standing.entry.text}\` is shown by mode \`${court.mode}\``;
  if (standing.kind === 'outside') return 'outside of everything that the mode hides';
  return `refused: hidden by mode \`${court.mode}\``;
}

function row(mount: Mount, own: Pick<Reachable, 'kind' | 'real' | 'why'> & Partial<Reachable>): Reachable {
  const access = mount.readOnly ? 'read' : 'write';
  return { pointer: `mounts/${mount.key}`, source: mount.source, target: mount.target, access, ...own };
}

function nameOf({ mount, path }: Bind): string {
  return mount.type === 'bind'
    ? `the mount of \`${path}\` on \`${mount.target}\``
    : `volume \`${mount.source}\` on \`${mount.target}\`, which stands for \`${path}\`,`;
}

function say(bind: Bind, message: string, hint: string): readonly Finding[] {
  return [finding(`mounts/${bind.mount.key}`, message, hint)];
}

function unique(parts: readonly Judged[]): Judged {
  const findings = parts.flatMap((part) => part.findings);
  const reachable = parts.flatMap((part) => part.reachable);
  return {
    findings: once(findings, (one) => one.problem.message),
    reachable: once(reachable, (one) => `${one.kind} ${one.source} ${one.target}`),
  };
}

function once<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
