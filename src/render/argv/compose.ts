import type { ProviderFacts, ProviderKind } from '../../spec/stack/provider.js';
import type { ArgToken } from '../token.js';
import { each, option, toggle } from './flags.js';
import { operands } from './operands.js';

/** How a stack is named to its provider. */
export type ComposeWay = {
  readonly provider: Pick<ProviderFacts, 'words' | 'kind' | 'version'>;
  readonly project: string;
  /** In order; all but the provider's own defaults are passed, so that every provider reads the same files. */
  readonly files: readonly string[];
  readonly envFiles: readonly string[];
  /** Profiles that the provider is told to take; empty where it cannot, and the services are named instead. */
  readonly profiles: readonly string[];
};

/** What a provider is asked to do. Where `services` is empty, all are meant. */
export type ComposeAction =
  | {
      readonly verb: 'up';
      readonly services: readonly string[];
      readonly detach: boolean;
      readonly build: boolean;
      /** Ask registries for newer images first. */
      readonly pull: boolean;
      readonly noDeps?: boolean | undefined;
      readonly noRecreate?: boolean | undefined;
      readonly forceRecreate?: boolean | undefined;
      readonly noBuild?: boolean | undefined;
      readonly removeOrphans?: boolean | undefined;
    }
  | { readonly verb: 'down'; readonly removeOrphans: boolean }
  | { readonly verb: 'pull' | 'start'; readonly services: readonly string[] }
  | { readonly verb: 'stop' | 'restart'; readonly services: readonly string[]; readonly timeout: number | null }
  | { readonly verb: 'build'; readonly services: readonly string[]; readonly pull: boolean; readonly noCache: boolean }
  | {
      readonly verb: 'logs';
      readonly services: readonly string[];
      readonly follow: boolean;
      readonly tail: number | null;
    }
  | {
      readonly verb: 'run';
      readonly service: string;
      readonly command: readonly string[];
      readonly tty: boolean;
      readonly entrypoint: string | null;
      readonly user: string | null;
      readonly workdir: string | null;
      /** `NAME=VALUE`, or NAME alone, which is passed on. */
      readonly env: readonly string[];
      readonly noDeps: boolean;
      /** Name of a container that stays when it has ended; left out: it has any name, and goes away. */
      readonly stays?: string | undefined;
    }
  | { readonly verb: 'watch'; readonly services: readonly string[] }
  | { readonly verb: 'config'; readonly json: boolean; readonly services: readonly string[] };

/** The argument vector for one thing that a provider is asked to do. */
export function renderCompose(way: ComposeWay, action: ComposeAction): readonly ArgToken[] {
  return [
    ...way.provider.words.map((text) => ({ text, at: 'rule/compose-provider' })),
    ...option('--project-name', way.project, 'stack/project'),
    ...each('--file', way.files, 'stack/files'),
    ...each('--env-file', way.envFiles, 'stack/env-files'),
    ...each('--profile', way.profiles, 'stack/profiles'),
    { text: action.verb, at: 'rule/verb' },
    ...actionTokens(action, way.provider.kind),
  ];
}

function actionTokens(action: ComposeAction, kind: ProviderKind): readonly ArgToken[] {
  switch (action.verb) {
    case 'up':
      return upTokens(action, kind);
    case 'down':
      return downTokens(action, kind);
    case 'pull':
    case 'start':
    case 'watch':
      return operands(action.services, 'stack/services');
    case 'stop':
    case 'restart':
      return stopTokens(action);
    case 'build':
      return buildTokens(action);
    case 'logs':
      return logsTokens(action);
    case 'run':
      return runTokens(action, kind);
    case 'config':
      return configTokens(action, kind);
    default:
      return action satisfies never;
  }
}

type Action<Verb extends ComposeAction['verb']> = Extract<ComposeAction, { readonly verb: Verb }>;

// podman-compose has no word for it.
function downTokens({ removeOrphans }: Action<'down'>, kind: ProviderKind): readonly ArgToken[] {
  return toggle('--remove-orphans', removeOrphans && kind !== 'podman-compose', 'stack/orphans');
}

function stopTokens({ timeout, services }: Action<'stop' | 'restart'>): readonly ArgToken[] {
  const seconds = timeout === null ? null : String(Math.ceil(timeout / 1000));
  return [...option('--timeout', seconds, 'stopTimeout'), ...operands(services, 'stack/services')];
}

function buildTokens({ pull, noCache, services }: Action<'build'>): readonly ArgToken[] {
  return [
    ...toggle('--pull', pull, 'stack/pull'),
    ...toggle('--no-cache', noCache, 'stack/no-cache'),
    ...operands(services, 'stack/services'),
  ];
}

function logsTokens({ follow, tail, services }: Action<'logs'>): readonly ArgToken[] {
  return [
    ...toggle('--follow', follow, 'follow'),
    ...option('--tail', tail === null ? null : String(tail), 'tail'),
    ...operands(services, 'stack/services'),
  ];
}

function configTokens({ json, services }: Action<'config'>, kind: ProviderKind): readonly ArgToken[] {
  return [
    ...option('--format', json && kind === 'compose-v2' ? 'json' : null, 'rule/json'),
    ...operands(services, 'stack/services'),
  ];
}

function upTokens(action: Action<'up'>, kind: ProviderKind): readonly ArgToken[] {
  return [
    ...toggle('--detach', action.detach, 'stack/detach'),
    ...toggle('--build', action.build, 'stack/build'),
    ...toggle('--no-build', action.noBuild === true, 'stack/build'),
    ...option('--pull', action.pull && kind === 'compose-v2' ? 'always' : null, 'stack/pull'),
    ...toggle('--no-deps', action.noDeps === true, 'stack/dependencies'),
    ...toggle('--no-recreate', action.noRecreate === true, 'stack/recreate'),
    ...toggle('--force-recreate', action.forceRecreate === true, 'stack/recreate'),
    ...toggle('--remove-orphans', action.removeOrphans === true, 'stack/orphans'),
    ...operands(action.services, 'stack/services'),
  ];
}

// nerdctl's has a terminal whenever it has an input, and no word for one alone.
function runTokens(action: Action<'run'>, kind: ProviderKind): readonly ArgToken[] {
  const plain = kind === 'nerdctl compose' ? '--interactive=false' : '-T';
  return [
    ...(action.stays === undefined
      ? [{ text: '--rm', at: 'rule/remove' }]
      : option('--name', action.stays, 'rule/name')),
    ...toggle(plain, !action.tty, 'tty'),
    ...toggle('--no-deps', action.noDeps, 'stack/dependencies'),
    ...option('--entrypoint', action.entrypoint, 'entrypoint'),
    ...option('--user', action.user, 'user'),
    ...option('--workdir', action.workdir, 'workdir'),
    ...action.env.flatMap((word) => option('-e', word, `env/${word.split('=')[0] ?? word}`)),
    ...operands([action.service], 'stack/services'),
    ...action.command.map((text, index) => ({ text, at: `args/${index}` })),
  ];
}
