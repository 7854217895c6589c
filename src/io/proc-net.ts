/** A TCP socket that waits for connections. `address` is `0.0.0.0`, `127.0.0.1`, `::`, `::1`… */
export type ListeningSocket = { readonly address: string; readonly port: number; readonly inode: string };

const LISTEN = '0A';

/** Read the text of Linux's /proc/net/tcp or /proc/net/tcp6: only its listening sockets. */
export function parseListening(text: string): readonly ListeningSocket[] {
  const sockets: ListeningSocket[] = [];
  for (const line of text.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [hexAddress = '', hexPort = ''] = (fields[1] ?? '').split(':');
    if (fields[3] !== LISTEN || hexPort === '') continue;
    sockets.push({ address: parseAddress(hexAddress), port: Number.parseInt(hexPort, 16), inode: fields[9] ?? '' });
  }
  return sockets;
}

const CONNECTION = /^ *\d+: [\dA-F]+:[\dA-F]{4} [\dA-F]+:[\dA-F]{4} (?!0A)[\dA-F]{2} /m;

/** True when the beginning of such a text holds every listening socket: the kernel lists these before all others (proc_net_tcp). */
export function hasAllListening(text: string): boolean {
  return CONNECTION.test(text);
}

// The kernel prints each 32-bit word in the machine's own byte order: little-endian wherever engines run but s390x.
function parseAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).toReversed());
  const numbers = bytes.map((byte) => Number.parseInt(byte, 16));
  if (numbers.length === 4) return numbers.join('.');
  const mapped = numbers.slice(0, 10).every((byte) => byte === 0) && numbers[10] === 255 && numbers[11] === 255;
  return mapped ? numbers.slice(12).join('.') : formatIpv6(numbers);
}

function formatIpv6(bytes: readonly number[]): string {
  const groups: string[] = [];
  for (let index = 0; index < 16; index += 2) {
    groups.push((((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0)).toString(16));
  }
  const text = groups.join(':');
  const longest = (text.match(/(?:^|:)0(?::0)+(?=:|$)/g) ?? []).toSorted((a, b) => b.length - a.length)[0];
  if (longest === undefined) return text;
  const at = text.indexOf(longest);
  const left = text.slice(0, at);
  const right = text.slice(at + longest.length).replace(/^:/, '');
  return `${left}::${right}`;
}
