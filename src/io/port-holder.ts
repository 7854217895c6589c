import { PodctlError } from '../core/errors.js';
import type { Files } from './files.js';
import { canListen, type ListenAnswer } from './net-port.js';
import { hasAllListening, type ListeningSocket, parseListening } from './proc-net.js';

/** Who listens on a port; `program` is the name that the kernel knows the process by. */
export type PortHolder = { readonly pid: number; readonly program: string };

export type PortState =
  | { readonly free: true }
  | { readonly free: false; readonly why: Exclude<ListenAnswer, 'free'>; readonly holder: PortHolder | null };

export type Endpoint = { readonly address: string; readonly port: number };
export type PortQuestion = {
  readonly platform: NodeJS.Platform;
  readonly files: Files;
  readonly listen?: typeof canListen;
};

/** Whether a TCP port can be published on an address, and on Linux who holds a taken one. */
export async function portState(endpoint: Endpoint, question: PortQuestion): Promise<PortState> {
  if (question.listen === undefined && (await isFreeByTable(endpoint, question))) return { free: true };
  const answer = await (question.listen ?? canListen)(endpoint.address, endpoint.port);
  if (answer === 'free') return { free: true };
  const holder =
    answer === 'taken' && question.platform === 'linux' ? await findHolder(endpoint, question.files) : null;
  return { free: false, why: answer, holder };
}

// Linux lists every listening socket: where none clashes, a port that needs no special right is free without trying it.
async function isFreeByTable({ address, port }: Endpoint, { platform, files }: PortQuestion): Promise<boolean> {
  const plain = port >= 1024 && (address.startsWith('127.') || address === '0.0.0.0');
  if (platform !== 'linux' || !plain) return false;
  const [tcp, tcp6] = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => unlessDenied(() => files.readTable(path, hasAllListening))),
  );
  if (tcp === null || tcp === undefined) return false;
  const sockets = [...parseListening(tcp), ...parseListening(tcp6 ?? '')];
  return !sockets.some((socket) => clashes(socket, { address, port }));
}

/** The process that listens on a TCP port; null where it cannot be told (another user's process, not Linux). */
export async function findHolder(endpoint: Endpoint, files: Files): Promise<PortHolder | null> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => unlessDenied(() => files.readText(path))),
  );
  const sockets = tables.flatMap((text) => parseListening(text ?? ''));
  const inodes = new Set(sockets.filter((socket) => clashes(socket, endpoint)).map((socket) => socket.inode));
  return inodes.size === 0 ? null : ownerOf(inodes, files);
}

function clashes(socket: ListeningSocket, endpoint: Endpoint): boolean {
  const any = ['0.0.0.0', '::'];
  if (socket.port !== endpoint.port) return false;
  return socket.address === endpoint.address || any.includes(socket.address) || any.includes(endpoint.address);
}

async function ownerOf(inodes: ReadonlySet<string>, files: Files): Promise<PortHolder | null> {
  const wanted = new Set([...inodes].map((inode) => `socket:[${inode}]`));
  for (const pid of (await files.list('/proc')) ?? []) {
    if (!/^\d+$/.test(pid)) continue;
    // A process may end while it is looked at, and another user's is closed to us: both mean "not this one".
    const descriptors = (await unlessDenied(() => files.list(`/proc/${pid}/fd`))) ?? [];
    const targets = await Promise.all(
      descriptors.map((fd) => unlessDenied(() => files.readLink(`/proc/${pid}/fd/${fd}`))),
    );
    if (!targets.some((target) => target !== null && wanted.has(target))) continue;
    const program = (await unlessDenied(() => files.readText(`/proc/${pid}/comm`))) ?? '';
    return { pid: Number(pid), program: program.trim() };
  }
  return null;
}

async function unlessDenied<T>(work: () => Promise<T | null>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PodctlError && error.code === 'IO') return null;
    throw error;
  }
}
