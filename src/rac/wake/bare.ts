import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answers `req` on its connection, which no parser reads any more; the connection ends with that answer. */
export function bareResponse(req: IncomingMessage, socket: Duplex): ServerResponse {
  const res = new ServerResponse(req);
  res.shouldKeepAlive = false;
  res.assignSocket(req.socket);
  res.once('finish', () => endBare(socket));
  socket.once('close', () => res.destroy());
  socket.on('error', () => socket.destroy());
  return res;
}

/** Says no more than a status line, and ends the connection. */
export function refuseBare(socket: Duplex, status: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  // After CONNECT nobody else listens, and an error that nobody hears ends the process.
  socket.on('error', () => socket.destroy());
  socket.write(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  endBare(socket);
}

// Who does not read the last answer is not waited for; that it has gone only shows to who reads.
function endBare(socket: Duplex): void {
  socket.end();
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), 1_000).unref();
  socket.once('end', () => socket.destroy());
  socket.once('close', () => clearTimeout(timer));
}
