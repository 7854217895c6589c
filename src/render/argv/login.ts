import type { ArgToken } from '../token.js';
import { option, toggle } from './flags.js';
import { operands } from './operands.js';
import { head, type Way } from './way.js';

export type LoginRequest = {
  readonly registry: string;
  readonly user: string;
  /** The registry speaks plain HTTP. Docker's daemon has a setting of its own for that, and takes it on loopback. */
  readonly plainHttp: boolean;
};

/** `login`. The password comes by stdin, never as a word. */
export function renderLogin(way: Way, { registry, user, plainHttp }: LoginRequest): readonly ArgToken[] {
  const podman = way.engine === 'podman' || way.engine === 'podman-hpc';
  return [
    ...head(way),
    { text: 'login', at: 'rule/verb' },
    ...toggle('--tls-verify=false', podman && plainHttp, 'login/plainHttp'),
    ...toggle('--insecure-registry', way.engine === 'nerdctl' && plainHttp, 'login/plainHttp'),
    ...option('--username', user, 'login/user'),
    { text: '--password-stdin', at: 'rule/secret' },
    ...target(way, registry),
  ];
}

/** `logout`. */
export function renderLogout(way: Way, registry: string): readonly ArgToken[] {
  return [...head(way), { text: 'logout', at: 'rule/verb' }, ...target(way, registry)];
}

// Docker keeps its own registry under an older name, which it takes when nothing is said.
function target(way: Way, registry: string): readonly ArgToken[] {
  return way.engine === 'docker' && registry === 'docker.io' ? [] : operands([registry], 'login/registry');
}
