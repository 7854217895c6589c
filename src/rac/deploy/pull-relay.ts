import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { asObject, asText, parseJson } from '../../engine/json.js';
import type { RegistryClient } from '../registry/client.js';

export type PullRelay = {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** First part of the repository's name there, which nobody can guess. */
  readonly path: string;
  readonly close: () => void;
};

/**
 * A registry on loopback that has one repository of RAC's: it reads it with a token of RAC's own. For engines that take no token to pull;
 * the tokens never leave RAC.
 */
export async function openPullRelay({
  registry,
  name,
}: {
  readonly registry: RegistryClient;
  readonly name: string;
}): Promise<PullRelay> {
  const path = randomBytes(16).toString('hex');
  const own = `/v2/${path}/${name}/`;
  const server = createServer((question, answer) => {
    const { method = '', url = '' } = question;
    if (url === '/v2/') answer.writeHead(200).end('{}');
    else if (!url.startsWith(own) || (method !== 'GET' && method !== 'HEAD')) answer.writeHead(404).end();
    else void pass({ question, answer }, { registry, name, rest: url.slice(own.length) });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    host: `127.0.0.1:${port}`,
    path,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

type Ends = { readonly question: IncomingMessage; readonly answer: ServerResponse };
type Wanted = { readonly registry: RegistryClient; readonly name: string; readonly rest: string };

async function pass({ question, answer }: Ends, { registry, name, rest }: Wanted): Promise<void> {
  try {
    const auth = asObject(parseJson(Buffer.from(await registry.pullAuth(name), 'base64url').toString('utf8')));
    const token = asText(auth['registrytoken']);
    const [host = '', port = '80'] = registry.host.split(':');
    const headers = {
      ...(question.headers.accept === undefined ? {} : { accept: question.headers.accept }),
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    };
    const inner = request({ host, port, path: `/v2/${name}/${rest}`, method: question.method, headers, agent: false });
    inner.once('error', () => answer.destroy());
    inner.once('response', (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    inner.end();
  } catch {
    answer.destroy();
  }
}
