import { PodctlError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import type { ComposeModel } from '../../profile/compose/model.js';
import type { StackPlace } from './place.js';

/** Services that start when none is named: those without a profile, and those of a profile that is taken. */
export function activeServices(model: ComposeModel, profiles: readonly string[]): readonly string[] {
  return Object.values(model.services)
    .filter((service) => service.profiles.length === 0 || taken(service.profiles, profiles))
    .map(({ name }) => name);
}

/** Those that are meant, with everything that they need to run. */
export function startedServices(
  model: ComposeModel,
  { named, profiles }: { readonly named: readonly string[]; readonly profiles: readonly string[] },
): ReadonlySet<string> {
  const started = new Set<string>();
  const add = (name: string): void => {
    if (started.has(name)) return;
    started.add(name);
    for (const { service } of model.services[name]?.dependsOn ?? []) add(service);
  };
  for (const name of named.length > 0 ? named : activeServices(model, profiles)) add(name);
  return started;
}

/** Throws MISSING_INPUT for a name that no service has, with the nearest one. */
export function checkServices(
  names: readonly string[],
  model: ComposeModel,
  { stack }: Pick<StackPlace, 'stack'>,
): void {
  const known = Object.keys(model.services);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const meant = nearest(unknown, known);
  throw new PodctlError('MISSING_INPUT', `no service of this stack is called \`${unknown}\``, {
    hint:
      meant === undefined
        ? `${stack.files.length === 1 ? 'the file has' : 'the files have'} ${known.join(', ')}`
        : `did you mean ${meant}?`,
  });
}

function taken(own: readonly string[], profiles: readonly string[]): boolean {
  return profiles.includes('*') || own.some((name) => profiles.includes(name));
}
