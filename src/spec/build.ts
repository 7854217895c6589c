import { isAbsolute, normalizePath } from '../core/path.js';
import { LABEL } from '../core/project.js';
import type { ResolvedContainer, ResolvedImage, ResolvedProfile } from '../profile/resolved.js';
import { buildArgs } from './build-args.js';
import { BuildBook } from './build-book.js';
import { buildImage } from './build-image-ref.js';
import { type BuiltMounts, buildMounts } from './build-mounts.js';
import { buildPorts } from './build-ports.js';
import { buildSecrets } from './build-secrets.js';
import { buildTerminal } from './build-terminal.js';
import { buildEnv, buildHealth, buildResources, durationAt } from './build-values.js';
import { type OwnershipAnswer, resolveOwnership } from './ownership.js';
import type { BuiltSpec, ReadyProbe, SpecRequest } from './request.js';
import type { ContainerSpec, PublishedPort } from './spec.js';

/**
 * The container that a profile and the user's flags ask for, for one engine and image: units parsed, paths absolute, arguments
 * fitted to the entrypoint, ownership decided. Throws PodctlError with all problems: USAGE for flags, BAD_DATA for the profile,
 * UNAVAILABLE for an entrypoint that loses arguments, REFUSED for labels on home or system folders.
 */
export function buildSpec(resolved: ResolvedProfile, request: SpecRequest): BuiltSpec {
  const book = new BuildBook(resolved.origins);
  const parts = buildParts(resolved, request, book);
  const ready = buildReady(resolved, parts.ports, book);
  book.throwIfFailed(`\`${resolved.command.name}\` of profile \`${resolved.name}\` cannot be run`);
  const word = imageOf(resolved)?.entrypoint;
  const args = buildArgs(resolved, request, { image: parts.image, word, book });
  const owned = buildOwnership(resolved, request, { ...parts, book });
  const { tty, interactive } = buildTerminal(resolved.container.tty ?? 'auto', request, book);
  const secrets = buildSecrets(resolved, request, { ...owned, imageUser: imageUserOf(resolved, request) });
  const spec = {
    ...parts,
    ...owned,
    secrets,
    ...plainFields(resolved),
    args,
    tty,
    interactive,
    name: request.containerName,
  };
  book.setOrigins('name', [{ kind: 'podctl', rule: 'name' }]);
  const { unlabelled: _, ...container } = spec;
  return {
    spec: container,
    shape: { detach: request.flags.detach, remove: !request.flags.detach },
    ready,
    origins: book.origins,
    notes: book.notes,
  };
}

type Parts = Pick<
  ContainerSpec,
  'image' | 'env' | 'ports' | 'labels' | 'resources' | 'stopTimeout' | 'health' | 'restart'
> &
  BuiltMounts;

function buildParts(resolved: ResolvedProfile, request: SpecRequest, book: BuildBook): Parts {
  const { container } = resolved;
  return {
    image: buildImage(imageOf(resolved), request, book),
    env: buildEnv(resolved, request, book),
    ...buildMounts(resolved, request, book),
    ports: buildPorts(resolved, request, book),
    labels: buildLabels(resolved, request, book),
    resources: buildResources(container.resources, book),
    stopTimeout: durationAt(container.stop_timeout, 'stopTimeout', book),
    health: buildHealth(container.health, book),
    restart: buildRestart(container.restart, request, book),
  };
}

type PlainFields = Omit<
  ContainerSpec,
  'secrets' | keyof Parts | 'security' | 'user' | 'userns' | 'args' | 'tty' | 'interactive' | 'name'
>;

// What of a profile's container has a builder of its own.
type BuiltElsewhere = Pick<
  ResolvedContainer,
  'env' | 'envFiles' | 'mounts' | 'secrets' | 'ports' | 'labels' | 'resources' | 'health' | 'ready' | 'restart'
> &
  Pick<ResolvedContainer, 'user' | 'runs_as' | 'userns' | 'security' | 'tty' | 'stop_timeout'>;

