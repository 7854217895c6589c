import { describe, expect, it } from 'vitest';
import type { FakeEngine } from '../support/fake-engine.js';
import { runCli } from '../support/run-cli.js';

const PROFILE = `
name = "lab"
[images.app]
name = "lab/app"
tag = "1"
[container]
image = "app"
env.DB_FILE = "/var/lib/lab/lab.db"
[container.mounts.data]
type = "bind"
source = "state"
target = "/var/lib/lab"
[data.jobs]
holds = "sqlite"
mount = "data"
file = "\${DB_FILE}"
protected = true
[commands.serve]
args = ["serve"]
`;

const SERVER = `
name = "lab"
[images.db]
name = "postgres"
tag = "16"
[container]
image = "db"
[container.mounts.pg]
type = "volume"
source = "lab-pg"
target = "/var/lib/postgresql/data"
[data.results]
holds = "postgres"
mount = "pg"
[commands.database]
`;

const ENGINE: FakeEngine = { images: { 'lab/app:1': {} }, containers: [] };

type Options = {
  readonly profile?: string;
  readonly files?: Readonly<Record<string, string | null>>;
  readonly host?: NonNullable<Parameters<typeof runCli>[1]>['host'];
  readonly engine?: FakeEngine;
};

const run = (argv: readonly string[], { profile = PROFILE, files = {}, host, engine = ENGINE }: Options = {}) =>
  runCli(argv, {
    files: { '/home/ann/sky/podctl.toml': profile, ...files },
    engine,
    ...(host === undefined ? {} : { host }),
  });

const wal = (mode: number): string => `SQLite format 3\0\u0010\0${String.fromCodePoint(mode, mode)}${'\0'.repeat(80)}`;

describe('a start of a container that holds a SQLite database', () => {
  it('has the missing folder made', async () => {
    const { code, stdout, stderr } = await run(['serve', '--dry-run']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')[0]).toBe('mkdir -p -- /home/ann/sky/state');
  });

  it('gives it to the user of the image when podctl is root', async () => {
    const engine: FakeEngine = { ...ENGINE, images: { 'lab/app:1': { user: '1000:100' } } };
    const { stdout, stderr } = await run(['serve', '--dry-run'], { host: { uid: 0, gid: 0 }, engine });
    expect(stdout.split('\n')[0]).toBe('install -d -o 1000 -g 100 /home/ann/sky/state');
    expect(stderr).toBe('');
  });

  it('says so when the user has only a name', async () => {
    const engine: FakeEngine = { ...ENGINE, images: { 'lab/app:1': { user: 'app' } } };
    const { code, stderr } = await run(['serve', '--dry-run'], { host: { uid: 0, gid: 0 }, engine });
    expect(code).toBe(0);
    expect(stderr).toContain(
      "note: podctl makes folders as root; the image's user `app` may not be able to write there",
    );
  });

  it('refuses the file itself as a mount', async () => {
    const { code, stderr } = await run(
      ['serve', '--dry-run', '--mount', 'type=bind,source=lab.db,target=/var/lib/lab/lab.db'],
      { files: { '/home/ann/sky/lab.db': '' } },
    );
    expect(code).toBe(77);
    expect(stderr).toContain('data `jobs`: `--mount` mounts the database file itself');
    expect(stderr).toContain('hint: mount its folder: `/home/ann/sky` on `/var/lib/lab`');
  });

  it('refuses a folder where the database should be', async () => {
    const { code, stderr } = await run(['serve', '--dry-run'], {
      files: { '/home/ann/sky/state/lab.db': null },
    });
    expect(code).toBe(66);
    expect(stderr).toContain('`/home/ann/sky/state/lab.db` is a directory, and the database file should be there');
  });

  it('refuses a database below no mount, wherever its name comes from', async () => {
    const { code, stderr } = await run(['serve', '--dry-run', '--env', 'DB_FILE=/srv/lab.db']);
    expect(code).toBe(65);
    expect(stderr).toContain('/srv/lab.db');
  });

  it.each([
    ['WAL', wal(2), [], 77],
    ['a rollback journal', wal(1), [], 0],
    ['WAL, for those who know', wal(2), ['--i-know'], 0],
    ['none yet', undefined, [], 77],
  ] as const)('in a virtual machine: %s', async (_name, text, more, expected) => {
    const files = text === undefined ? { '/home/ann/sky/state': null } : { '/home/ann/sky/state/lab.db': text };
    const engine: FakeEngine = { ...ENGINE, facts: { vm: true } };
    const { code } = await run(['serve', '--dry-run', ...more], { files, engine });
    expect(code).toBe(expected);
  });
});

describe('a start of a database server', () => {
  const engine = (texts: Readonly<Record<string, string>>): FakeEngine => ({
    images: { 'postgres:16': { env: { PG_MAJOR: '16' } } },
    containers: [],
    volumes: { 'lab-pg': { name: 'lab-pg', driver: 'local', options: {}, labels: {} } },
    volumeTexts: { 'lab-pg': texts },
  });

  it('on data of another version is refused, with the way out', async () => {
    const { code, stderr } = await run(['database'], { profile: SERVER, engine: engine({ PG_VERSION: '15\n' }) });
    expect(code).toBe(77);
    expect(stderr).toContain(
      'data `results` were written by PostgreSQL 15 (`PG_VERSION` in `lab-pg`), and the image is PostgreSQL 16',
    );
    expect(stderr).toContain('`podctl db backup results`');
  });

  it('a printed plan makes no container to look into a volume', async () => {
    const { code, stderr } = await run(['database', '--dry-run'], { profile: SERVER, engine: engine({}) });
    expect(code).toBe(0);
    expect(stderr).toContain('its version was not compared: this user cannot look into volume `lab-pg`');
  });

  it('reads the folder of a volume where it may', async () => {
    const there = {
      name: 'lab-pg',
      driver: 'local',
      options: {},
      labels: {},
      mountpoint: '/var/lib/docker/volumes/lab-pg/_data',
    };
    const { code, stderr } = await run(['database', '--dry-run'], {
      profile: SERVER,
      engine: { ...engine({}), volumes: { 'lab-pg': there } },
      files: { '/var/lib/docker/volumes/lab-pg/_data/PG_VERSION': '14\n' },
    });
    expect(code).toBe(77);
    expect(stderr).toContain('PostgreSQL 14');
  });
});
