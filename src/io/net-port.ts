// node:net is loaded when a socket is really opened; that is worth some milliseconds of every start.

/** Whether a program could listen there. `denied`: a low port without the right to it; `no-address`: not an address of this host. */
export type ListenAnswer = 'free' | 'taken' | 'denied' | 'no-address';

/** `refused`: nobody listens; `closed`: accepted, then closed at once, as a forwarder does when nobody listens behind it. */
export type KnockAnswer = 'open' | 'refused' | 'closed';

/** Try to listen on a TCP port, and let go of it at once. */
export async function canListen(address: string, port: number): Promise<ListenAnswer> {
  const { createServer } = await import('node:net');
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(answerOf(error.code)));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve('free')));
  });
}

function answerOf(code: string | undefined): ListenAnswer {
  if (code === 'EACCES' || code === 'EPERM') return 'denied';
  return code === 'EADDRNOTAVAIL' ? 'no-address' : 'taken';
}

export type Knock = {
  readonly address: string;
  readonly port: number;
  /** How long a silent connection must stay open to count as served; bounds connecting too. */
  readonly holdMs: number;
  /** No forwarder takes the connection for somebody who may not be there: to be connected is enough. */
  readonly direct?: boolean | undefined;
};

/** Connect to a TCP port and see whether somebody keeps the line: data, or a connection that stays open. */
export async function knock({ address, port, holdMs, direct }: Knock): Promise<KnockAnswer> {
  const { Socket } = await import('node:net');
  return new Promise((resolve) => {
    const socket = new Socket();
    let connected = false;
    const end = (answer: KnockAnswer): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(connected ? 'open' : 'refused'), holdMs);
    socket.once('data', () => end('open'));
    socket.once('end', () => end('closed'));
    socket.once('error', () => end(connected ? 'closed' : 'refused'));
    socket.connect({ host: address, port }, () => {
      if (direct === true) return end('open');
      connected = true;
      timer.refresh();
    });
  });
}
