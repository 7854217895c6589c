import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type Folder, projectFolder } from '../support/machine.js';
import { done, type Finished, podctl } from '../support/podctl.js';
import { describeProviders, type TestProvider } from '../support/providers.js';
import { type StagerImages, stagerCheckout, stagerEnv, stagerImages, writeEnv } from '../support/stager-stand-in.js';

const WITHIN = 240_000;

/** A checkout with its own ports, and podctl in it. */
type Checkout = {
  readonly folder: Folder;
  readonly env: Readonly<Record<string, string>>;
  readonly podctl: (...args: readonly string[]) => Promise<Finished>;
  readonly sql: (text: string) => Promise<Finished>;
  readonly running: () => Promise<readonly string[]>;
};

async function checkOut(provider: TestProvider, images: StagerImages): Promise<Checkout> {
  const folder = projectFolder('stager');
  stagerCheckout(folder.path, images);
  const app = `localhost/podctl-test/stager-app-${basename(folder.path).slice(-6).toLowerCase()}:dev`;
  const env = await stagerEnv(images, { app });
  writeEnv(folder.path, env);
  const { engine, name } = provider;
  const flags = ['--profile', 'stager', '--engine', engine.name, '--provider', name];
  const run = ([verb = '', ...rest]: readonly string[]): Promise<Finished> =>
    podctl([verb, ...flags, ...rest], { cwd: folder.path, env: provider.env, within: 180_000 });
  const running = async (): Promise<readonly string[]> => {
    const format = '{{.Label "com.docker.compose.service"}}|{{.Label "podctl.project"}}';
    const podman = '{{index .Labels "com.docker.compose.service"}}|{{index .Labels "podctl.project"}}';
    const { stdout } = await engine.run(['ps', '--format', engine.name === 'docker' ? format : podman]);
    const own = stdout
      .split('\n')
      .filter((line) => line.split('|')[1]?.startsWith(basename(folder.path).toLowerCase()));
    return own.map((line) => line.split('|')[0] ?? '').toSorted();
  };
  const sql = async (text: string): Promise<Finished> => {
    const { stdout } = await engine.run([
      'ps',
      '--filter',
      'label=com.docker.compose.service=mysql',
      '--format',
      '{{.ID}}|{{.Names}}',
    ]);
    const own = stdout.split('\n').find((line) => line.split('|')[1]?.startsWith(basename(folder.path).toLowerCase()));
    const client = ['mariadb', '-N', '-uann', '-panns-word', '-h127.0.0.1', 'stager', '-e', text];
    return engine.run(['exec', own?.split('|')[0] ?? 'none', ...client]);
  };
  return { folder, env, podctl: (...args) => run(args), sql, running };
}

const made: { provider: TestProvider; checkout: Checkout }[] = [];

afterEach(async () => {
  for (const { provider, checkout } of made.splice(0)) {
    // oxlint-disable-next-line no-await-in-loop -- one stack after the other
    const { stdout } = await provider.engine.run(['ps', '-a', '--format', '{{.ID}}|{{.Names}}']);
    const prefix = basename(checkout.folder.path).toLowerCase();
    const own = stdout.split('\n').filter((line) => line.split('|')[1]?.startsWith(prefix));
    for (const line of own) {
      // oxlint-disable-next-line no-await-in-loop -- one container after the other
      await provider.engine.run(['rm', '--force', '--volumes', line.split('|')[0] ?? '']);
    }
    // oxlint-disable-next-line no-await-in-loop -- one stack after the other
    const networks = await provider.engine.run(['network', 'ls', '--format', '{{.Name}}']);
    for (const name of networks.stdout.split('\n').filter((line) => line.startsWith(prefix))) {
      // oxlint-disable-next-line no-await-in-loop -- one network after the other
      await provider.engine.run(['network', 'rm', name]);
    }
    checkout.folder.clear();
  }
});

async function checkedOut(provider: TestProvider): Promise<Checkout> {
  const checkout = await checkOut(provider, await stagerImages(provider.engine));
  made.push({ provider, checkout });
  return checkout;
}

/** The first bytes that a server sends by itself; a proxy of the engine sends none. */
function greeting(place: string): Promise<string> {
  const [host = '', port = ''] = place.split(':');
  return new Promise((resolve) => {
    const socket = connect(Number(port), host);
    socket.setTimeout(2000, () => socket.destroy());
    socket.once('data', (bytes) => {
      resolve(bytes.toString('latin1'));
      socket.destroy();
    });
    socket.once('error', () => resolve(''));
    socket.once('close', () => resolve(''));
  });
}

