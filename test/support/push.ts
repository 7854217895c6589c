import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { TestEngine } from './engines.js';
import { done } from './podctl.js';

/** An image on the small base: what a Containerfile's lines say (none that runs or copies), and files. */
export type PushedImage = {
  readonly lines: readonly string[];
  /** By their path in the image; one that starts with `#!` can be executed. */
  readonly files?: Readonly<Record<string, string>>;
  /** Folders, by path, with the user that they belong to. */
  readonly folders?: Readonly<Record<string, number>>;
};

type Blob = { readonly mediaType: string; readonly size: number; readonly digest: string };
type Manifest = { readonly config: Blob; readonly layers: readonly Blob[] };
type Config = {
  readonly rootfs: { readonly diff_ids: readonly string[] };
  readonly history?: readonly object[];
  readonly config: object;
};

/** Pushes as a client of another machine does, without an engine: a build by one takes seconds. */
type Pusher = (name: string, image: PushedImage) => Promise<string>;

const TYPES = 'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json';

/** For a registry of a test that asks for no tokens. The engine pushes the small image there once, and forgets that name of it. */
export async function openPusher(engine: TestEngine, registry: string): Promise<Pusher> {
  const base = 'small';
  const ref = `${registry}/${base}:1`;
  await done(engine.run(['tag', engine.busybox, ref]));
  await done(engine.run(['push', ...(engine.name === 'podman' ? ['--tls-verify=false'] : []), ref]));
  await engine.run(['rmi', ref]);
  const at = `http://${registry}/v2`;
  const found = await good(fetch(`${at}/${base}/manifests/1`, { headers: { accept: TYPES } }));
  const mediaType = found.headers.get('content-type') ?? '';
  const manifest = (await found.json()) as Manifest;
  const config = (await (await good(fetch(`${at}/${base}/blobs/${manifest.config.digest}`))).json()) as Config;
  const put = async (name: string, bytes: Buffer, type: string): Promise<Blob> => {
    const digest = sha256(bytes);
    const begun = await good(fetch(`${at}/${name}/blobs/uploads/`, { method: 'POST' }));
    const place = new URL(begun.headers.get('location') ?? '', at);
    place.searchParams.set('digest', digest);
    const headers = { 'content-type': 'application/octet-stream' };
    await good(fetch(place, { method: 'PUT', headers, body: new Uint8Array(bytes) }));
    return { mediaType: type, size: bytes.length, digest };
  };
  return async (name, image) => {
    for (const { digest } of manifest.layers) {
      await good(fetch(`${at}/${name}/blobs/uploads/?mount=${digest}&from=${base}`, { method: 'POST' }));
    }
    const tar = tarOf(image);
    const layer = tar === null ? [] : [await put(name, gzipSync(tar), manifest.layers[0]?.mediaType ?? '')];
    const made = {
      ...config,
      created: new Date().toISOString(),
      config: { ...config.config, ...settingsOf(image.lines) },
      rootfs: { ...config.rootfs, diff_ids: [...config.rootfs.diff_ids, ...(tar === null ? [] : [sha256(tar)])] },
      history: [...(config.history ?? []), ...layer.map(() => ({ created_by: 'files' }))],
    };
    const described = await put(name, Buffer.from(JSON.stringify(made)), manifest.config.mediaType);
    const body = JSON.stringify({ ...manifest, config: described, layers: [...manifest.layers, ...layer] });
    await good(fetch(`${at}/${name}/manifests/1`, { method: 'PUT', headers: { 'content-type': mediaType }, body }));
    return sha256(Buffer.from(body));
  };
}

async function good(asked: Promise<Response>): Promise<Response> {
  const answer = await asked;
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`);
  return answer;
}

function sha256(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function settingsOf(lines: readonly string[]): object {
  // A web server that is the first process hears no SIGTERM, and podman waits ten seconds for it before it removes one.
  const settings = { ExposedPorts: {}, Volumes: {}, Labels: {}, StopSignal: 'SIGKILL' };
  return Object.assign(settings, ...lines.map((line) => settingOf(line, settings)));
}

type Settings = Readonly<Record<'ExposedPorts' | 'Volumes' | 'Labels', object>>;

function settingOf(line: string, { ExposedPorts, Volumes, Labels }: Settings): object {
  const [, word = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
  const keys = (end: string) =>
    Object.fromEntries(rest.split(' ').map((key) => [key.includes('/') ? key : `${key}${end}`, {}]));
  if (word === 'EXPOSE') return { ExposedPorts: Object.assign(ExposedPorts, keys('/tcp')) };
  if (word === 'VOLUME') return { Volumes: Object.assign(Volumes, keys('')) };
  if (word === 'LABEL') return { Labels: Object.assign(Labels, labelsOf(rest)) };
  if (word === 'USER') return { User: rest };
  if (word === 'CMD') return { Cmd: JSON.parse(rest) as readonly string[] };
  throw new Error(`a pushed image of a test has no line ${line}`);
}

function labelsOf(text: string): Readonly<Record<string, string>> {
  const pairs = [...text.matchAll(/([\w.-]+)=(?:"([^"]*)"|(\S+))/g)];
  return Object.fromEntries(pairs.map(([, key = '', quoted, plain]) => [key, quoted ?? plain ?? '']));
}

/** A layer of the files and of the folders that they are in; null for none. */
function tarOf({ files = {}, folders = {} }: PushedImage): Buffer | null {
  const parents = Object.keys(files).flatMap((path) =>
    path
      .split('/')
      .slice(1, -1)
      .map((_, index) =>
        path
          .split('/')
          .slice(0, index + 2)
          .join('/'),
      ),
  );
  const made = [...new Set([...parents, ...Object.keys(folders)])].toSorted();
  const parts = [
    ...made.map((path) => entry({ path: `${path}/`, mode: 0o755, owner: folders[path] ?? 0, type: '5' }, '')),
    ...Object.entries(files).map(([path, text]) =>
      entry({ path, mode: text.startsWith('#!') ? 0o755 : 0o644, owner: 0, type: '0' }, text),
    ),
  ];
  return parts.length === 0 ? null : Buffer.concat([...parts, Buffer.alloc(1024)]);
}

type Entry = { readonly path: string; readonly mode: number; readonly owner: number; readonly type: '0' | '5' };

function entry({ path, mode, owner, type }: Entry, text: string): Buffer {
  const head = Buffer.alloc(512);
  const body = Buffer.from(text);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length, '0')}\0`;
  head.write(path.slice(1), 0);
  head.write(octal(mode, 7) + octal(owner, 7) + octal(owner, 7) + octal(body.length, 11) + octal(0, 11), 100);
  head.write(`${' '.repeat(8)}${type}`, 148);
  head.write('ustar\u000000', 257);
  const sum = head.reduce((all, byte) => all + byte, 0);
  head.write(`${octal(sum, 6)} `, 148);
  return Buffer.concat([head, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}
