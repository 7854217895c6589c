import type { LoadedProfile } from './merge.js';

/** An entry of [data] that belongs to a service of the project's compose files. */
export type StackData = {
  readonly key: string;
  readonly service: string;
  /** Path inside the service's container. */
  readonly target: string;
  readonly protected: boolean;
};

/** The entries of [data] that belong to services. */
export function stackDataOf({ profile }: Pick<LoadedProfile, 'profile'>): readonly StackData[] {
  return Object.entries(profile.data).flatMap(([key, entry]) => {
    const { service, target } = entry;
    if (service === undefined || target === undefined) return [];
    return [{ key, service, target: target.replace(/(?<=.)\/+$/, ''), protected: entry.protected === true }];
  });
}
