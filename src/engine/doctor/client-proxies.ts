import { ifPossible } from '../../core/errors.js';
import type { Files } from '../../io/files.js';
import type { Host } from '../../io/host.js';
import type { Proxies } from '../../plan/doctor/proxy.js';
import { dockerFolder } from '../docker-ways.js';
import { asObject, asText, parseJson } from '../json.js';

/** The proxies that docker's config.json gives every container and build; null: it gives none. */
export async function readClientProxies({
  host,
  files,
}: {
  readonly host: Host;
  readonly files: Files;
}): Promise<Proxies | null> {
  const text = await readOr(`${dockerFolder(host)}/config.json`, files);
  const proxies = asObject(asObject(parseJson(text))['proxies'])['default'];
  if (proxies === undefined) return null;
  const given = asObject(proxies);
  return { http: asText(given['httpProxy']), https: asText(given['httpsProxy']), no: asText(given['noProxy']) };
}

// One that cannot be read is told where logins are looked at.
async function readOr(path: string, files: Files): Promise<string> {
  return (await ifPossible(() => files.readText(path))) ?? '';
}
