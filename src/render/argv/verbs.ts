import { toSeconds } from '../amounts.js';
import type { ArgToken } from '../token.js';
import { pairs } from './docker.js';
import { option, toggle } from './flags.js';
import { operands } from './operands.js';
import { head, type Way } from './way.js';

/** What is done to containers that are there. Times are milliseconds; null leaves the engine's or container's own. */
export type LifecycleAction =
  | { readonly verb: 'start' | 'pause' | 'unpause' | 'wait'; readonly containers: readonly string[] }
  | {
      readonly verb: 'stop' | 'restart';
      readonly containers: readonly string[];
      readonly timeout: number | null;
    }
  | { readonly verb: 'kill'; readonly containers: readonly string[]; readonly signal: string | null }
  | {
      readonly verb: 'rm';
      readonly containers: readonly string[];
      readonly force: boolean;
      /** Their anonymous volumes, too. */
      readonly volumes: boolean;
    }
  | {
      readonly verb: 'logs';
      readonly container: string;
      readonly follow: boolean;
      readonly tail: number | null;
      /** A time or `10m`. */
      readonly since: string | null;
      readonly timestamps: boolean;
    }
  | {
      readonly verb: 'exec';
      readonly container: string;
      readonly command: readonly string[];
      readonly interactive: boolean;
      readonly tty: boolean;
      readonly workdir: string | null;
      readonly user: string | null;
      /** Names of variables that are passed on from the engine process's environment. */
      readonly env?: readonly string[] | undefined;
    };

/** `start`, `stop`, `restart`, `kill`, `rm`, `logs`, `exec`, `pause`, `unpause`, `wait`. */
export function renderLifecycle(way: Way, action: LifecycleAction): readonly ArgToken[] {
  return [...head(way), { text: action.verb, at: 'rule/verb' }, ...actionTokens(action)];
}

function actionTokens(action: LifecycleAction): readonly ArgToken[] {
  switch (action.verb) {
    case 'start':
    case 'pause':
    case 'unpause':
    case 'wait':
      return operands(action.containers, 'container');
    case 'stop':
    case 'restart':
      return [...timeoutFlag(action.timeout), ...operands(action.containers, 'container')];
    case 'kill':
      return [...option('--signal', action.signal, 'signal'), ...operands(action.containers, 'container')];
    case 'rm':
      return [
        ...toggle('--force', action.force, 'force'),
        ...toggle('--volumes', action.volumes, 'volumes'),
        ...operands(action.containers, 'container'),
      ];
    case 'logs':
      return [
        ...toggle('--follow', action.follow, 'follow'),
        ...option('--tail', action.tail === null ? null : String(action.tail), 'tail'),
        ...option('--since', action.since, 'since'),
        ...toggle('--timestamps', action.timestamps, 'timestamps'),
        ...operands([action.container], 'container'),
      ];
    case 'exec':
      return execTokens(action);
    default:
      return action satisfies never;
  }
}

function execTokens(action: Extract<LifecycleAction, { readonly verb: 'exec' }>): readonly ArgToken[] {
  return [
    ...toggle('--interactive', action.interactive, 'interactive'),
    ...toggle('--tty', action.tty, 'tty'),
    ...option('--workdir', action.workdir, 'workdir'),
    ...option('--user', action.user, 'user'),
    ...(action.env ?? []).flatMap((name) => option('--env', name, `env/${name}`)),
    ...operands([action.container], 'container'),
    ...action.command.map((text, index) => ({ text, at: `args/${index}` })),
  ];
}

// The one spelling that all take without a warning: --time is deprecated in docker 28, older ones do not know --timeout.
function timeoutFlag(timeout: number | null): readonly ArgToken[] {
  return option('-t', timeout === null ? null : String(toSeconds(timeout)), 'stopTimeout');
}

/** Containers with all of these labels, ended ones too: one JSON object per line, on podman one JSON array. */
export function renderList(way: Way, labels: Readonly<Record<string, string>>): readonly ArgToken[] {
  const podman = way.engine === 'podman' || way.engine === 'podman-hpc';
  return [
    ...head(way),
    { text: 'ps', at: 'rule/verb' },
    { text: '--all', at: 'rule/verb' },
    { text: '--no-trunc', at: 'rule/verb' },
    ...option('--format', podman ? 'json' : '{{json .}}', 'rule/json'),
    ...Object.entries(labels).flatMap(([name, value]) =>
      option('--filter', `label=${name}=${value}`, `labels/${name}`),
    ),
  ];
}

/** A JSON array of what the engine knows about each. */
export function renderInspect(
  way: Way,
  kind: 'container' | 'image' | 'volume' | 'network',
  names: readonly string[],
): readonly ArgToken[] {
  return [
    ...head(way),
    { text: kind, at: 'rule/verb' },
    { text: 'inspect', at: 'rule/verb' },
    ...operands(names, kind),
  ];
}

export type VolumeRequest = {
  readonly name: string;
  readonly driver: string | null;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
};

/** `volume create`. */
export function renderVolumeCreate(way: Way, request: VolumeRequest): readonly ArgToken[] {
  return [
    ...head(way),
    { text: 'volume', at: 'rule/verb' },
    { text: 'create', at: 'rule/verb' },
    ...option('--driver', request.driver, 'volume/driver'),
    ...pairs('--opt', request.options, { at: 'volume/options', between: '=' }),
    ...pairs('--label', request.labels, { at: 'labels', between: '=' }),
    ...operands([request.name], 'volume'),
  ];
}

/** `volume rm`. */
export function renderVolumeRemove(way: Way, names: readonly string[]): readonly ArgToken[] {
  return [
    ...head(way),
    { text: 'volume', at: 'rule/verb' },
    { text: 'rm', at: 'rule/verb' },
    ...operands(names, 'volume'),
  ];
}

/** `network rm`. */
export function renderNetworkRemove(way: Way, names: readonly string[]): readonly ArgToken[] {
  return [
    ...head(way),
    { text: 'network', at: 'rule/verb' },
    { text: 'rm', at: 'rule/verb' },
    ...operands(names, 'network'),
  ];
}

/** `pull` of several images at once, which podman has. */
export function renderPullMany(way: Way, images: readonly string[]): readonly ArgToken[] {
  return [...head(way), { text: 'pull', at: 'rule/verb' }, ...operands(images, 'image')];
}