// The project's name: its folder, as engines can take it.
const nameOf = ({ folder }: Checkout): string => basename(folder.path).toLowerCase();

describeProviders('Stager', (provider) => {
  it(
    'two services start and answer; rows survive down and up; reset empties, undo brings every row back',
    async () => {
      const checkout = await checkedOut(provider);
      await done(checkout.podctl('up', '--detach', 'mysql', 'minio'));
      expect(await greeting(checkout.env['MYSQL_HOST_PORT'] ?? '')).toContain('MariaDB');
      const store = await fetch(`http://${checkout.env['MINIO_HOST_PORT']}/minio/health/live`);
      expect(store.status).toBe(200);
      expect(await checkout.running()).toEqual(['minio', 'mysql']);

      await done(checkout.sql('CREATE TABLE t (n INT PRIMARY KEY); INSERT INTO t SELECT seq FROM seq_1_to_1000'));
      await done(checkout.podctl('down'));
      expect(await checkout.running()).toEqual([]);
      await done(checkout.podctl('up', '--detach', 'mysql', 'minio'));
      expect((await checkout.sql('SELECT COUNT(*), SUM(n) FROM t')).stdout).toBe('1000\t500500\n');

      await done(checkout.podctl('reset', 'mysql', '--confirm', nameOf(checkout)));
      await done(checkout.podctl('up', '--detach', 'mysql', 'minio'));
      expect((await checkout.sql('SHOW TABLES')).stdout).toBe('');
      await done(checkout.podctl('undo', '--yes'));
      await done(checkout.podctl('up', '--detach', 'mysql', 'minio'));
      expect((await checkout.sql('SELECT COUNT(*), SUM(n) FROM t')).stdout).toBe('1000\t500500\n');
    },
    WITHIN,
  );
});

describeProviders('Stager, env', (provider) => {
  it.runIf(provider.name === 'compose-v2')(
    'with no .env, an untouched sample and six broken files nothing starts: 65',
    async () => {
      const checkout = await checkedOut(provider);
      const env = join(checkout.folder.path, '.env');
      const good = readFileSync(env, 'utf8');
      const refused = async (): Promise<string> => {
        const { code, stdout, stderr } = await checkout.podctl('up', '--detach', 'mysql', 'minio');
        expect([code, stdout]).toEqual([65, '']);
        return stderr;
      };
      rmSync(env);
      expect(await refused()).toContain('docker-compose.yaml:14:9: `MYSQL_VOLUME` is not set anywhere');
      copyFileSync(join(checkout.folder.path, 'sample.env'), env);
      expect(await refused()).toContain('.env:2: `MYSQL_DATABASE` is empty');
      for (const [from, to, said] of BROKEN) {
        writeFileSync(env, good.replace(from, to));
        // oxlint-disable-next-line no-await-in-loop -- one file, changed from turn to turn
        expect(await refused()).toContain(said);
      }
      expect(await checkout.running()).toEqual([]);
    },
    WITHIN,
  );
});

const BROKEN = [
  [
    /^MYSQL_USER=.*$/m,
    'MYSQL_USER=root',
    'error: .env:2: `MYSQL_USER` is `root`: the image refuses root, and it goes into an address as it is',
  ],
  [
    /^MYSQL_PASSWORD=.*$/m,
    'MYSQL_PASSWORD=a@b',
    'error: .env:3: the value of `MYSQL_PASSWORD` is wrong: it goes into an address as it is: no @ / : # may be in it\n',
  ],
  [
    /^MYSQL_VOLUME=.*$/m,
    'MYSQL_VOLUME=',
    'error: .env:5: `MYSQL_VOLUME` is empty: it must be the path of a folder, beginning with ./ or /\n',
  ],
  [
    /^MINIO_ACCESS_KEY=.*$/m,
    'MINIO_ACCESS_KEY=ab',
    'error: .env:7: `MINIO_ACCESS_KEY` is `ab`: MinIO wants at least 3 signs\n',
  ],
  [
    /^MINIO_SECRET_KEY=.*$/m,
    'MINIO_SECRET_KEY=1234567',
    'error: .env:8: the value of `MINIO_SECRET_KEY` is wrong: MinIO wants at least 8 signs\n',
  ],
  [/^MYSQL_DATABASE=.*$/m, 'MYSQL_DATABASE="stager', 'error: .env:1:16: the quote that begins here is not closed\n'],
] as const;
