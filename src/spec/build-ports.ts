import { LOOPBACK, parseHostEndpoint, parsePort } from '../core/port.js';
import type { ResolvedPort, ResolvedProfile } from '../profile/resolved.js';
import type { BuildBook } from './build-book.js';
import type { SpecRequest } from './request.js';
import type { PublishedPort } from './spec.js';

/** `5001`, `0.0.0.0:5001`, `[::1]:5001`, `localhost:5001`: a host half alone. */
const ENDPOINT = /^((\[[^\]]*\]|\d+\.\d+\.\d+\.\d+|localhost):)?\d*$/;

/** Published ports: the profile's, changed or added to by `--port`. */
export function buildPorts(resolved: ResolvedProfile, request: SpecRequest, book: BuildBook): readonly PublishedPort[] {
  const { name, ports: publishes } = resolved.command;
  const flags = request.flags.ports;
  if (!publishes) {
    if (flags.length > 0) {
      const hint = 'leave --port out';
      book.fail('USAGE', 'ports', { message: `\`${name}\` publishes no ports, so --port has nothing to change`, hint });
    }
    return [];
  }
  let ports = resolved.container.ports.flatMap((port) => profilePort(port, book));
  for (const [index, text] of flags.entries()) ports = withFlag(ports, { text, key: `flag/${index}` }, book);
  checkTwice(ports, book);
  checkNetwork(ports, resolved.container.network, book);
  return ports;
}

function profilePort(port: ResolvedPort, book: BuildBook): PublishedPort[] {
  const at = `ports/${port.key}`;
  const containerPort = Number(port.container);
  const protocol = port.protocol ?? 'tcp';
  const text = String(port.host ?? '').trim();
  if (text === '') {
    book.addOrigin(at, { kind: 'podctl', rule: 'host-port-default' });
    book.addOrigin(at, { kind: 'podctl', rule: 'loopback-default' });
    return [{ key: port.key, address: LOOPBACK, hostPort: containerPort, containerPort, protocol }];
  }
  const host = book.attempt(() => parseHostEndpoint(text), null, { at });
  if (host === null) return [];
  if (!text.includes(':')) book.addOrigin(at, { kind: 'podctl', rule: 'loopback-default' });
  return [{ key: port.key, address: host.address, hostPort: host.port, containerPort, protocol }];
}

function hasAddress(text: string): boolean {
  return /^(\[|localhost:|\d+\.\d+)/.test(text.trim());
}

type PortFlag = { readonly text: string; readonly key: string };

function withFlag(ports: readonly PublishedPort[], flag: PortFlag, book: BuildBook): PublishedPort[] {
  const changed = ENDPOINT.test(flag.text.trim()) ? withEndpoint(ports, flag, book) : withMapping(ports, flag, book);
  if (changed === null) return [...ports];
  book.setOrigins(`ports/${changed.key}`, [
    { kind: 'flag', flag: '--port' },
    ...(hasAddress(flag.text) ? [] : [{ kind: 'podctl', rule: 'loopback-default' } as const]),
  ]);
  const known = ports.some(({ key }) => key === changed.key);
  return known ? ports.map((port) => (port.key === changed.key ? changed : port)) : [...ports, changed];
}

// A host half says which container port only where there is one.
function withEndpoint(ports: readonly PublishedPort[], { text }: PortFlag, book: BuildBook): PublishedPort | null {
  const [only, ...others] = ports;
  if (only === undefined) {
    const hint = `write --port HOST:CONTAINER, for instance ${text}:80`;
    book.fail('USAGE', 'ports', {
      message: `\`--port ${text}\`: the profile publishes no port that it could change`,
      hint,
    });
    return null;
  }
  if (others.length > 0) {
    const names = ports.map(({ key, containerPort }) => `${key} (${containerPort})`).join(', ');
    const message = `\`--port ${text}\` could mean any of the ports ${names}`;
    book.fail('USAGE', 'ports', { message, hint: `write --port ${text}:${only.containerPort} for ${only.key}` });
    return null;
  }
  const host = book.attempt(() => parseHostEndpoint(text), null, { at: 'ports', code: 'USAGE' });
  return host === null ? null : { ...only, address: host.address, hostPort: host.port };
}

function withMapping(ports: readonly PublishedPort[], { text, key }: PortFlag, book: BuildBook): PublishedPort | null {
  const mapping = book.attempt(() => parsePort(text), null, { at: 'ports', code: 'USAGE' });
  if (mapping === null) return null;
  const same = ports.find((port) => port.containerPort === mapping.containerPort && port.protocol === mapping.protocol);
  return { ...mapping, key: same?.key ?? key };
}

function checkTwice(ports: readonly PublishedPort[], book: BuildBook): void {
  const any = new Set(['0.0.0.0', '::']);
  ports.forEach((port, index) => {
    const other = ports.slice(0, index).find((earlier) => {
      const near = earlier.address === port.address || any.has(earlier.address) || any.has(port.address);
      return (
        near && earlier.hostPort !== null && earlier.hostPort === port.hostPort && earlier.protocol === port.protocol
      );
    });
    if (other === undefined) return;
    const at = `ports/${port.key}`;
    const isFlag = book.originsAt(at).some(({ kind }) => kind === 'flag');
    book.fail(isFlag ? 'USAGE' : 'BAD_DATA', at, {
      message: `the ports \`${other.key}\` and \`${port.key}\` both take ${port.address}:${port.hostPort} of this machine`,
      hint: 'give one of them another host port',
    });
  });
}

// Engines leave published ports out there, with a warning at best.
function checkNetwork(ports: readonly PublishedPort[], network: string | undefined, book: BuildBook): void {
  if (ports.length === 0 || network === undefined || !/^(host|none|container:.*)$/.test(network)) return;
  book.fail('BAD_DATA', 'network', {
    message: `with network = "${network}" no port can be published, but the profile publishes ${ports.map(({ key }) => `\`${key}\``).join(', ')}`,
    hint: 'take the network or the ports out; a command publishes none with ports = false',
  });
}
