import type { RacSettings } from '../../rac/settings.js';

/** What a person needs after `up`: where to push, with each engine, and where to look. */
export function upLines(settings: RacSettings): string {
  const registry = settings.registryHost === '' ? `127.0.0.1:${settings.registryPort}` : settings.registryHost;
  const api = settings.publicUrl ?? `http://127.0.0.1:${settings.apiPort}`;
  const scheme = settings.tls === null ? 'http' : 'https';
  const port = settings.proxyPort === (settings.tls === null ? 80 : 443) ? '' : `:${settings.proxyPort}`;
  const rows = [
    ['docker', `docker push ${registry}/NAME:TAG`],
    ['podman', `podman push ${settings.tls === null ? '--tls-verify=false ' : ''}${registry}/NAME:TAG`],
    ['open', `${scheme}://NAME.${settings.domain}${port}/`],
    ['or', `curl -H 'Host: NAME.${settings.domain}' ${scheme}://${settings.proxyAddress}${port}/`],
    ['look', api],
  ];
  return `${rows.map(([what = '', line = '']) => `${what.padEnd(7)} ${line}`).join('\n')}\n`;
}
