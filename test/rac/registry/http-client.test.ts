import { describe, expect, it } from 'vitest';
import { type OwnAccess, openRegistryClient, type RegistryClientDeps } from '../../../src/rac/registry/http-client.js';

const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const OCI = 'application/vnd.oci.image.manifest.v1+json';
const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json';
const CONFIG = `sha256:${'c'.repeat(64)}`;
const ARM_CONFIG = `sha256:${'d'.repeat(64)}`;

type Row = { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: unknown };
type Rows = Readonly<Record<string, Row>>;

// A registry that knows these requests and no other: `GET me/app/tags/list?n=1000`.
function room(rows: Rows, deps: Partial<RegistryClientDeps> = {}) {
  const asked: string[] = [];
  const minted: string[] = [];
  const mint = (access: readonly OwnAccess[]): Promise<string> => {
    const words = access.map(({ type, name, actions }) => `${type}:${name}:${actions.join(',')}`).join(' ');
    minted.push(words);
    return Promise.resolve(`token for ${words}`);
  };
  const client = openRegistryClient({
    host: '127.0.0.1:5100',
    mint,
    architecture: 'amd64',
    fetch: (url, { method = 'GET', headers } = {}) => {
      const what = `${method} ${new Request(url).url.replace('http://127.0.0.1:5100/v2/', '')}`;
      const row = rows[what];
      if (row === undefined) throw new Error(`unexpected request: ${what}`);
      asked.push(`${what} ${new Headers(headers).get('authorization') ?? '-'}`);
      const body = row.body === undefined ? null : typeof row.body === 'string' ? row.body : JSON.stringify(row.body);
      const { status = 200, headers: given = {} } = row;
      return Promise.resolve(new Response(body, { status, headers: given }));
    },
    ...deps,
  });
  return { client, asked, minted };
}

const manifest = (config: string, sizes: readonly unknown[]) => ({
  mediaType: OCI,
  config: { digest: config },
  layers: sizes.map((size) => ({ size })),
});

describe('lists of the registry', () => {
  it('names, over pages that name the next, each with a token for just that', async () => {
    const { client, asked } = room({
      'GET _catalog?n=1000': {
        body: { repositories: ['a', 'b'] },
        headers: { link: '</v2/_catalog?last=b&n=1000>; rel="next"' },
      },
      'GET _catalog?last=b&n=1000': {
        body: { repositories: ['c'] },
        headers: { link: '<http://127.0.0.1:5100/v2/_catalog?last=c&n=1000>; rel="next"' },
      },
      'GET _catalog?last=c&n=1000': { body: { repositories: null } },
    });
    expect(await client.names()).toEqual(['a', 'b', 'c']);
    expect(asked[0]).toBe('GET _catalog?n=1000 Bearer token for registry:catalog:*');
    expect(asked).toHaveLength(3);
  });

  it('tags; a repository without one has none, and what is no name is not asked for', async () => {
    const { client, minted } = room({
      'GET me/app/tags/list?n=1000': { body: { name: 'me/app', tags: ['1', 'latest'] } },
      'GET me/none/tags/list?n=1000': { status: 404, body: { errors: [] } },
    });
    expect(await client.tags('me/app')).toEqual(['1', 'latest']);
    expect(await client.tags('me/none')).toEqual([]);
    expect(await client.tags('../me')).toEqual([]);
    expect(minted).toEqual(['repository:me/app:pull', 'repository:me/none:pull']);
  });

  it('the digest of a tag, or null', async () => {
    const { client } = room({
      'HEAD me/app/manifests/1': { headers: { 'docker-content-digest': 'sha256:aa' } },
      'HEAD me/app/manifests/2': { status: 404 },
    });
    expect(await client.digestOf('me/app', '1')).toBe('sha256:aa');
    expect(await client.digestOf('me/app', '2')).toBeNull();
  });
});

