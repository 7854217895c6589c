import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianPrograms } from './debian-program.js';
import type { TestEngine } from './engines.js';
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

/** A folder with Debian's `docker-registry` in it, unpacked once for this user; nothing is installed. */
export function registryPrograms(): Promise<string> {
  return debianPrograms('docker-registry', { as: 'registry', program: 'docker-registry' });
}

// As the official image of Distribution begins.
const ENTRYPOINT = `#!/bin/sh
set -e
case "$1" in
    *.yaml|*.yml) set -- registry serve "$@" ;;
    serve|garbage-collect|help|-*) set -- registry "$@" ;;
esac
exec "$@"
`;

/** An image like docker's official `registry:2`, made of Debian's program. */
export async function registryImage(engine: TestEngine): Promise<string> {
  const program = join(await registryPrograms(), 'docker-registry');
  const { stdout } = await promisify(execFile)('ldd', [program]);
  const libraries = [...stdout.matchAll(/(\/\S+)(?= \(0x)/g)].map(([path]) => path);
  const copies = libraries.map((path, index) => `COPY library-${index} ${path}`);
  return engine.build({
    name: 'rac-registry',
    containerfile: [
      `FROM ${engine.busybox}`,
      ...copies,
      'COPY registry /bin/registry',
      'COPY entrypoint.sh /entrypoint.sh',
      'VOLUME ["/var/lib/registry"]',
      'EXPOSE 5000',
      'ENTRYPOINT ["/entrypoint.sh"]',
      'CMD ["/etc/docker/registry/config.yml"]',
      '',
    ].join('\n'),
    files: {
      registry: readFileSync(program),
      'entrypoint.sh': ENTRYPOINT,
      ...Object.fromEntries(libraries.map((path, index) => [`library-${index}`, readFileSync(path)])),
    },
  });
}

/** Starts Debian's registry, its data below the folder. `login`: only `USER` may do anything. */
export async function startRegistry(
  folder: string,
  { login = false }: { readonly login?: boolean } = {},
): Promise<Registry> {
  const programs = await registryPrograms();
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
  const child: ChildProcess = spawn(join(programs, 'docker-registry'), ['serve', config], { stdio: 'ignore' });
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
