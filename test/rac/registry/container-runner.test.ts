import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PodctlError } from '../../../src/core/errors.js';
import type { Api, ApiRequest } from '../../../src/engine/api.js';
import { realFiles } from '../../../src/io/files.js';
import { containerRunner } from '../../../src/rac/registry/container-runner.js';
import type { RegistryRunner } from '../../../src/rac/registry/runner.js';

type Container = { readonly body: Readonly<Record<string, unknown>>; running: boolean };

let folder: string;
let containers: Map<string, Container>;
/** What each container was made of, and the config that it found when it started. */
let started: { readonly body: string; readonly config: string | null }[];
let said: string;
let runner: RegistryRunner;

const config = (): string => join(folder, 'config.yml');

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rac-container-'));
  containers = new Map();
  started = [];
  said = 'registry github.com/distribution/distribution/v3 v3.1.1';
  runner = await containerRunner('registry:3', { api: engine(), files: realFiles(), folder, instance: 'a5aba7ee' });
  started = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** An engine with nothing but what a registry needs. */
function engine(): Api {
  const answer = ({ method, path, body }: ApiRequest): unknown => {
    const [, create] = /^\/containers\/create\?name=(.*)$/.exec(path) ?? [];
    if (method === 'POST' && create !== undefined) {
      containers.set(create, { body: body as Container['body'], running: false });
      return {};
    }
    const [, name = '', verb = ''] = /^\/containers\/([^/?]+)(?:\/([a-z]+))?/.exec(path) ?? [];
    if (path.startsWith('/volumes/')) return method === 'GET' ? missing() : {};
    const found = containers.get(name) ?? missing();
    if (method === 'DELETE') return containers.delete(name);
    if (verb === 'json') return { State: { Running: found.running }, Config: { Labels: found.body['Labels'] } };
    if (verb === 'wait') return { StatusCode: 0 };
    if (verb === 'stop') return (found.running = false);
    if (verb !== 'start') throw new Error(`unexpected: ${method} ${path}`);
    started.push({
      body: JSON.stringify(found.body),
      config: existsSync(config()) ? readFileSync(config(), 'utf8') : null,
    });
    return (found.running = true);
  };
  return {
    call: async (request) => answer(request),
    stream: async () => Readable.from([framed(said)]),
    hijack: () => Promise.reject(new Error('unexpected')),
  };
}

// As the engine sends what a container without a terminal wrote.
function framed(text: string): Buffer {
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

function missing(): never {
  throw new PodctlError('UNAVAILABLE', 'no such thing', { cause: { status: 404 } });
}

it('finds its config in a file of its own, which nobody else reads, and which goes with it', async () => {
  expect(runner.about()).toBe('Distribution 3.1.1 (image registry:3)');
  await runner.start('{"secretkey":"s3cret"}');
  expect(started).toEqual([{ body: expect.any(String), config: '{"secretkey":"s3cret"}' }]);
  expect(statSync(config()).mode & 0o777).toBe(0o600);
  // `docker inspect` shows all of that.
  expect(JSON.stringify([...containers])).not.toContain('s3cret');
  expect(JSON.parse(started[0]?.body ?? '')).toMatchObject({
    Env: ['OTEL_TRACES_EXPORTER=none'],
    HostConfig: { Binds: [`${folder}:/etc/rac:ro`, 'rac-a5aba7ee-registry:/var/lib/registry'], CapDrop: ['ALL'] },
  });
  await runner.stop();
  expect([containers.size, existsSync(config())]).toEqual([0, false]);
});

it('is left alone with the very same config, and made anew with another', async () => {
  await runner.start('one');
  await runner.start('one');
  expect(started).toHaveLength(1);
  await runner.start('two');
  expect(started.map((one) => one.config)).toEqual(['one', 'two']);
});

it('collects with the config of the last start, though that went with the container', async () => {
  await runner.start('one');
  await runner.stop();
  said = '3 blobs marked, 2 blobs and 0 manifests eligible for deletion';
  expect(await runner.collect()).toBe(said);
  expect(started.at(-1)).toMatchObject({ config: 'one', body: expect.stringContaining('garbage-collect') });
});