describe('an image', () => {
  it('has its own configuration, the sum of its layers and its platform', async () => {
    const { client, minted } = room({
      'GET me/app/manifests/1': {
        body: { ...manifest(CONFIG, [100, 20, -5, 'much']), mediaType: undefined },
        headers: { 'docker-content-digest': 'sha256:aa', 'content-type': DOCKER },
      },
      [`GET me/app/blobs/${CONFIG}`]: { body: { os: 'linux', architecture: 'amd64', config: { User: 'www' } } },
    });
    expect(await client.image('me/app', '1')).toEqual({
      digest: 'sha256:aa',
      mediaType: DOCKER,
      config: { User: 'www' },
      size: 120,
      platforms: ['linux/amd64'],
    });
    expect(new Set(minted)).toEqual(new Set(['repository:me/app:pull']));
  });

  it("of an index is this machine's, under the index's digest; attestations are no platform", async () => {
    const { client } = room({
      'GET me/app/manifests/1': { body: INDEX, headers: { 'docker-content-digest': 'sha256:index' } },
      'GET me/app/manifests/sha256:amd': { body: manifest(CONFIG, [7]) },
      [`GET me/app/blobs/${CONFIG}`]: { body: { os: 'linux', architecture: 'amd64', config: { Cmd: ['serve'] } } },
    });
    expect(await client.image('me/app', '1')).toEqual({
      digest: 'sha256:index',
      mediaType: OCI_INDEX,
      config: { Cmd: ['serve'] },
      size: 7,
      platforms: ['linux/arm64/v8', 'linux/amd64'],
    });
  });

  it('takes the architecture of the machine, with any variant', async () => {
    const rows = {
      'GET me/app/manifests/1': { body: INDEX },
      'GET me/app/manifests/sha256:arm': { body: manifest(ARM_CONFIG, [9]) },
      [`GET me/app/blobs/${ARM_CONFIG}`]: { body: { config: {} } },
    };
    expect((await room(rows, { architecture: 'arm64' }).client.image('me/app', '1'))?.size).toBe(9);
  });

  it('of an index without this machine has no configuration, so that it can be said why', async () => {
    const { client } = room({ 'GET me/app/manifests/1': { body: INDEX } }, { architecture: 's390x' });
    expect(await client.image('me/app', '1')).toMatchObject({
      config: {},
      size: 0,
      platforms: ['linux/arm64/v8', 'linux/amd64'],
    });
  });

  it('asks for no configuration under something that is no digest', async () => {
    const { client } = room({ 'GET me/app/manifests/1': { body: manifest('../../../v2/_catalog', [1]) } });
    expect(await client.image('me/app', '1')).toMatchObject({ config: {}, size: 1 });
  });

  it('that is not there is null, also one that an index names', async () => {
    const { client } = room({
      'GET me/app/manifests/1': { status: 404 },
      'GET me/app/manifests/2': { body: INDEX },
      'GET me/app/manifests/sha256:amd': { status: 404 },
    });
    expect(await client.image('me/app', '1')).toBeNull();
    expect(await client.image('me/app', '2')).toBeNull();
  });
});

