import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { NOT_CONNECTED, UpstreamAgent } from '../../../src/rac/wake/upstream-agent.js';

const agent = new UpstreamAgent();
const server = createServer((_request, response) => response.end('ok'));
afterEach(() => {
  agent.destroy();
  server.close();
});

async function answerOf(port: number): Promise<number> {
  const [answer] = (await once(get({ port, host: '127.0.0.1', agent }), 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode ?? 0;
}

it('opens only a few connections at the same moment, and every request gets its own', async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let [opening, most] = [0, 0];
  const create = agent.createConnection.bind(agent);
  agent.createConnection = (options, created) => {
    const watch = (socket: Socket): Socket => {
      opening += 1;
      most = Math.max(most, opening);
      return socket.prependOnceListener('connect', () => {
        opening -= 1;
      });
    };
    const socket = create(options, (error, late) => created(error, watch(late as Socket)));
    return socket === undefined ? undefined : watch(socket);
  };
  const answers = await Promise.all(Array.from({ length: 100 }, () => answerOf(port)));
  expect(answers).toEqual(Array.from({ length: 100 }, () => 200));
  expect(most).toBe(8);
});

it('goes on when nobody listens', async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const refused = await Promise.allSettled(Array.from({ length: 30 }, () => answerOf(port)));
  expect(refused.every(({ status }) => status === 'rejected')).toBe(true);
});

// A program that stands still takes no connection: what waits for it fills up, and then the system answers nobody.
const STILL = `
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    process.stdout.write(String(server.address().port));
    process.kill(process.pid, 'SIGSTOP');
  });
`;

function endOf(from: UpstreamAgent, place: { host: string; port: number }): Promise<string> {
  return new Promise((resolve) => {
    from.connect(place, (socket) => {
      socket.once('connect', () => resolve('connected'));
      socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? ''));
    });
  });
}

it('does not wait for ever where nobody answers', async () => {
  const still = spawn(process.execPath, ['-e', STILL], { stdio: ['ignore', 'pipe', 'ignore'] });
  const impatient = new UpstreamAgent(300);
  try {
    const [port] = (await once(still.stdout, 'data')) as [Buffer];
    const place = { host: '127.0.0.1', port: Number(String(port)) };
    const ends = await Promise.all(Array.from({ length: 8 }, () => endOf(impatient, place)));
    expect(new Set(ends)).toEqual(new Set(['connected', NOT_CONNECTED]));
  } finally {
    still.kill('SIGKILL');
  }
});
