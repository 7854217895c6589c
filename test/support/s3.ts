import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackages } from '../setup/apt.mjs';
import { run } from '../setup/command.mjs';
import { say } from '../setup/say.mjs';
import { stateFolder, withLock } from '../setup/state.mjs';
import { freePort, until } from './machine.js';

/** A server that speaks S3 on loopback, with one bucket; it takes whatever keys it is given. */
export type S3Server = {
  readonly url: string;
  readonly bucket: string;
  /** Keys of the objects in the bucket. */
  readonly objects: () => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
};

const PACKAGES = ['python3-moto', 'python3-flask', 'python3-flask-cors', 'base-files'];

/** Starts Debian's moto, from a tree of the release that has it. */
export async function startS3(): Promise<S3Server> {
  const tree = join(stateFolder(), 'moto');
  await withLock(() => makeTree(tree));
  const [port, bucket] = [await freePort(), 'layers'];
  const url = `http://127.0.0.1:${port}`;
  const server = ['/usr/bin/moto_server', '-H', '127.0.0.1', '-p', String(port)];
  const child = spawn('chroot', [tree, ...server], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`moto ended with ${child.exitCode}`);
    return fetch(`${url}/${bucket}`, { method: 'PUT', headers: { connection: 'close' } }).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  return {
    url,
    bucket,
    objects: async () => {
      const answer = await fetch(`${url}/${bucket}?list-type=2`, { headers: { connection: 'close' } });
      return [...(await answer.text()).matchAll(/<Key>([^<]*)<\/Key>/g)].map((match) => match[1] ?? '');
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

// Only unpacked: nothing of it is set up, but for the certificates without which Python's requests does not load.
async function makeTree(tree: string): Promise<void> {
  if (existsSync(tree)) return;
  await ensurePackages({ mmdebstrap: 'mmdebstrap' });
  say(`mmdebstrap ${PACKAGES.join(' ')}`);
  const part = `${tree}.${process.pid}`;
  try {
    const words = ['--variant=extract', `--include=${PACKAGES.join(',')}`, 'trixie', part];
    await run(['mmdebstrap', ...words], { timeout: 900_000 });
    const authorities = join(part, 'usr/share/ca-certificates/mozilla');
    mkdirSync(join(part, 'etc/ssl/certs'), { recursive: true });
    const bundle = readdirSync(authorities).map((name) => readFileSync(join(authorities, name), 'utf8'));
    writeFileSync(join(part, 'etc/ssl/certs/ca-certificates.crt'), bundle.join(''));
    renameSync(part, tree);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}
