import type { EngineFacts } from '../../spec/facts.js';
import { compareVersions } from '../../spec/version.js';

export type PruneKind = 'container' | 'image' | 'network' | 'volume';

/** Where an API lists things, and where it tells all of one by its encoded name. */
export type ApiPaths = {
  readonly lists: Readonly<Record<PruneKind, string>>;
  readonly inspect: Readonly<Record<PruneKind, (name: string) => string>>;
};

const DOCKER: ApiPaths = {
  lists: {
    container: '/containers/json?all=1',
    image: '/images/json?all=1',
    network: '/networks',
    volume: '/volumes',
  },
  inspect: {
    container: (name) => `/containers/${name}/json`,
    image: (name) => `/images/${name}/json`,
    network: (name) => `/networks/${name}`,
    volume: (name) => `/volumes/${name}`,
  },
};

// Podman's own, which says what its program prints; what it says in docker's words lacks some of that.
const OWN = '/v4.0.0/libpod';
const PODMAN: ApiPaths = {
  lists: {
    container: `${OWN}/containers/json?all=true`,
    image: `${OWN}/images/json?all=true`,
    network: `${OWN}/networks/json`,
    volume: `${OWN}/volumes/json`,
  },
  inspect: {
    container: (name) => `${OWN}/containers/${name}/json`,
    image: (name) => `${OWN}/images/${name}/json`,
    network: (name) => `${OWN}/networks/${name}/json`,
    volume: (name) => `${OWN}/volumes/${name}/json`,
  },
};

/** The paths of an engine's API; null: it has none that says all that podctl prune asks. */
export function pathsOf({ name, version }: Pick<EngineFacts, 'name' | 'version'>): ApiPaths | null {
  if (name === 'docker') return DOCKER;
  return name === 'podman' && compareVersions(version, '4') >= 0 ? PODMAN : null;
}
