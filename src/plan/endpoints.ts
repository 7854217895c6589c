import type { ContainerFacts } from '../spec/facts.js';

/** Where published ports answer, for a person: `http://127.0.0.1:5000`, several with commas; null when there are none. */
export function describeEndpoints(ports: ContainerFacts['ports']): string | null {
  const places = ports.map((port) => {
    const host =
      port.address === '0.0.0.0' || port.address === '::' || port.address === '' ? 'localhost' : port.address;
    const at = `${host.includes(':') ? `[${host}]` : host}:${port.hostPort}`;
    return port.protocol === 'tcp' ? `http://${at}` : `${at}/${port.protocol}`;
  });
  return places.length === 0 ? null : [...new Set(places)].join(', ');
}
