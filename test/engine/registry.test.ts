import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import { askRegistry } from '../../src/engine/registry.js';
import { engineLogins } from '../../src/engine/registry-login.js';
import type { HttpAnswer } from '../../src/io/net-registry.js';
import { HOST } from '../support/samples.js';
import { memoryWorld } from '../support/world.js';

type Table = Readonly<Record<string, Partial<HttpAnswer> | 'refused'>>;

/** A strict server: what is not in the table may not be asked. */
function server(table: Table) {
  const asked: [url: string, authorization: string | undefined][] = [];
  const ask = async (url: string, headers: Readonly<Record<string, string>>): Promise<HttpAnswer> => {
    const leave = headers['authorization'];
    asked.push([url, leave]);
    const answer = table[leave === undefined ? url : `${url} ${leave}`] ?? table[url];
    if (answer === undefined) throw new Error(`unexpected question ${url} ${leave}`);
    if (answer === 'refused') throw new TypeError('fetch failed');
    return { status: 200, headers: {}, text: '', ...answer };
  };
  return { ask, asked };
}

const nobody = () => Promise.resolve(null);
const LIST = JSON.stringify({
  manifests: [
    { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
    { platform: { os: 'linux', architecture: 'amd64' } },
    { platform: { os: 'unknown', architecture: 'unknown' } },
  ],
});

describe('askRegistry', () => {
  it('takes the digest of the list, and its platforms without attestations', async () => {
    const { ask } = server({
      'https://ghcr.io/v2/team/app/manifests/1': { text: LIST, headers: { 'docker-content-digest': 'sha256:1' } },
    });
    expect(await askRegistry('ghcr.io/team/app:1', { ask, logins: nobody })).toEqual({
      digest: 'sha256:1',
      platforms: ['linux/arm64/v8', 'linux/amd64'],
    });
  });

  it('reads the platform of a single image from its config, and reckons a digest that is not told', async () => {
    const text = JSON.stringify({ config: { digest: 'sha256:c' } });
    const { ask } = server({
      'https://r.example/v2/app/manifests/latest': { text },
      'https://r.example/v2/app/blobs/sha256:c': { text: '{"os":"linux","architecture":"s390x"}' },
    });
    expect(await askRegistry('r.example/app', { ask, logins: nobody })).toEqual({
      digest: `sha256:${createHash('sha256').update(text).digest('hex')}`,
      platforms: ['linux/s390x'],
    });
  });

  it('gets a token where one is wanted, with the login that the engine has', async () => {
    const challenge = 'Bearer realm="https://auth.example/token",service="registry.docker.io"';
    const url = 'https://registry-1.docker.io/v2/library/nginx/manifests/1';
    const token = 'https://auth.example/token?service=registry.docker.io&scope=repository%3Alibrary%2Fnginx%3Apull';
    const basic = `Basic ${Buffer.from('ann:pw').toString('base64')}`;
    const { ask, asked } = server({
      [url]: { status: 401, headers: { 'www-authenticate': challenge } },
      [`${token} ${basic}`]: { text: '{"token":"t"}' },
      [`${url} Bearer t`]: { text: LIST, headers: { 'docker-content-digest': 'sha256:1' } },
    });
    const logins = () => Promise.resolve({ name: 'ann', password: new Secret('pw') });
    expect((await askRegistry('nginx:1', { ask, logins })).digest).toBe('sha256:1');
    expect(asked).toHaveLength(3);
  });

  it('sends no password to a token server without TLS', async () => {
    const url = 'https://r.example/v2/app/manifests/1';
    const { ask, asked } = server({
      [url]: { status: 401, headers: { 'www-authenticate': 'Bearer realm="http://evil/t"' } },
    });
    const logins = () => Promise.resolve({ name: 'ann', password: new Secret('pw') });
    await expect(askRegistry('r.example/app:1', { ask, logins })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(asked).toEqual([[url, undefined]]);
  });

  it('goes without TLS on this very machine only', async () => {
    const { ask } = server({
      'https://127.0.0.1:5000/v2/app/manifests/1': 'refused',
      'http://127.0.0.1:5000/v2/app/manifests/1': { text: LIST, headers: { 'docker-content-digest': 'sha256:1' } },
      'https://r.example/v2/app/manifests/1': 'refused',
    });
    expect((await askRegistry('127.0.0.1:5000/app:1', { ask, logins: nobody })).digest).toBe('sha256:1');
    await expect(askRegistry('r.example/app:1', { ask, logins: nobody })).rejects.toThrow('does not answer');
  });

  it.each([
    [404, 'has no `r.example/app:1`'],
    [403, 'does not show `r.example/app:1` without a login'],
    [500, 'answers 500 for `r.example/app:1`'],
  ])('says what status %i means', async (status, message) => {
    const { ask } = server({ 'https://r.example/v2/app/manifests/1': { status } });
    await expect(askRegistry('r.example/app:1', { ask, logins: nobody })).rejects.toThrow(message);
  });
});

describe('engineLogins', () => {
  const auth = Buffer.from('ann:p:w').toString('base64');
  const none = () => Promise.reject(new Error('no program'));

  it.each<[path: string, config: object, registry: string]>([
    ['.docker/config.json', { auths: { 'ghcr.io': { auth } } }, 'ghcr.io'],
    ['.docker/config.json', { auths: { 'https://index.docker.io/v1/': { auth } } }, 'registry-1.docker.io'],
    ['.config/containers/auth.json', { auths: { 'ghcr.io': { auth } } }, 'ghcr.io'],
  ])('reads %s %j', async (path, config, registry) => {
    const { world } = memoryWorld({ files: { [`${HOST.home}/${path}`]: JSON.stringify(config) } });
    const login = await engineLogins(world, none)(registry);
    expect([login?.name, login?.password.reveal()]).toEqual(['ann', 'p:w']);
    expect(await engineLogins(world, none)('other.example')).toBeNull();
  });

  it('asks the program that is named for a registry', async () => {
    const config = JSON.stringify({ credHelpers: { 'ghcr.io': 'pass' }, auths: { 'ghcr.io': {} } });
    const { world } = memoryWorld({ files: { [`${HOST.home}/.docker/config.json`]: config } });
    const asked: unknown[] = [];
    const run = (command: object) => {
      asked.push(command);
      return Promise.resolve({
        exitCode: 0,
        signal: null,
        timedOut: false,
        stdout: '{"Username":"u","Secret":"s"}',
        stderr: '',
      });
    };
    const login = await engineLogins(world, run)('ghcr.io');
    expect([login?.name, login?.password.reveal()]).toEqual(['u', 's']);
    expect(asked).toEqual([{ file: 'docker-credential-pass', args: ['get'], input: 'ghcr.io', timeout: 20_000 }]);
  });

  it('a broken file is no login', async () => {
    const { world } = memoryWorld({ files: { [`${HOST.home}/.docker/config.json`]: '{' } });
    expect(await engineLogins(world, none)('ghcr.io')).toBeNull();
  });
});
