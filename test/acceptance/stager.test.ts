import { appendFileSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { until, untilAnswers } from '../support/machine.js';
import { done } from '../support/podctl.js';
import { describeProviders, type TestProvider } from '../support/providers.js';
import { SOAK } from '../support/soak.js';
import { type Checkout, checkOut, greeting } from '../support/stager-checkout.js';

const WITHIN = 900_000;

const made: Checkout[] = [];

afterEach(async () => {
  await Promise.all(made.splice(0).map((checkout) => checkout.clear()));
});

async function checkedOut(provider: TestProvider): Promise<Checkout> {
  const checkout = await checkOut(provider);
  made.push(checkout);
  return checkout;
}

/** A reset starts what ran again, and does not wait for it. */
const answers = (checkout: Checkout): Promise<void> => until(async () => (await checkout.sql('SELECT 1')).code === 0);

/** What does not hang on the provider is shown with one for each engine, or with one; `stack.test.ts` has the others in every run. */
const V2 = { docker: ['compose-v2'], podman: ['compose-v2'] } as const;

describeProviders(
  'Stager',
  (provider) => {
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

        await done(checkout.podctl('reset', 'mysql', '--confirm', 'stager'));
        await answers(checkout);
        expect((await checkout.sql('SHOW TABLES')).stdout).toBe('');
        await done(checkout.podctl('undo', '--yes'));
        await answers(checkout);
        expect((await checkout.sql('SELECT COUNT(*), SUM(n) FROM t')).stdout).toBe('1000\t500500\n');
      },
      WITHIN,
    );
  },
  SOAK ? undefined : V2,
);

describeProviders(
  'Stager, several',
  (provider) => {
    it(
      'of two clones, both up, both reset, neither notices the other',
      async () => {
        const clones = [await checkedOut(provider), await checkedOut(provider)] as const;
        const [one, two] = clones;
        await Promise.all(
          clones.map(async (clone) => {
            await done(clone.podctl('up', '--detach', 'mysql'));
            await done(clone.sql('CREATE TABLE t (n INT PRIMARY KEY); INSERT INTO t VALUES (1), (2)'));
          }),
        );
        await done(one.podctl('reset', 'mysql', '--confirm', 'stager'));
        expect((await two.sql('SELECT COUNT(*) FROM t')).stdout).toBe('2\n');
        await done(two.sql('INSERT INTO t VALUES (3)'));
        await Promise.all([
          done(two.podctl('reset', 'mysql', '--confirm', 'stager')),
          done(one.podctl('undo', '--yes')),
        ]);
        await answers(one);
        expect((await one.sql('SELECT COUNT(*) FROM t')).stdout).toBe('2\n');
        await done(one.podctl('down'));
        expect([await one.running(), await two.running()]).toEqual([[], ['mysql']]);
      },
      WITHIN,
    );
  },
  SOAK ? V2 : { ...V2, docker: [] },
);

describeProviders(
  'Stager, its application',
  (provider) => {
    it(
      'the application writes to both; only a changed requirement is built anew',
      async () => {
        const checkout = await checkedOut(provider);
        const address = `http://${checkout.env['FLASK_HOST_PORT']}/`;
        const image = async (): Promise<string> =>
          (await provider.engine.run(['image', 'inspect', '--format', '{{.Id}}', checkout.env['APP_IMAGE'] ?? '']))
            .stdout;
        await done(checkout.podctl('up', '--detach', '--build', 'app'));
        expect(await checkout.running()).toEqual(['app', 'minio', 'mysql']);
        await fetch(`${address}item/one`, { method: 'POST' });
        expect(JSON.parse(await untilAnswers(address))).toEqual({ greet: '1.0', rows: ['one'], objects: ['one'] });
        const first = await image();
        appendFileSync(join(checkout.path, 'flask/app.py'), '# changed\n');
        await done(checkout.podctl('up', '--detach', '--build', 'app'));
        expect(await image()).toBe(first);
        writeFileSync(join(checkout.path, 'flask/requirements.txt'), 'greet==2.0\n');
        await done(checkout.podctl('up', '--detach', '--build', 'app'));
        expect(await image()).not.toBe(first);
        expect(JSON.parse(await untilAnswers(address))).toEqual({ greet: '2.0', rows: ['one'], objects: ['one'] });
      },
      WITHIN,
    );
  },
  SOAK ? V2 : { ...V2, podman: [] },
);

describeProviders(
  'Stager, env',
  (provider) => {
    it(
      'with no .env, an untouched sample and six broken files nothing starts: 65',
      async () => {
        const checkout = await checkedOut(provider);
        const env = join(checkout.path, '.env');
        const good = readFileSync(env, 'utf8');
        const refused = async (): Promise<string> => {
          const { code, stdout, stderr } = await checkout.podctl('up', '--detach', 'mysql', 'minio');
          expect([code, stdout]).toEqual([65, '']);
          return stderr;
        };
        rmSync(env);
        expect(await refused()).toContain('docker-compose.yaml:14:9: `MYSQL_VOLUME` is not set anywhere');
        copyFileSync(join(checkout.path, 'sample.env'), env);
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
  },
  SOAK ? V2 : { ...V2, podman: [] },
);

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
