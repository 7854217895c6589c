import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createRawServer, type Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isPlainAddress, messageOf, probe } from '../../src/engine/probe.js';
import { reply } from './fakes.js';

let folder: string;
const servers: { close: () => unknown }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'podctl-probe-'));
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function onSocket(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push({ close: () => server.closeAllConnections() }, server);
  const path = join(folder, 'api.sock');
  await listen(server, path);
  return `unix://${path}`;
}

function listen(server: NetServer, path: string): Promise<void> {
  return new Promise((resolve) => {
    server.listen(path, () => resolve());
  });
}

describe('probe', () => {
  it('gives status, headers and parsed body', async () => {
    const address = await onSocket((request, response) => {
      response.setHeader('Api-Version', '1.41');
      response.end(JSON.stringify({ asked: request.url, method: request.method }));
    });
    const answer = await probe(address, { path: '/v1.41/images/a%20b/json?x=1' });
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'api-version': '1.41' },
      json: { asked: '/v1.41/images/a%20b/json?x=1', method: 'GET' },
    });
  });

  it('works over TCP', async () => {
    const server = createServer((_request, response) => response.end('OK'));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const at = server.address();
    const port = typeof at === 'object' ? at?.port : 0;
    expect(await probe(`tcp://127.0.0.1:${port}`, { path: '/_ping' })).toMatchObject({
      status: 200,
      text: 'OK',
      json: null,
    });
  });

  it('a refusal is an answer, with its words', async () => {
    const address = await onSocket((_request, response) => {
      response.statusCode = 404;
      response.end('{"message":"No such image: x"}');
    });
    const answer = await probe(address, { path: '/images/x/json' });
    expect([answer.status, messageOf(answer)]).toEqual([404, 'No such image: x']);
  });

  it.each([
    ['nothing there', () => undefined, 'no such socket'],
    ['a plain file', (path: string) => writeFileSync(path, ''), 'nobody listens there'],
  ])('%s', async (_what, prepare, reason) => {
    const path = join(folder, 'x.sock');
    prepare(path);
    await expect(probe(`unix://${path}`, { path: '/_ping' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: `\`unix://${path}\`: ${reason}`,
    });
  });

  it('a socket that accepts and stays silent does not hold it up', async () => {
    const address = await onSocket(() => undefined);
    const begin = Date.now();
    await expect(probe(address, { path: '/_ping', timeout: 100 })).rejects.toMatchObject({
      message: expect.stringContaining('no answer within 0.1 s') as string,
    });
    expect(Date.now() - begin).toBeLessThan(1_500);
  });

  it('an answer that stops half way does not hold it up either', async () => {
    const address = await onSocket((_request, response) => {
      response.setHeader('Content-Length', '100');
      response.write('{');
    });
    await expect(probe(address, { path: '/info', timeout: 100 })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('something that speaks another protocol', async () => {
    const path = join(folder, 'other.sock');
    const server = createRawServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('220 mail ready\r\n');
    });
    servers.push(server);
    await listen(server, path);
    await expect(probe(`unix://${path}`, { path: '/_ping' })).rejects.toMatchObject({
      message: `\`unix://${path}\`: it does not speak HTTP`,
    });
  });

  it.each(['ssh://ann@lab', 'fd://', 'nonsense', 'tcp://[bad'])('cannot ask %s', async (address) => {
    await expect(probe(address, { path: '/_ping' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('isPlainAddress', () => {
  it.each([
    ['unix:///run/docker.sock', true],
    ['npipe:////./pipe/docker_engine', true],
    ['tcp://127.0.0.1:2375', true],
    ['ssh://ann@lab', false],
    ['https://lab', false],
    ['', false],
  ])('%s: %s', (address, plain) => {
    expect(isPlainAddress(address)).toBe(plain);
  });
});

describe('messageOf', () => {
  it.each([
    [reply({ message: 'words' }), 'words'],
    [reply({ cause: 'podman words' }), 'podman words'],
    [reply('plain text\n', { json: null }), 'plain text'],
    [reply(null, { text: '', status: 503 }), 'status 503'],
  ])('%#', (answer, words) => {
    expect(messageOf(answer)).toBe(words);
  });
});
