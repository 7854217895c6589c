import { type ClientRequest, type IncomingMessage, type RequestOptions, request, type ServerResponse } from 'node:http';
import type { CheckedRequest } from './check-request.js';
import { answerHeaders, trailersOf } from './forward-headers.js';
import type { Pool } from './pool.js';
import { NOT_CONNECTED } from './upstream-agent.js';

/** One request on its way to an application. */
export type Job = {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly checked: CheckedRequest;
  /** For the application: names and values in turn. */
  readonly headers: readonly string[];
  /** RAC's own headers of the answer, names and values in turn. */
  readonly extra: readonly string[];
};

/**
 * What became of a request that was not answered. `unreachable`: nobody listens there, and nothing was sent; `broken`: the application
 * ended the connection, or its answer was no HTTP.
 */
export type Unanswered = 'unreachable' | 'broken';

/** A client that neither sends nor reads for so long while it should has gone. */
const STALL_MS = 60_000;
/** An upload that nobody wants any more is read for so long, so that the client gets to read the answer. */
const LINGER_MS = 5_000;

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
/** What is said where nobody listens. */
export const UNREACHABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  NOT_CONNECTED,
]);

/** Send it, and its answer back, both as streams; `failed` is called instead when there is no answer to send. */
export function forward(job: Job, pool: Pool, failed: (how: Unanswered) => void): void {
  const { req, res } = job;
  const upload = job.checked.body === 'none' ? null : req;
  let current = send(false);
  let answered = false;
  res.once('close', () => {
    if (!res.writableFinished) current.destroy();
    else if (!req.complete) {
      // A connection whose body ends too soon would take the next request for the rest of it.
      current.destroy();
      linger(req);
    }
  });
  if (upload !== null) passUpload(job, () => current);

  function send(fresh: boolean): ClientRequest {
    const out = openRequest(job, pool, fresh);
    out.once('response', (answer) => {
      answered = true;
      passAnswer(job, answer, failed);
    });
    out.on('error', (error: NodeJS.ErrnoException) => {
      if (answered || res.closed || res.destroyed) return;
      // Its server closed a connection at rest just as this request was written there.
      const stale = out.reusedSocket && !fresh && upload === null && IDEMPOTENT.has(req.method ?? '');
      if (stale) current = send(true);
      else if (res.headersSent) res.destroy();
      else failed(isUnreachable(error, out) ? 'unreachable' : 'broken');
    });
    if (job.checked.expectsContinue) out.once('continue', () => res.writeContinue());
    if (upload === null) out.end();
    return out;
  }
}

function isUnreachable(error: NodeJS.ErrnoException, out: ClientRequest): boolean {
  return !out.reusedSocket && UNREACHABLE.has(error.code ?? '');
}

function openRequest({ req, checked, headers }: Job, pool: Pool, fresh: boolean): ClientRequest {
  return request({
    host: pool.upstream.address,
    port: pool.upstream.port,
    method: req.method ?? 'GET',
    path: checked.target,
    headers,
    ...(fresh ? unkept(pool) : { agent: pool.agent }),
    maxHeaderSize: MOST_HEADERS,
  });
}

/** Options of a request that gets a connection of its own. */
export function unkept({ agent }: Pool): Pick<RequestOptions, 'createConnection'> {
  return { createConnection: (options, created) => agent.createConnection(options, created) };
}

const MOST_HEADERS = 65_536;
const SMALL = 16_384;

function passUpload({ req: upload, res }: Job, to: () => ClientRequest): void {
  const out = to();
  const { socket } = upload;
  socket.setTimeout(STALL_MS);
  upload.on('data', (chunk: Buffer) => {
    if (out.write(chunk)) return;
    // Now the application is the slow one.
    upload.pause();
    socket.setTimeout(0);
  });
  out.on('drain', () => {
    socket.setTimeout(STALL_MS);
    upload.resume();
  });
  upload.once('end', () => {
    // After the answer the connection is at rest, and that has its own bound.
    if (res.closed) return;
    socket.setTimeout(0);
    if (upload.rawTrailers.length > 0) out.addTrailers(trailersOf(upload.rawTrailers));
    out.end();
  });
  // The answer's `close` tells of it too, and ends the other side.
  upload.once('error', () => out.destroy());
  // An application that has hung up takes no more of it; what still comes is read and dropped.
  out.once('close', () => {
    if (!upload.complete) upload.removeAllListeners('data').resume();
  });
}

function linger(req: IncomingMessage): void {
  req.removeAllListeners('data').resume();
  const timer = setTimeout(() => req.socket.destroy(), LINGER_MS);
  timer.unref();
  req.once('close', () => clearTimeout(timer));
  req.once('end', () => clearTimeout(timer));
}

function passAnswer(job: Job, answer: IncomingMessage, failed: (how: Unanswered) => void): void {
  const { req, res } = job;
  const { statusCode = 0 } = answer;
  try {
    // Nobody has asked for another protocol here.
    if (statusCode < 200) throw new Error(`status ${statusCode}`);
    const headers = answerHeaders(answer.rawHeaders, job.checked.host, inChunks(req, answer));
    headers.push(...job.extra);
    res.writeHead(statusCode, answer.statusMessage, headers);
  } catch {
    answer.destroy();
    failed('broken');
    return;
  }
  passBody(job, answer);
}

function inChunks({ method, httpVersionMinor }: IncomingMessage, { statusCode, headers }: IncomingMessage): boolean {
  const bodyless = method === 'HEAD' || statusCode === 204 || statusCode === 304;
  return !bodyless && httpVersionMinor > 0 && headers['content-length'] === undefined;
}

function passBody({ req, res }: Job, answer: IncomingMessage): void {
  const whole = Number(answer.headers['content-length'] ?? -1);
  let begun = false;
  const goOn = (): void => {
    if (req.complete) req.socket.setTimeout(0);
    answer.resume();
  };
  answer.on('data', (chunk: Buffer) => {
    if (!begun && chunk.length === whole) {
      begun = true;
      // As text of bytes it leaves together with its headers, in one piece: a fifth of the work of a small answer.
      if (whole <= SMALL) res.end(chunk.toString('latin1'), 'latin1');
      else res.end(chunk);
      return;
    }
    begun = true;
    if (res.write(chunk)) return;
    answer.pause();
    req.socket.setTimeout(STALL_MS);
    res.once('drain', goOn);
  });
  answer.once('end', () => {
    begun = true;
    if (res.writableEnded) return;
    if (answer.rawTrailers.length > 0) res.addTrailers(trailersOf(answer.rawTrailers));
    res.end();
  });
  answer.once('error', () => res.destroy());
  // Events may come long after the headers that announce them; what is small and whole comes with them.
  if (whole >= 0 && whole <= SMALL) return;
  setImmediate(() => {
    if (!begun && !res.writableEnded) res.flushHeaders();
  });
}
