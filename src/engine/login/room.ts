import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import { askHttp } from '../../io/net-registry.js';
import type { EngineName } from '../../spec/facts.js';
import { engineLogins, type Login } from '../registry-login.js';
import { type KeptAt, keptAt } from './kept-at.js';
import { type Trial, type Tried, tryLogin } from './try-login.js';

/** What `podctl login` asks of registries and of engines' files. */
export type LoginRoom = {
  readonly tryLogin: (trial: Trial) => Promise<Tried>;
  readonly keptAt: (registry: string, engine: EngineName) => Promise<KeptAt | null>;
  /** The login that an engine or a credential helper has already. */
  readonly kept: (registry: string) => Promise<Login | null>;
};

/** The real one. */
export function openLoginRoom(world: { readonly host: Host; readonly files: Files }): LoginRoom {
  return {
    tryLogin: (trial) => tryLogin(trial, askHttp),
    keptAt: (registry, engine) => keptAt(registry, engine, world),
    kept: (registry) => engineLogins(world)(registry === 'docker.io' ? 'registry-1.docker.io' : registry),
  };
}
