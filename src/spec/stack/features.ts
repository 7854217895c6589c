import type { FileAskName } from '../../profile/compose/asks.js';
import { isAtLeast } from '../version.js';
import { PROVIDER_KINDS, type ProviderFacts, type ProviderKind } from './provider.js';

/** Something that a compose file or a command line can ask for, and the version of each provider from which it can; null: none can. */
export type FeatureRow = {
  /** What it is, in words that stand after "cannot take". */
  readonly about: string;
  readonly since: Readonly<Record<ProviderKind, string | null>>;
};

const ALL = '0';

/** What compose files can say that some provider cannot take. What stands in no row, every provider takes or passes over in the same way. */
export const FILE_FEATURES = {
  name: row('the top-level `name:`', { v2: '2.3.4', v1: null, podman: ALL, nerdctl: '1.2.0' }),
  include: row('`include:`', { v2: '2.20.0', v1: null, podman: '1.3.0', nerdctl: null }),
  tags: row('the tags `!reset` and `!override`', { v2: '2.24.4', v1: null, podman: '1.2.0', nerdctl: null }),
  healthy: row('`depends_on` with `condition: service_healthy`', {
    v2: ALL,
    v1: '1.28.0',
    podman: '1.3.0',
    nerdctl: null,
  }),
  completed: row('`depends_on` with `condition: service_completed_successfully`', {
    v2: ALL,
    v1: '1.29.0',
    podman: '1.3.0',
    nerdctl: null,
  }),
  optionalDependency: row('`depends_on` with `required:`', { v2: '2.20.2', v1: null, podman: '1.3.0', nerdctl: null }),
  longEnvFile: row('the long form of `env_file:`', { v2: '2.24.0', v1: null, podman: '1.1.0', nerdctl: null }),
  startInterval: row('`start_interval` of a health check', { v2: '2.20.2', v1: null, podman: '1.3.0', nerdctl: null }),
  inlineBuild: row('`dockerfile_inline`', { v2: '2.17.0', v1: null, podman: '1.2.0', nerdctl: null }),
  buildContexts: row('`additional_contexts` of a build', { v2: '2.17.0', v1: null, podman: '1.2.0', nerdctl: null }),
  develop: row('`develop:` of a service', { v2: '2.22.0', v1: null, podman: ALL, nerdctl: ALL }),
  secretVariable: row('a secret that is a variable of the environment', {
    v2: '2.6.0',
    v1: null,
    podman: '1.2.0',
    nerdctl: null,
  }),
  configs: row('`configs:` of a service', { v2: ALL, v1: null, podman: null, nerdctl: '1.0.0' }),
} as const satisfies Record<FileAskName, FeatureRow>;

/** What a command line can ask of a provider. */
export const OPTION_FEATURES = {
  config: row('`config`', { v2: ALL, v1: ALL, podman: '1.0.6', nerdctl: '1.0.0' }),
  watch: row('`watch`', { v2: '2.22.0', v1: null, podman: null, nerdctl: null }),
  wait: row('waiting by itself (`up --wait`)', { v2: '2.1.1', v1: null, podman: null, nerdctl: null }),
  upPull: row('`--pull` of `up`', { v2: '2.13.0', v1: null, podman: null, nerdctl: null }),
  buildPull: row('`--pull` of `build`', { v2: ALL, v1: ALL, podman: ALL, nerdctl: null }),
  profiles: row('`--profile` and COMPOSE_PROFILES', { v2: ALL, v1: '1.28.0', podman: '1.1.0', nerdctl: '1.0.0' }),
  pullService: row('`pull` of some services only', { v2: ALL, v1: ALL, podman: '1.1.0', nerdctl: '1.0.0' }),
  runCode: row('the exit code of `run`', { v2: ALL, v1: ALL, podman: '1.0.6', nerdctl: '1.0.0' }),
  environmentWins: row('a variable of the environment that .env sets otherwise', {
    v2: ALL,
    v1: ALL,
    podman: '1.0.6',
    nerdctl: '1.0.0',
  }),
  envFile: row('`--env-file`', { v2: ALL, v1: '1.25.0', podman: '1.0.6', nerdctl: '1.0.0' }),
} as const satisfies Record<string, FeatureRow>;

/** Whether a provider of this version can do it. */
export function canDo(provider: Pick<ProviderFacts, 'kind' | 'version'>, feature: FeatureRow): boolean {
  const since = feature.since[provider.kind];
  return since !== null && isAtLeast(provider.version, since);
}

/** Which providers can, in words: `compose-v2 2.20.0 or newer`. */
export function whoCan({ since }: FeatureRow): string {
  const able = PROVIDER_KINDS.flatMap((kind) => {
    const from = since[kind];
    return from === null ? [] : [from === ALL ? kind : `${kind} ${from} or newer`];
  });
  return able.length === 0 ? 'no provider' : able.join(', ');
}

function row(about: string, since: Readonly<Record<'v2' | 'v1' | 'podman' | 'nerdctl', string | null>>): FeatureRow {
  const { v2, v1, podman, nerdctl } = since;
  return { about, since: { 'compose-v2': v2, 'compose-v1': v1, 'podman-compose': podman, 'nerdctl compose': nerdctl } };
}
