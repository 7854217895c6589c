import type { RacSettings } from '../settings.js';

/** Where RAC's own server is found: origin of its page (`http://127.0.0.1:5090`) by what a Host header may say, in lower case. */
export type Site = ReadonlyMap<string, string>;

// What people type for a server on their own machine.
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Only these names are answered: a foreign name that was made to point here (DNS rebinding) is refused. `*.localhost` is not among them,
 * since those are applications of strangers.
 */
export function siteOf({ apiPort, publicUrl }: Pick<RacSettings, 'apiPort' | 'publicUrl'>): Site {
  const urls = LOOPBACK.map((host) => new URL(`http://${host}:${apiPort}`));
  if (publicUrl !== null) urls.push(new URL(publicUrl));
  return new Map(urls.flatMap((url) => hostsOf(url).map((host) => [host, url.origin])));
}

// A port that is the scheme's own may be said or left out.
function hostsOf({ host, hostname, port, protocol }: URL): readonly string[] {
  return port === '' ? [host, `${hostname}:${protocol === 'https:' ? 443 : 80}`] : [host];
}

/** Where an application is reached; behind a proxy of the user's own, by that one's scheme and usual port. */
export function appUrl(
  { domain, proxyPort, tls, publicUrl }: Pick<RacSettings, 'domain' | 'proxyPort' | 'tls' | 'publicUrl'>,
  label: string,
): string {
  if (publicUrl !== null) return new URL(`${new URL(publicUrl).protocol}//${label}.${domain}/`).href;
  return new URL(`${tls === null ? 'http' : 'https'}://${label}.${domain}:${proxyPort}/`).href;
}
