import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { knock } from '../../src/io/net-port.js';

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listen(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer(onConnection);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

it('does not take a forwarder, which closes at once, for who is behind it', async () => {
  const port = await listen((socket) => socket.end());
  expect(await knock({ address: '127.0.0.1', port, holdMs: 10_000 })).toBe('closed');
});

it('waits for nothing where no forwarder can be', async () => {
  const port = await listen((socket) => socket.unref());
  const begin = performance.now();
  expect(await knock({ address: '127.0.0.1', port, holdMs: 60_000, direct: true })).toBe('open');
  expect(performance.now() - begin).toBeLessThan(30_000);
  for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve));
  expect(await knock({ address: '127.0.0.1', port, holdMs: 60_000, direct: true })).toBe('refused');
});
