import type { RacSettings } from '../../rac/settings.js';

type Lines = {
  readonly docker: string;
  readonly podman: string;
  readonly open: string;
  readonly or: string;
  readonly look: string;
};

/** What a person needs after `up`: where to push, with each engine, and where to look. */
export function upLines(settings: RacSettings): string {
  return `${Object.entries(linesOf(settings))
    .map(([what, line]) => `${what.padEnd(7)} ${line}`)
    .join('\n')}\n`;
}

/** The same as a document. */
export function upFacts(settings: RacSettings): Readonly<Record<string, unknown>> {
  const { home, domain, apiPort, registryPort, proxyPort } = settings;
  return { home, domain, apiPort, registryPort, proxyPort, ...linesOf(settings) };
}

function linesOf(settings: RacSettings): Lines {
  const { domain, tls, publicUrl, apiPort, registryPort, registryHost, proxyAddress, proxyPort } = settings;
  const own = registryHost === '';
  const registry = own ? `127.0.0.1:${registryPort}` : registryHost;
  const behind = publicUrl !== null;
  const scheme = tls !== null || publicUrl?.startsWith('https:') === true ? 'https' : 'http';
  const usual = behind || proxyPort === (tls === null ? 80 : 443);
  const host = `NAME.${domain}${usual ? '' : `:${proxyPort}`}`;
  const here = `${tls === null ? 'http' : 'https'}://${proxyAddress === '0.0.0.0' ? '127.0.0.1' : proxyAddress}:${proxyPort}/`;
  return {
    docker: `docker push ${registry}/NAME:TAG`,
    // Podman wants TLS everywhere; docker trusts loopback without.
    podman: `podman push ${own ? '--tls-verify=false ' : ''}${registry}/NAME:TAG`,
    open: `${scheme}://${host}/`,
    // Where `*.localhost` does not resolve: outside browsers and curl.
    or: `curl -H 'Host: ${host}' ${here}`,
    look: publicUrl ?? `http://127.0.0.1:${apiPort}/`,
  };
}