describe('other questions', () => {
  it('remove asks for a token to delete; what is gone already is no error', async () => {
    const { client, asked } = room({
      'GET me/app/manifests/sha256:aa': { body: manifest(CONFIG, [1]) },
      'DELETE me/app/manifests/sha256:aa': { status: 202 },
      'GET me/app/manifests/sha256:bb': { status: 404 },
      'DELETE me/app/manifests/sha256:bb': { status: 404 },
    });
    await client.remove('me/app', 'sha256:aa');
    await client.remove('me/app', 'sha256:bb');
    expect(asked[1]).toBe('DELETE me/app/manifests/sha256:aa Bearer token for repository:me/app:delete');
  });

  it('of an index remove takes the images along that neither a tag nor what stays needs', async () => {
    const index = (...parts: readonly string[]): Row => ({
      body: { mediaType: OCI_INDEX, manifests: parts.map((digest) => ({ digest })) },
    });
    const { client, asked } = room({
      'GET me/app/manifests/sha256:aa': index('sha256:a1', 'sha256:a2', 'sha256:a3', 'sha256:a4'),
      // To be rolled back to, without a tag.
      'GET me/app/manifests/sha256:bb': { ...index('sha256:a2'), headers: { 'docker-content-digest': 'sha256:bb' } },
      'GET me/app/tags/list?n=1000': { body: { tags: ['old', 'new', 'gone', 'arm'] } },
      'GET me/app/manifests/old': { ...index('sha256:a1'), headers: { 'docker-content-digest': 'sha256:aa' } },
      'GET me/app/manifests/new': { ...index('sha256:a3'), headers: { 'docker-content-digest': 'sha256:cc' } },
      'GET me/app/manifests/gone': { status: 404 },
      'GET me/app/manifests/arm': { body: manifest(CONFIG, []), headers: { 'docker-content-digest': 'sha256:a4' } },
      'DELETE me/app/manifests/sha256:a1': { status: 202 },
      'DELETE me/app/manifests/sha256:aa': { status: 202 },
    });
    await client.remove('me/app', 'sha256:aa', ['sha256:bb']);
    expect(asked.filter((line) => line.startsWith('DELETE')).map((line) => line.split(' ')[1])).toEqual([
      'me/app/manifests/sha256:a1',
      'me/app/manifests/sha256:aa',
    ]);
  });

  it('an engine pulls with a token for that name alone', async () => {
    const { client } = room({});
    const auth = JSON.parse(Buffer.from(await client.pullAuth('me/app'), 'base64url').toString());
    expect(auth).toEqual({ registrytoken: 'token for repository:me/app:pull' });
  });

  it('a registry without tokens is asked without', async () => {
    const { client, asked } = room({ 'GET me/app/tags/list?n=1000': { body: { tags: [] } } }, { mint: null });
    await client.tags('me/app');
    expect(asked).toEqual(['GET me/app/tags/list?n=1000 -']);
    expect(Buffer.from(await client.pullAuth('me/app'), 'base64url').toString()).toBe('{}');
  });
});

describe('what goes wrong', () => {
  it('a registry that does not answer is UNAVAILABLE with its reason', async () => {
    const { client } = room({}, { fetch: () => Promise.reject(new Error('connect ECONNREFUSED')) });
    await expect(client.names()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'the registry does not answer: connect ECONNREFUSED',
    });
  });

  it.each([401, 403, 500])('status %i is one too, and says of what', async (status) => {
    const rows = {
      'GET me/app/tags/list?n=1000': { status },
      'GET me/app/manifests/sha256:aa': { status: 404 },
      'DELETE me/app/manifests/sha256:aa': { status },
    };
    const { client } = room(rows);
    await expect(client.tags('me/app')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: `the registry answered ${status} for \`me/app/tags/list\``,
    });
    await expect(client.remove('me/app', 'sha256:aa')).rejects.toThrow(`answered ${status} for \`me/app\``);
  });

  it('an answer that is too long is not read', async () => {
    const headers = { 'content-length': String(5 * 1024 * 1024) };
    const { client } = room({ 'GET me/app/manifests/1': { body: '{}', headers } });
    await expect(client.image('me/app', '1')).rejects.toThrow("the registry's answer has 5242880 bytes");
  });

  it('one that is no JSON is an empty list', async () => {
    const { client } = room({ 'GET _catalog?n=1000': { body: '<html>' } });
    expect(await client.names()).toEqual([]);
  });
});

const INDEX = {
  mediaType: OCI_INDEX,
  manifests: [
    { digest: 'sha256:arm', platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
    { digest: 'sha256:amd', platform: { os: 'linux', architecture: 'amd64' } },
    { digest: 'sha256:attest', platform: { os: 'unknown', architecture: 'unknown' } },
  ],
};