// Fields that need no parsing. Every field of both sides is named: a new one does not compile until it stands somewhere.
function plainFields(resolved: ResolvedProfile): PlainFields {
  const plain: Omit<ResolvedContainer, keyof BuiltElsewhere> = resolved.container;
  const { hostname, groups, workdir, entrypoint, init, ...further } = plain;
  const { network, network_aliases, extra_hosts, dns, devices, gpus, ...rights } = further;
  const { cap_add, cap_drop, privileged, read_only, pid, ipc, stop_signal, ...unhandled } = rights;
  unhandled satisfies Record<string, never>;
  const image = imageOf(resolved);
  return {
    platform: orNull(image?.platform),
    pull: orNull(image?.pull),
    hostname: orNull(hostname),
    groups: orNone(groups),
    workdir: orNull(workdir),
    entrypoint: orNull(entrypoint),
    init: init === true,
    network: orNull(network),
    networkAliases: orNone(network_aliases),
    extraHosts: extra_hosts ?? {},
    dns: orNone(dns),
    devices: orNone(devices),
    gpus: orNull(gpus),
    capAdd: orNone(cap_add),
    capDrop: orNone(cap_drop),
    privileged: privileged === true,
    readOnlyRoot: read_only === true,
    pid: orNull(pid),
    ipc: orNull(ipc),
    stopSignal: orNull(stop_signal),
  };
}

function imageOf(resolved: ResolvedProfile): ResolvedImage | undefined {
  return Object.hasOwn(resolved.images, resolved.image) ? resolved.images[resolved.image] : undefined;
}

function buildLabels(resolved: ResolvedProfile, request: SpecRequest, book: BuildBook): ContainerSpec['labels'] {
  const own = resolved.container.labels ?? {};
  for (const name of Object.keys(own)) {
    if (!name.startsWith('podctl.')) continue;
    book.fail('BAD_DATA', `labels/${name}`, {
      message: `the label \`${name}\` is podctl's own`,
      hint: 'choose a name that does not begin with podctl.',
    });
  }
  for (const name of Object.keys(request.labels)) {
    book.setOrigins(`labels/${name}`, [{ kind: 'podctl', rule: 'labels' }]);
  }
  return { ...own, ...request.labels };
}

function buildRestart(restart: string | undefined, { flags }: SpecRequest, book: BuildBook): string | null {
  if (restart === undefined || restart === 'no' || flags.detach) return restart ?? null;
  book.note('restart', `restart = "${restart}" counts for --detach only: this run ends with its container`);
  return null;
}

type OwnershipContext = BuiltMounts & { readonly book: BuildBook };
type Owned = Pick<OwnershipAnswer, 'user' | 'userns' | 'mounts' | 'security'>;

function buildOwnership(resolved: ResolvedProfile, request: SpecRequest, { book, ...built }: OwnershipContext): Owned {
  const { container } = resolved;
  const imageUser = imageUserOf(resolved, request);
  const { decisions, ...owned } = resolveOwnership({
    engine: request.engine,
    host: request.host,
    imageUser,
    user: container.user ?? null,
    userns: container.userns ?? null,
    seen: request.image !== null,
    runsAs: request.image?.labels[LABEL.runsAs] ?? container.runs_as ?? null,
    mounts: built.mounts,
    unlabelled: built.unlabelled,
    security: container.security ?? [],
    privileged: container.privileged ?? false,
    project: rootOf(request),
    flavour: request.flavour,
  });
  if (request.image === null && container.user === 'host' && imageUser === null) {
    book.note(
      'user',
      'the image was not inspected; podctl writes the user out, which is right whatever the image says',
    );
  }
  for (const { at, rule } of decisions) book.addOrigin(at, { kind: 'engine', rule });
  return owned;
}

// null: neither the image nor the profile says.
function imageUserOf(resolved: ResolvedProfile, { image }: SpecRequest): string | null {
  return image === null ? (imageOf(resolved)?.user ?? null) : image.user;
}

function orNull<T>(value: T | undefined): T | null {
  return value ?? null;
}

function orNone<T>(values: readonly T[] | undefined): readonly T[] {
  return values ?? [];
}

function rootOf({ project, cwd, flavour }: SpecRequest): string {
  const root = project ?? cwd;
  return isAbsolute(root, flavour) ? normalizePath(root, flavour) : cwd;
}

function buildReady(resolved: ResolvedProfile, ports: readonly PublishedPort[], book: BuildBook): ReadyProbe | null {
  const { ready } = resolved.container;
  const named = ready?.port === undefined ? undefined : ports.find(({ key }) => key === ready.port);
  const port = named ?? ports.find(({ protocol }) => protocol === 'tcp');
  if (port === undefined || port.protocol !== 'tcp') return null;
  if (named === undefined) book.setOrigins('ready', [{ kind: 'podctl', rule: 'ready-default' }]);
  return { port, path: ready?.path ?? null, timeout: durationAt(ready?.timeout, 'ready', book) };
}
