// @ts-check
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { createServer as createNet } from 'node:net';
import { join } from 'node:path';

// What registries say in each case, by the repository that is asked for; the words are those of docker's own registry.
const ANSWERS = {
  limited: [
    429,
    'TOOMANYREQUESTS',
    'You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
  ],
  denied: [403, 'DENIED', 'requested access to the resource is denied'],
  forbidden: [403, 'DENIED', 'permission_denied: read_package'],
  unauthorized: [401, 'UNAUTHORIZED', 'authentication required'],
  unknown: [404, 'MANIFEST_UNKNOWN', 'manifest unknown'],
  gone: [404, 'NAME_UNKNOWN', 'repository name not known to registry'],
  broken: [500, 'UNKNOWN', 'unknown error'],
  busy: [503, 'UNAVAILABLE', 'service unavailable'],
};

const ARM_LIST = JSON.stringify({
  schemaVersion: 2,
  mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json',
  manifests: [
    {
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      size: 500,
      digest: `sha256:${'a'.repeat(64)}`,
      platform: { architecture: 's390x', os: 'linux' },
    },
  ],
});

/** @typedef {{ readonly plain: string, readonly locked: string, readonly plainOther: string, readonly secure: string, readonly secureHere: string, readonly proxy: string, readonly close: () => void }} StandIns */

/**
 * A registry that refuses in every known way, over HTTP, over TLS with a certificate of its own, and a proxy that lets nobody through. All listen on this machine only.
 * @param {string} folder for the certificate
 * @returns {Promise<StandIns>}
 */
export async function startStandIns(folder) {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:registry.test,IP:127.0.0.1'];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-keyout', key, '-out', cert];
  spawnSync('openssl', [...made, ...subject], { stdio: 'ignore' });
  const http = createServer(answer);
  const http6 = createServer(answer);
  const lock = createServer((_, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="test"', 'content-type': 'application/json' });
    response.end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }));
  });
  const [https, https4] = [
    createSecure({ key: readFileSync(key), cert: readFileSync(cert) }, answer),
    createSecure({ key: readFileSync(key), cert: readFileSync(cert) }, answer),
  ];
  const proxy = createNet((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n'));
  });
  const plain = await listen(http, '127.0.0.1');
  const locked = await listen(lock, '127.0.0.1');
  const plainOther = await listen(http6, '::1');
  const secure = await listen(https, '::1');
  const secureHere = await listen(https4, '127.0.0.1');
  const way = await listen(proxy, '127.0.0.1');
  return {
    plain: `127.0.0.1:${plain}`,
    locked: `127.0.0.1:${locked}`,
    // Docker takes 127.0.0.0/8 for safe, but not ::1, which the recorder gives this name.
    plainOther: `registry.test:${plainOther}`,
    secure: `registry.test:${secure}`,
    secureHere: `127.0.0.1:${secureHere}`,
    proxy: `http://127.0.0.1:${way}`,
    close: () => [http, http6, lock, https, https4, proxy].forEach((server) => server.close()),
  };
}

/**
 * @param {import('node:net').Server} server
 * @param {string} address
 * @returns {Promise<number>} the port
 */
function listen(server, address) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, () => {
      const at = server.address();
      resolve(at === null || typeof at === 'string' ? 0 : at.port);
    });
  });
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
function answer(request, response) {
  const [, name = '', kind] = /^\/v2\/(\w+)\/(\w+)/.exec(request.url ?? '') ?? [];
  if (kind === undefined) {
    response.end('{}');
    return;
  }
  if (name === 'arm') {
    response.setHeader('content-type', 'application/vnd.docker.distribution.manifest.list.v2+json');
    response.end(ARM_LIST);
    return;
  }
  const [status, code, message] = Object.entries(ANSWERS).find(([key]) => key === name)?.[1] ?? ANSWERS.gone;
  response.writeHead(Number(status), { 'content-type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}
