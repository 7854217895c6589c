import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unpackPackage } from '../setup/apt.mjs';
import { freePort, until } from './machine.js';

/** A real registry on 127.0.0.1 without TLS. */
export type Registry = {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** Digest that a name stands for there; null for none. */
  readonly digest: (name: string, tag: string) => Promise<string | null>;
  readonly stop: () => void;
};

/** The only user of a registry with a login. */
export const USER = { name: 'ann', password: 'hunter2-hunter2' } as const;
const HASH = '$2b$04$ELGQzKgbSzoifrBpmpOKvOFSeGGtbcZkCbv2uRCnIrdb5q2I0GVS.';

const MANIFESTS = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
].join(', ');

/** Starts Debian's registry, unpacked below the folder; nothing is installed. `login`: only `USER` may do anything. */
export async function startRegistry(
  folder: string,
  { login = false }: { readonly login?: boolean } = {},
): Promise<Registry> {
  const root = join(folder, 'registry');
  mkdirSync(root, { recursive: true });
  const programs = join(root, 'usr/bin');
  const has = () => readdirSync(root).includes('usr');
  if (!has()) await unpackPackage('docker-registry', root);
  const address = `127.0.0.1:${await freePort()}`;
  const own = join(folder, address.replace(':', '-'));
  mkdirSync(own);
  writeFileSync(join(own, 'htpasswd'), `${USER.name}:${HASH}\n`);
  const auth = login ? `auth: {htpasswd: {realm: test, path: "${own}/htpasswd"}}\n` : '';
  const config = join(own, 'registry.yml');
  writeFileSync(
    config,
    `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${own}/data}, delete: {enabled: true}}\n${auth}http: {addr: "${address}"}\n`,
  );
  const program = readdirSync(programs).find((name) => name.includes('registry')) ?? '';
  const child: ChildProcess = spawn(join(programs, program), ['serve', config], { stdio: 'ignore' });
  await until(async () => answers(`http://${address}/v2/`));
  const digest: Registry['digest'] = async (name, tag) => {
    const reply = await fetch(`http://${address}/v2/${name}/manifests/${tag}`, { headers: { accept: MANIFESTS } });
    return reply.ok ? reply.headers.get('docker-content-digest') : null;
  };
  return { address, digest, stop: () => void child.kill('SIGTERM') };
}

async function answers(url: string): Promise<boolean> {
  try {
    return [200, 401].includes((await fetch(url, { headers: { connection: 'close' } })).status);
  } catch {
    return false;
  }
}
