import { PodctlError } from './errors.js';

/** One published port. `hostPort` null: the engine picks a free one. */
export type PortMapping = {
  readonly address: string;
  readonly hostPort: number | null;
  readonly containerPort: number;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
};

/** Where a port is published on the host. */
export type HostEndpoint = { readonly address: string; readonly port: number | null };

/** podctl's default: reachable from this machine only. Engines would publish to every network. */
export const LOOPBACK = '127.0.0.1';

/** Parse `5000`, `127.0.0.1:5000`, `[::1]:5000`, `0.0.0.0:` (free port): the host half of a mapping. */
export function parseHostEndpoint(text: string): HostEndpoint {
  return readEndpoint(text, text);
}

/** Parse `8080`, `8080:80`, `127.0.0.1:8080:80/udp`, `[::1]:8080:80`, `127.0.0.1::80`. Without an address: loopback. */
export function parsePort(text: string): PortMapping {
  const match = /^(?:(.*):)?(\d+)(?:\/(tcp|udp|sctp))?$/.exec(text.trim());
  if (match === null) throw badPort(text, 'write [[ADDRESS:]HOST:]CONTAINER[/udp], for instance 127.0.0.1:8080:80');
  const containerPort = portNumber(match[2] ?? '', text);
  const protocol = match[3] === 'udp' || match[3] === 'sctp' ? match[3] : 'tcp';
  const host = match[1] === undefined ? { address: LOOPBACK, port: containerPort } : readEndpoint(match[1], text);
  return { address: host.address, hostPort: host.port, containerPort, protocol };
}

/** Format as engines read it; the inverse of `parsePort`. */
export function formatPort(port: PortMapping): string {
  const address = port.address.includes(':') ? `[${port.address}]` : port.address;
  const protocol = port.protocol === 'tcp' ? '' : `/${port.protocol}`;
  return `${address}:${port.hostPort ?? ''}:${port.containerPort}${protocol}`;
}

// `whole` is what the user wrote, of which `text` may be a part.
function readEndpoint(text: string, whole: string): HostEndpoint {
  const match = /^(?:(\[[0-9a-fA-F:.]+\]|[0-9.]+|localhost):)?(\d*)$/.exec(text.trim());
  if (match === null || text.trim() === '') {
    throw badPort(whole, 'write PORT or ADDRESS:PORT, for instance 5000 or 127.0.0.1:5000');
  }
  const address = match[1] === undefined || match[1] === 'localhost' ? LOOPBACK : match[1].replace(/^\[|\]$/g, '');
  if (!isAddress(address)) throw badPort(whole, 'the address must be an IPv4 address or an IPv6 address in brackets');
  return { address, port: match[2] === '' ? null : portNumber(match[2] ?? '', whole) };
}

function portNumber(digits: string, text: string): number {
  const port = Number(digits);
  if (port < 1 || port > 65_535) throw badPort(text, 'a port is a number from 1 to 65535');
  return port;
}

function isAddress(address: string): boolean {
  return address.includes(':') ? isIpv6(address) : isIpv4(address);
}

function isIpv4(address: string): boolean {
  const parts = address.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

// Eight groups, of which `::` stands for one or more; the last two may be written as an IPv4 address.
function isIpv6(address: string): boolean {
  const halves = address.split('::');
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1);
  const mapped = last !== undefined && isIpv4(last);
  const count = groups.length + (mapped ? 1 : 0);
  const plain = mapped ? groups.slice(0, -1) : groups;
  if (!plain.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  return halves.length === 1 ? count === 8 : halves.length === 2 && count < 8;
}

function badPort(text: string, hint: string): PodctlError {
  return new PodctlError('BAD_DATA', `\`${text}\` is not a port mapping`, { hint });
}
