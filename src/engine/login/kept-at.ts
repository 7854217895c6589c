import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import type { EngineName } from '../../spec/facts.js';
import { asObject, asText, type Json, parseJson } from '../json.js';
import { loginFilesOf, namesOf } from '../registry-login.js';

/** Where an engine keeps a login: a program that guards it, or a file in which everyone who reads it has the password. */
export type KeptAt =
  | { readonly kind: 'helper'; readonly helper: string; readonly file: string }
  | { readonly kind: 'file'; readonly file: string; readonly untilReboot: boolean };

/** Find where an engine keeps the login for a registry; null: it keeps none. */
export async function keptAt(
  registry: string,
  engine: EngineName,
  { host, files }: { readonly host: Host; readonly files: Files },
): Promise<KeptAt | null> {
  for (const file of loginFilesOf(engine, host)) {
    // oxlint-disable-next-line no-await-in-loop -- the first of three that has it
    const found = await keptIn(file, { registry, engine, files });
    if (found !== null) return found;
  }
  return null;
}

type Looking = { readonly registry: string; readonly engine: EngineName; readonly files: Files };

async function keptIn(file: string, { registry, engine, files }: Looking): Promise<KeptAt | null> {
  const config = asObject(parseJson((await readable(file, files)) || '{}'));
  const entry = entryOf(asObject(config['auths']), registry);
  const helper = asText(entryOf(asObject(config['credHelpers']), registry)) || asText(config['credsStore']);
  // Docker notes the registry where a helper has the password, podman does not.
  const noted = entry !== undefined || engine === 'podman' || engine === 'podman-hpc';
  if (helper !== '' && noted) return { kind: 'helper', helper: `docker-credential-${helper}`, file };
  const kept = asObject(entry);
  if (asText(kept['auth']) === '' && asText(kept['identitytoken']) === '') return null;
  return { kind: 'file', file, untilReboot: file.startsWith('/run/') };
}

function entryOf(table: Json, registry: string): unknown {
  const name = namesOf(registry).find((one) => Object.hasOwn(table, one));
  return name === undefined ? undefined : table[name];
}

async function readable(file: string, files: Files): Promise<string> {
  try {
    return (await files.readText(file)) ?? '';
  } catch {
    // What this user may not read holds no login of theirs.
    return '';
  }
}
