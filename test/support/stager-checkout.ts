import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import { shortHash } from '../../src/core/hash.js';
import { formatProject, LABEL } from '../../src/core/project.js';
import { projectFolder } from './machine.js';
import { type Finished, podctl } from './podctl.js';
import type { TestProvider } from './providers.js';
import { stagerCheckout, stagerEnv, stagerImages, writeEnv } from './stager-stand-in.js';

/** A checkout of Stager with a `.env` of its own, and podctl in it. */
export type Checkout = {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** podctl with this provider, profile `stager`. */
  readonly podctl: (verb: string, ...args: readonly string[]) => Promise<Finished>;
  /** Rows that the database answers with. */
  readonly sql: (text: string) => Promise<Finished>;
  /** Services with a running container. */
  readonly running: () => Promise<readonly string[]>;
  /** Removes all that was made. */
  readonly clear: () => Promise<void>;
};

/** Each checkout is a folder `stager`, as clones of one repository are. */
export async function checkOut(provider: TestProvider): Promise<Checkout> {
  const { engine } = provider;
  const images = await stagerImages(engine);
  const parent = projectFolder('stager');
  const path = join(parent.path, 'stager');
  mkdirSync(path);
  stagerCheckout(path, images);
  const app = `localhost/podctl-test/stager-app:${basename(parent.path).slice(-6)}`;
  const env = await stagerEnv(images, { app });
  writeEnv(path, env);
  const label = `${LABEL.project}=${formatProject({ name: 'stager', hash: shortHash(path) })}`;
  const list = async (filters: readonly string[]): Promise<readonly string[]> => {
    const labels = [label, ...filters].flatMap((one) => ['--filter', `label=${one}`]);
    const { stdout } = await engine.run(['ps', ...labels, '--format', '{{.ID}}']);
    return stdout.split('\n').filter((id) => id !== '');
  };
  return {
    path,
    env,
    podctl: (verb, ...args) => {
      const flags = ['--profile', 'stager', '--engine', engine.name, '--provider', provider.name];
      return podctl([verb, ...flags, ...args], { cwd: path, env: provider.env, within: 600_000 });
    },
    sql: async (text) => {
      const [id = 'none'] = await list(['com.docker.compose.service=mysql']);
      return engine.run(['exec', id, 'mariadb', '-N', '-uann', '-panns-word', '-h127.0.0.1', 'stager', '-e', text]);
    },
    running: runningOf(list),
    clear: async () => {
      await engine.clear(label);
      await engine.run(['rmi', '--force', app]);
      parent.clear();
    },
  };
}

const SERVICES = ['app', 'app_debug', 'minio', 'mysql'];

function runningOf(list: (filters: readonly string[]) => Promise<readonly string[]>): () => Promise<readonly string[]> {
  return async () => {
    const found = await Promise.all(
      SERVICES.map(async (name) => ((await list([`com.docker.compose.service=${name}`])).length > 0 ? [name] : [])),
    );
    return found.flat();
  };
}

/** The first bytes that a server sends by itself; a proxy of the engine sends none. */
export function greeting(place: string): Promise<string> {
  const [host = '', port = ''] = place.split(':');
  return new Promise((resolve) => {
    const socket = connect(Number(port), host);
    socket.setTimeout(5000, () => socket.destroy());
    socket.once('data', (bytes) => {
      resolve(bytes.toString('latin1'));
      socket.destroy();
    });
    socket.once('error', () => resolve(''));
    socket.once('close', () => resolve(''));
  });
}
