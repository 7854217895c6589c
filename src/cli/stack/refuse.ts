import { PodctlError, throwProblems } from '../../core/errors.js';
import type { FileAsk } from '../../profile/compose/asks.js';
import { canDo, type FeatureRow, FILE_FEATURES, whoCan } from '../../spec/stack/features.js';
import type { ProviderFacts } from '../../spec/stack/provider.js';

/**
 * Refuse what a provider would choke on, or worse, pass over: by name and place, with the provider that can. `started`: the services that
 * will run; null: none will. What a provider only passes over matters for those alone.
 */
export function refuseAsks(
  asks: readonly FileAsk[],
  provider: ProviderFacts,
  started: ReadonlySet<string> | null,
): void {
  const passesOver = provider.kind === 'podman-compose';
  const problems = asks
    .filter(({ service }) => service === null || !passesOver || started?.has(service) === true)
    .filter(({ name }) => !canDo(provider, FILE_FEATURES[name]))
    .map(({ name, at }) => ({ ...cannot(provider, FILE_FEATURES[name]), at }));
  const headline = `${provider.name} ${provider.version} cannot take these compose files`;
  throwProblems('UNAVAILABLE', headline, problems);
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
