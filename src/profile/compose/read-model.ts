import type { ComposeDependency, ComposeHealth, ComposeModel, ComposeService, ComposeThing } from './model.js';
import { isPlainTable, listIn, type PlainTable, pairsIn, tableIn, textIn, textsIn } from './plain.js';
import { readMounts, readPorts } from './read-parts.js';
import { hostPath, type MountPlaces } from './short-forms.js';

/** Where the files' relative paths begin. */
export type ModelPlaces = MountPlaces & {
  /** The folder of the first compose file. */
  readonly folder: string;
};

/** The one network of services that name none. */
export const DEFAULT_NETWORK = 'default';

/** Read merged compose data, its variables filled in: either form of every entry, as people write it and as providers print it. */
export function readModel(data: unknown, places: ModelPlaces): ComposeModel {
  const root = tableIn(data);
  const services = Object.entries(tableIn(root['services'])).map(([name, value]) =>
    readService(name, tableIn(value), places),
  );
  const networks = new Set(services.flatMap((service) => service.networks));
  const volumes = new Set(services.flatMap(({ mounts }) => mounts.flatMap(volumeKey)));
  return {
    services: Object.fromEntries(services.map((service) => [service.name, service])),
    networks: readThings(root['networks'], networks),
    volumes: readThings(root['volumes'], volumes),
  };
}

function volumeKey({ type, source }: ComposeService['mounts'][number]): readonly string[] {
  return type === 'volume' && source !== null ? [source] : [];
}

function readThings(value: unknown, used: ReadonlySet<string>): Readonly<Record<string, ComposeThing>> {
  const all = tableIn(value);
  return Object.fromEntries(
    [...used].map((key) => {
      const thing = tableIn(all[key]);
      const { external } = thing;
      const isExternal = external === true || isPlainTable(external) || textIn(external) === 'true';
      const name = textIn(thing['name']) ?? textIn(tableIn(external)['name']);
      return [key, { key, name: name ?? (isExternal ? key : null), external: isExternal }];
    }),
  );
}

function readService(name: string, service: PlainTable, places: ModelPlaces): ComposeService {
  const networkMode = textIn(service['network_mode']);
  return {
    name,
    image: textIn(service['image']),
    build: readBuild(service['build'], places),
    containerName: textIn(service['container_name']),
    ports: listIn(service['ports']).map(readPorts),
    mounts: readMounts(service, places),
    dependsOn: readDependencies(service['depends_on']),
    healthcheck: readHealth(service['healthcheck']),
    restart: textIn(service['restart']),
    profiles: textsIn(service['profiles']),
    variables: Object.keys(pairsIn(service['environment'])),
    envFiles: readEnvFiles(service['env_file'], places),
    labels: Object.fromEntries(Object.entries(pairsIn(service['labels'])).map(([key, value]) => [key, value ?? ''])),
    user: textIn(service['user']),
    networkMode,
    networks: readNetworks(service['networks'], networkMode),
    pullPolicy: textIn(service['pull_policy']),
    scale: numberIn(service['scale']) ?? numberIn(tableIn(service['deploy'])['replicas']) ?? 1,
    stopGrace: textIn(service['stop_grace_period']),
    watched: listIn(tableIn(service['develop'])['watch']).length > 0,
  };
}

function readBuild(value: unknown, places: ModelPlaces): ComposeService['build'] {
  if (value === null || value === undefined) return null;
  const build = isPlainTable(value) ? value : { context: value };
  const context = textIn(build['context']) ?? '.';
  // A repository is read by the builder.
  const remote = /^(?:https?|git|ssh):\/\/|^git@|^github\.com\//.test(context);
  return {
    context: remote ? context : hostPath(context, places.folder, places),
    dockerfile: textIn(build['dockerfile']),
    target: textIn(build['target']),
  };
}

function readDependencies(value: unknown): readonly ComposeDependency[] {
  if (!isPlainTable(value)) {
    return textsIn(value).map((service) => ({ service, condition: 'service_started', required: true }));
  }
  return Object.entries(value).map(([service, how]) => ({
    service,
    condition: textIn(tableIn(how)['condition']) ?? 'service_started',
    required: tableIn(how)['required'] !== false,
  }));
}

function readHealth(value: unknown): ComposeHealth | null {
  if (!isPlainTable(value)) return null;
  const test = value['test'];
  const words = typeof test === 'string' ? ['CMD-SHELL', test] : textsIn(test);
  return {
    disabled: value['disable'] === true || words[0] === 'NONE',
    test: words.length === 0 ? null : words,
    interval: textIn(value['interval']),
    timeout: textIn(value['timeout']),
    startPeriod: textIn(value['start_period']),
    retries: numberIn(value['retries']),
  };
}

function readEnvFiles(value: unknown, places: ModelPlaces): readonly string[] {
  const list = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  return list.flatMap((item) => {
    const path = textIn(isPlainTable(item) ? item['path'] : item);
    return path === null ? [] : [hostPath(path, places.folder, places)];
  });
}

function readNetworks(value: unknown, networkMode: string | null): readonly string[] {
  if (networkMode !== null) return [];
  const keys = isPlainTable(value) ? Object.keys(value) : textsIn(value);
  return keys.length === 0 ? [DEFAULT_NETWORK] : keys;
}

function numberIn(value: unknown): number | null {
  const text = textIn(value);
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}
