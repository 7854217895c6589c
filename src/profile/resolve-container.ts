import { isAbsolute, type PathFlavour, resolvePath } from '../core/path.js';
import { formatPort, parsePort } from '../core/port.js';
import { texts } from './resolve-images.js';
import type {
  EnvFileRef,
  ResolvedContainer,
  ResolvedEnv,
  ResolvedMount,
  ResolvedPort,
  ResolvedResources,
  ResolvedSecret,
} from './resolved.js';
import type { Container, Mount, Port, Resources } from './schema.js';

/** What a container is resolved with, beside its own table. */
export type Around = {
  readonly env: readonly ResolvedEnv[];
  readonly secrets: readonly ResolvedSecret[];
  readonly envFiles: readonly EnvFileRef[];
  readonly publish: boolean;
};

/** Keyed tables become lists in written order; ports and `ready` go when the command publishes nothing. */
export function resolveContainer(container: Container, around: Around): ResolvedContainer {
  const {
    mounts,
    ports,
    env: _,
    env_files: __,
    image: ___,
    labels,
    extra_hosts,
    resources,
    health,
    ready,
    ...rest
  } = container;
  const published = around.publish ? Object.entries(ports ?? {}).flatMap(([key, port]) => portOf(key, port)) : [];
  return {
    ...rest,
    mounts: Object.entries(mounts ?? {}).flatMap(([key, mount]) => mountOf(key, mount)),
    ports: published,
    env: around.env,
    secrets: around.secrets,
    envFiles: around.envFiles,
    ...(labels === undefined ? {} : { labels: texts(labels) }),
    ...(extra_hosts === undefined ? {} : { extra_hosts: texts(extra_hosts) }),
    ...(resources === undefined ? {} : { resources: resourcesOf(resources) }),
    ...(health === undefined || health === false ? {} : { health }),
    ...readyOf(ready, published),
  };
}

/** The container's env files as absolute paths; relative ones count from the project's folder. */
export function envFilesIn(
  container: Container,
  project: string | undefined,
  flavour: PathFlavour,
): readonly EnvFileRef[] {
  return (container.env_files ?? []).map((entry) => {
    const { path, required } = typeof entry === 'string' ? { path: entry, required: undefined } : entry;
    const absolute = project === undefined || isAbsolute(path, flavour) ? path : resolvePath(project, path, flavour);
    return { path: absolute, required: required ?? true };
  });
}

function resourcesOf({ ulimits, ...rest }: Resources): ResolvedResources {
  return ulimits === undefined ? rest : { ...rest, ulimits: texts(ulimits) };
}

function readyOf(ready: Container['ready'], ports: readonly ResolvedPort[]): Pick<ResolvedContainer, 'ready'> {
  if (ready === undefined || ready === false) return {};
  const port = ready.port ?? ports[0]?.key;
  return port !== undefined && ports.some(({ key }) => key === port) ? { ready: { ...ready, port } } : {};
}

function mountOf(key: string, mount: Mount | false): readonly ResolvedMount[] {
  if (mount === false || mount.type === undefined || mount.target === undefined) return [];
  // Filling in has settled it; see mount-type.ts.
  if (mount.type === 'auto') return [];
  const { each: _, options, type, target, ...rest } = mount;
  return [{ ...rest, key, type, target, ...(options === undefined ? {} : { options: texts(options) }) }];
}

function portOf(key: string, port: Port | number | string | false): readonly ResolvedPort[] {
  if (port === false) return [];
  if (typeof port === 'object') {
    return port.container === undefined ? [] : [{ ...port, key, container: port.container }];
  }
  const mapping = parsePort(String(port));
  const short = { key, container: mapping.containerPort, protocol: mapping.protocol };
  if (!String(port).includes(':')) return [short];
  // `address:host:container` without its last part is the host half.
  const host = formatPort({ ...mapping, protocol: 'tcp' }).replace(/:\d+$/, '');
  return [{ ...short, host }];
}
