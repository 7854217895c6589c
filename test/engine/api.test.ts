import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openApi, statusOf } from '../../src/engine/api.js';
import { DOCKER } from './fakes.js';

let folder: string;
const open: { close: () => unknown }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'podctl-api-'));
});
afterEach(() => {
  for (const server of open.splice(0)) server.close();
  rmSync(folder, { recursive: true, force: true });
});

type Server = ReturnType<typeof createServer>;

async function serve(listener: RequestListener, prepare?: (server: Server) => void) {
  const server = createServer(listener);
  prepare?.(server);
  open.push({ close: () => server.closeAllConnections() }, server);
  const path = join(folder, 'api.sock');
  await new Promise<void>((resolve) => {
    server.listen(path, () => resolve());
  });
  return openApi({ ...DOCKER, address: `unix://${path}` });
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => error,
  );
}

describe('openApi', () => {
  it('sends method, path with query, and body; gives the parsed answer', async () => {
    const api = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += String(chunk);
      });
      request.on('end', () => {
        response.statusCode = 201;
        response.end(JSON.stringify({ method: request.method, url: request.url, body }));
      });
    });
    expect(await api.call({ method: 'POST', path: '/containers/create?name=a%20b', body: { Image: 'x' } })).toEqual({
      method: 'POST',
      url: '/containers/create?name=a%20b',
      body: '{"Image":"x"}',
    });
    expect(await api.call({ method: 'DELETE', path: '/containers/a?force=1&v=1' })).toMatchObject({
      method: 'DELETE',
      url: '/containers/a?force=1&v=1',
      body: '',
    });
  });

  it('an empty answer is null', async () => {
    const api = await serve((_request, response) => {
      response.statusCode = 204;
      response.end();
    });
    expect(await api.call({ method: 'POST', path: '/containers/a/start' })).toBeNull();
  });

  it.each([
    [404, { message: 'No such container: a' }, 'UNAVAILABLE', 'No such container: a'],
    [409, { message: 'name in use' }, 'CANNOT_CREATE', 'name in use'],
    [400, { message: 'bad parameter' }, 'CANNOT_CREATE', 'bad parameter'],
    [500, { cause: 'crun: no' }, 'CANNOT_CREATE', 'crun: no'],
    [403, { message: 'plugin says no' }, 'REFUSED', 'plugin says no'],
    [418, {}, 'UNAVAILABLE', 'status 418'],
  ])('status %i', async (status, body, code, message) => {
    const api = await serve((_request, response) => {
      response.statusCode = status;
      response.end(JSON.stringify(body));
    });
    const error = await failure(api.call({ method: 'POST', path: '/containers/a/start?x=1' }));
    expect(error).toMatchObject({ code, hint: 'the engine refused POST /containers/a/start' });
    expect(statusOf(error)).toBe(status);
    expect(error).toMatchObject({ message });
  });

  it('a refused stream still tells why', async () => {
    const api = await serve((_request, response) => {
      response.statusCode = 409;
      response.end('{"message":"container is paused"}');
    });
    const error = await failure(api.stream({ method: 'POST', path: '/containers/a/wait' }));
    expect(error).toMatchObject({ code: 'CANNOT_CREATE', message: 'container is paused' });
  });

  it('an engine that hangs up', async () => {
    const api = await serve((request) => request.socket.destroy());
    const error = await failure(api.call({ method: 'GET', path: '/info' }));
    expect(error).toMatchObject({ code: 'UNAVAILABLE', hint: 'see whether the engine still runs' });
    expect(statusOf(error)).toBeNull();
  });

  it('a stream is given from its headers on, and can be cancelled', async () => {
    const api = await serve((_request, response) => {
      response.write('{"status":"Pulling"}\n');
    });
    const cancel = new AbortController();
    const stream = await api.stream({ method: 'POST', path: '/images/create?fromImage=x', signal: cancel.signal });
    const read = (async () => {
      let text = '';
      for await (const chunk of stream) {
        text += String(chunk);
        cancel.abort();
      }
      return text;
    })();
    await expect(read).rejects.toMatchObject({ name: expect.stringMatching(/Abort|Error/) as string });
  });

  it('a taken-over connection carries nothing but what is written to it', async () => {
    const heard: string[] = [];
    const api = await serve(
      (_request, response) => response.end(),
      (server) => {
        server.on('upgrade', (_request, socket, head) => {
          heard.push(head.toString());
          socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nhello');
          socket.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
          socket.on('end', () => socket.end(' bye'));
        });
      },
    );
    const socket = await api.hijack({ method: 'POST', path: '/containers/a/attach?stream=1' });
    socket.end('input');
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect([text, heard.join('')]).toEqual(['hello bye', 'input']);
  });

  it('DOCKER_HOST of the environment does not lead it elsewhere', async () => {
    vi.stubEnv('DOCKER_HOST', 'tcp://127.0.0.1:1');
    const api = await serve((_request, response) => response.end('{"ok":true}'));
    expect(await api.call({ method: 'GET', path: '/info' })).toEqual({ ok: true });
  });

  it.each([null, 'ssh://ann@lab'])('cannot use %s', async (address) => {
    await expect(openApi({ ...DOCKER, address })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'docker has no API address that podctl can use',
    });
  });
});
