import type { IncomingMessage, ServerResponse } from 'node:http';

/** Takes note of a request; false: too many of its connection wait for their turn, and it is closed. */
export type Lines = (req: IncomingMessage, res: ServerResponse) => boolean;

/** Requests of one connection that are sent before the first of them is answered. */
const MOST = 64;

/**
 * Answers that wait behind another one of their connection (pipelining) have no connection yet, so that Node tells them nothing when it
 * breaks off: they are closed here, or whoever counts them would count them for ever.
 */
export function openLines(): Lines {
  const lines = new WeakMap<object, Set<ServerResponse>>();
  return ({ socket }, res) => {
    if (res.socket !== null) return true;
    const line = lines.get(socket) ?? new Set();
    if (!lines.has(socket)) {
      lines.set(socket, line);
      socket.once('close', () => closeAll(line));
    }
    line.add(res);
    res.once('close', () => line.delete(res));
    if (line.size > MOST) socket.destroy();
    return line.size <= MOST;
  };
}

function closeAll(line: ReadonlySet<ServerResponse>): void {
  for (const res of line) {
    if (res.closed || res.socket !== null) continue;
    res.destroy();
    res.emit('close');
  }
}
