import { type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import type { CheckedRequest } from './check-request.js';
import { UNREACHABLE, unkept } from './forward.js';
import { answerHeaders } from './forward-headers.js';
import type { Pool } from './pool.js';

/** A WebSocket on its way: `head` is what was read behind the request. */
export type UpgradeJob = {
  readonly req: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly checked: CheckedRequest;
  readonly headers: readonly string[];
  readonly extra: readonly string[];
};

/** Opens it at the application and joins both sides until either ends. `failed`: the application gave no answer. */
export function forwardUpgrade(job: UpgradeJob, pool: Pool, failed: (how: 'unreachable' | 'broken') => void): void {
  const { socket } = job;
  const out = request({
    host: pool.upstream.address,
    port: pool.upstream.port,
    method: 'GET',
    path: job.checked.target,
    headers: [...job.headers, 'Connection', 'Upgrade', 'Upgrade', 'websocket'],
    ...unkept(pool),
  });
  let answered = false;
  out.once('upgrade', (answer, upstream, first) => {
    answered = true;
    join(job, answer, { upstream, first });
  });
  out.once('response', (answer) => {
    answered = true;
    refuse(job, answer);
  });
  out.on('error', (error: NodeJS.ErrnoException) => {
    if (!answered && !socket.destroyed) failed(UNREACHABLE.has(error.code ?? '') ? 'unreachable' : 'broken');
  });
  socket.once('close', () => out.destroy());
  out.end();
}

function join(
  job: UpgradeJob,
  answer: IncomingMessage,
  { upstream, first }: { upstream: Duplex; first: Buffer },
): void {
  const { socket } = job;
  const headers = [
    ...answerHeaders(answer.rawHeaders, job.checked.host),
    'Connection',
    'Upgrade',
    'Upgrade',
    'websocket',
  ];
  socket.write(headOf('101 Switching Protocols', [...headers, ...job.extra]));
  if (first.length > 0) socket.write(first);
  if (job.head.length > 0) upstream.write(job.head);
  const end = (): void => {
    socket.destroy();
    upstream.destroy();
  };
  for (const side of [socket, upstream]) {
    side.on('error', end);
    side.once('close', end);
    if ('setTimeout' in side && typeof side.setTimeout === 'function') side.setTimeout(0);
  }
  // A WebSocket is never half open: when one side has said its last, the other gets that and it is over.
  socket.once('end', () => upstream.end(end));
  upstream.once('end', () => socket.end(end));
  socket.pipe(upstream, { end: false });
  upstream.pipe(socket, { end: false });
}

// It does not want a WebSocket, and says why.
function refuse(job: UpgradeJob, answer: IncomingMessage): void {
  const { socket } = job;
  const headers = answerHeaders(answer.rawHeaders, job.checked.host).concat('Connection', 'close', ...job.extra);
  socket.write(headOf(`${answer.statusCode ?? 502} ${answer.statusMessage ?? ''}`, headers));
  answer.pipe(socket);
  // Who keeps its side open after that is not waited for; that it has gone only shows to who reads.
  socket.once('finish', () => {
    const timer = setTimeout(() => socket.destroy(), 1_000).unref();
    socket.once('close', () => clearTimeout(timer));
  });
  socket.resume();
  answer.once('error', () => socket.destroy());
}

/** Status line and headers as bytes; names and values come from parsers that allow no line ends. */
export function headOf(status: string, headers: readonly string[]): Buffer {
  let text = `HTTP/1.1 ${status}\r\n`;
  for (let index = 0; index < headers.length; index += 2) text += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return Buffer.from(`${text}\r\n`, 'latin1');
}
