import { Secret } from '../core/secret.js';
import { own } from './interpolate.js';
import type { DeclaredValue, FilledSource, ResolvedEnv, ResolvedSecret, Variables } from './resolved.js';
import type { EnvSource, EnvVariable } from './schema-env.js';

/** What fills a text in; null: it cannot be filled in, which was told. */
export type Fill = (text: string, path: readonly (string | number)[]) => string | null;

/** A variable whose value must never be shown: those that say so, and those that nobody typed. */
export function isSecretVariable({ secret, source, deliver }: EnvVariable): boolean {
  return secret === true || source !== undefined || deliver === 'file';
}

/** The value that counts: one that is set and not empty, else what the source gave. Undefined: the source was not asked yet. */
export function sourcedValue(name: string, set: Variables[string], sourced: Variables): Variables[string] {
  return set === undefined || set.value === '' ? (own(sourced, name) ?? set) : set;
}

/** A source with its texts filled in; undefined where one of them cannot be. */
export function fillSource(name: string, source: EnvSource, fill: Fill): FilledSource | undefined {
  const path = ['env', name, 'source'];
  if (source.engine_secret !== undefined) return { kind: 'engine_secret', secret: source.engine_secret };
  if (source.file !== undefined) {
    const file = fill(source.file, [...path, 'file']);
    return file === null ? undefined : { kind: 'file', path: file };
  }
  const words = (source.command ?? []).map((word, index) => fill(word, [...path, 'command', index]));
  return words.includes(null) ? undefined : { kind: 'command', words: words.filter((word) => word !== null) };
}

/** How a declared variable reaches the container: as a variable, by a file or by the engine. null: it does not. */
export function deliveryOf(declared: DeclaredValue): ResolvedEnv | ResolvedSecret | null {
  const { name, variable, value, source } = declared;
  if (variable.container === false) return null;
  if (source?.kind === 'engine_secret') return keptSecret(declared, source.secret);
  if (value === null && source === undefined) return null;
  // Before the source is asked, an empty secret stands for what will come.
  const text = value ?? '';
  if (variable.deliver === 'file') return { by: 'file', name, value: new Secret(text), target: placeOf(declared) };
  return { name, value: isSecretVariable(variable) ? new Secret(text) : text };
}

function keptSecret(declared: DeclaredValue, secret: string): ResolvedSecret {
  const { name, variable } = declared;
  const asFile = variable.deliver === 'file' || variable.target !== undefined;
  return { by: 'engine', name, secret, as: asFile ? 'file' : 'env', target: asFile ? placeOf(declared) : name };
}

function placeOf({ name, variable }: DeclaredValue): string {
  return variable.target ?? `/run/secrets/${name}`;
}

/** One line on where a value will come from, for a plan that does not fetch it. */
export function sourceText(source: FilledSource): string {
  if (source.kind === 'file') return `the file \`${source.path}\``;
  if (source.kind === 'command') return `what \`${source.words[0] ?? ''}\` prints`;
  return `the secret \`${source.secret}\` of the engine`;
}
