import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import type { Hono } from 'hono';
import { PodctlError } from '../core/errors.js';
import type { RacEnv } from './web/request.js';

/** A server that listens. */
export type Listening = { readonly server: Server; readonly close: () => Promise<void> };

/** Serve an application over HTTP. Throws PodctlError('CANNOT_CREATE') when the port cannot be had. */
export function listen(app: Pick<Hono<RacEnv>, 'fetch'>, address: string, port: number): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: address, port }, () => {
      if (!isHttp(server)) return reject(new PodctlError('BUG', 'the server is not one of HTTP/1'));
      resolve({ server, close: () => close(server) });
    });
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'another program listens there' : cause.message;
      reject(
        new PodctlError('CANNOT_CREATE', `RAC cannot listen on ${address}:${port}: ${why}`, {
          hint: 'end that program, or choose other ports: podctl rac up --api-port PORT',
          cause,
        }),
      );
    });
  });
}

function isHttp(server: ReturnType<typeof serve>): server is Server {
  return 'closeAllConnections' in server;
}

// What is under way gets a moment; streams that never end are cut.
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), 2_000);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
