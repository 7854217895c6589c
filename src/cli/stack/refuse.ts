import { PodctlError, throwProblems } from '../../core/errors.js';
import type { FileAsk } from '../../profile/compose/asks.js';
import type { ComposeSource } from '../../profile/compose/source.js';
import { canDo, type FeatureRow, FILE_FEATURES, OPTION_FEATURES, whoCan } from '../../spec/stack/features.js';
import type { ProviderFacts } from '../../spec/stack/provider.js';
import type { StackVariables } from './variables.js';

/**
 * Refuse what a provider would choke on, or worse, pass over: by name and place, with the provider that can. `started`: the services that
 * will run; null: none will. What a provider only passes over matters for those alone.
 */
export function refuseAsks(
  asks: readonly FileAsk[],
  provider: ProviderFacts,
  started: ReadonlySet<string> | null,
): void {
  const problems = asks
    .filter(({ name, service }) => matters(name, provider) || (service !== null && started?.has(service) === true))
    .filter(({ name }) => !canDo(provider, FILE_FEATURES[name]))
    .map(({ name, at }) => ({ ...cannot(provider, FILE_FEATURES[name]), at }));
  const headline = `${provider.name} ${provider.version} cannot take these compose files`;
  throwProblems('UNAVAILABLE', headline, problems);
}

// It fails at these, wherever they stand; all else it passes over.
const CHOKES: ReadonlySet<string> = new Set(['include', 'tags', 'longEnvFile', 'inlineBuild', 'secretVariable']);

function matters(name: FileAsk['name'], { kind }: ProviderFacts): boolean {
  return kind !== 'podman-compose' || CHOKES.has(name);
}

/** Refuse variables that a provider would fill in otherwise than podctl says: from other files, or against the environment. */
export function refuseFilling(
  { named, entries, variables }: StackVariables,
  provider: ProviderFacts,
  sources: readonly ComposeSource[],
): void {
  if (named.length > 0) refuseOption(OPTION_FEATURES.envFile, provider);
  if (canDo(provider, OPTION_FEATURES.environmentWins)) return;
  const used = new Set(sources.flatMap((source) => source.variables.map(({ name }) => name)));
  const last = new Map(entries.map((entry) => [entry.name, entry]));
  const other = [...last.values()].find(
    ({ name, value }) => used.has(name) && value !== null && variables[name]?.value !== value,
  );
  if (other === undefined) return;
  const { message, hint } = cannot(provider, OPTION_FEATURES.environmentWins);
  throw new PodctlError('UNAVAILABLE', `${message}: \`${other.name}\``, { hint });
}

/** Refuse an option that a provider has no word for. */
export function refuseOption(feature: FeatureRow, provider: ProviderFacts): void {
  if (canDo(provider, feature)) return;
  const { message, hint } = cannot(provider, feature);
  throw new PodctlError('UNAVAILABLE', message, { hint });
}

function cannot(
  { name, version }: ProviderFacts,
  feature: FeatureRow,
): { readonly message: string; readonly hint: string } {
  return {
    message: `${name} ${version} cannot take ${feature.about}`,
    hint: `${whoCan(feature)} can; choose one with --provider`,
  };
}
