import { PodctlError } from '../core/errors.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import { askHttp } from '../io/net-registry.js';
import type { FoundEngine } from './engine.js';
import { asList, asObject, asText } from './json.js';
import { probe } from './probe.js';
import { askRegistry, type RegistryImage } from './registry.js';
import { engineLogins } from './registry-login.js';

/** Where the question comes from. `found` null: no engine is there to be asked instead. */
export type LookUpSite = { readonly host: Host; readonly files: Files; readonly found: FoundEngine | null };

const TIMEOUT_MS = 30_000;

/** An image as its registry has it now. Docker's daemon is asked where the registry does not answer podctl itself: it may know a way, such as a proxy. */
export async function lookUp(ref: string, site: LookUpSite): Promise<RegistryImage> {
  try {
    return await askRegistry(ref, { ask: askHttp, logins: engineLogins(site) });
  } catch (error) {
    const other = site.found === null ? null : await askDaemon(ref, site.found);
    if (other !== null) return other;
    throw error;
  }
}

async function askDaemon(ref: string, { facts, connection }: FoundEngine): Promise<RegistryImage | null> {
  if (facts.name !== 'docker' || connection.address === null || facts.assumed) return null;
  const path = `/distribution/${ref.split('/').map(encodeURIComponent).join('/')}/json`;
  try {
    const { status, json } = await probe(connection.address, { path, timeout: TIMEOUT_MS });
    const digest = asText(asObject(asObject(json)['Descriptor'])['digest']);
    if (status !== 200 || digest === '') return null;
    const platforms = asList(asObject(json)['Platforms']).map((entry) => {
      const { os, architecture, variant } = asObject(entry);
      return [os, architecture, variant]
        .map(asText)
        .filter((part) => part !== '')
        .join('/');
    });
    return { digest, platforms };
  } catch (error) {
    if (error instanceof PodctlError) return null;
    throw error;
  }
}
