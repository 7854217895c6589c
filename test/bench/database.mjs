// @ts-check
// A MariaDB server with a few hundred megabytes in it: a backup of it through podctl against its own dump program alone.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientOf } from '../setup/clients.mjs';
import { debianImage } from '../setup/debian.mjs';
import { factsPath } from '../setup/state.mjs';

const ROWS = 1_500_000;
const VOLUME = `podctl-bench-${randomUUID()}`;
const PACKAGES = ['mariadb-server-core', 'mariadb-client', 'postgresql-15'];

const START = `set -e
mkdir -p /run/mysqld /var/lib/mysql
mariadb-install-db --user=root --skip-test-db --auth-root-authentication-method=normal > /dev/null
exec mariadbd --user=root --skip-networking --skip-log-bin --innodb-buffer-pool-size=512M --innodb-flush-log-at-trx-commit=0`;

/** @typedef {{ name: string, clear: () => void }} Server */

/**
 * Start it through podctl, so that podctl knows it, and fill it.
 * @param {{ folder: string, podctl: readonly string[], env: Record<string, string> }} desk
 * @returns {Promise<Server>}
 */
export async function startDatabase({ folder, podctl, env }) {
  const client = clientOf(JSON.parse(readFileSync(factsPath(), 'utf8')), 'docker');
  if (client === undefined) throw new Error('docker does not answer');
  const image = await debianImage(client, { name: 'debian-db', packages: PACKAGES });
  const project = join(folder, 'database');
  mkdirSync(project);
  writeFileSync(join(project, 'podctl.toml'), profileOf(image));
  const run = (/** @type {readonly string[]} */ ...args) =>
    execFileSync(podctl[0] ?? '', [...podctl.slice(1), ...args.flat()], {
      cwd: project,
      env: { ...process.env, ...env },
      encoding: 'utf8',
    });
  run(['database', '--detach', '--engine', 'docker']);
  const name = JSON.parse(run(['ps', '--engine', 'docker', '--json'])).containers[0].name;
  const exec = (/** @type {readonly string[]} */ argv) =>
    execFileSync('docker', ['exec', name, ...argv], { stdio: 'ignore' });
  for (let attempt = 0; ; attempt++) {
    try {
      exec(['mariadb-admin', 'ping']);
      break;
    } catch (error) {
      if (attempt > 300) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  const fill = `CREATE DATABASE lab; CREATE TABLE lab.run (PRIMARY KEY (id)) AS
    SELECT seq AS id, MD5(seq) AS name, REPEAT(MD5(seq * 7), 6) AS note, RAND(seq) AS value FROM test.seq_1_to_${ROWS}`;
  exec(['mariadb', '-e', `CREATE DATABASE test; ${fill}; DROP DATABASE test`]);
  const clear = () => {
    run(['down', '--engine', 'docker']);
    execFileSync('docker', ['volume', 'rm', VOLUME], { stdio: 'ignore' });
  };
  return { name, clear };
}

function profileOf(/** @type {string} */ image) {
  const [name, tag] = image.split(':');
  return `name = "bench-${randomUUID().slice(0, 8)}"
[images.server]
name = "${name}"
tag = "${tag}"
[container]
image = "server"
entrypoint = ["sh", "-c", '''${START}''']
stop_timeout = "1s"
[container.mounts.files]
type = "volume"
source = "${VOLUME}"
target = "/var/lib/mysql"
[data.lab]
holds = "mariadb"
mount = "files"
databases = ["lab"]
[data.lab.backup]
folder = "backups"
keep_last = 1
[commands.database]
`;
}

/**
 * Both leave the same dump on this machine's disk, synced; podctl packs it and looks at its ends.
 * @param {Parameters<typeof startDatabase>[0]} desk
 * @returns {import('./pairs.mjs').Pair}
 */
export function databasePair(desk) {
  const folder = join(desk.folder, 'database');
  const script = join(desk.folder, 'dump.sh');
  /** @type {Server | null} */ let server = null;
  return {
    name: 'db backup of MariaDB against mariadb-dump to a synced file',
    goal: 1.1,
    runs: 5,
    prepare: async () => {
      server = await startDatabase(desk);
      const dump = 'mariadb-dump --single-transaction --quick --hex-blob --routines --triggers --events lab';
      writeFileSync(
        script,
        `docker exec ${server.name} ${dump} > '${folder}/plain.sql' && sync '${folder}/plain.sql'\n`,
      );
    },
    clear: () => server?.clear(),
    a: { argv: [...desk.podctl, 'db', 'backup', '--engine', 'docker'], cwd: folder, env: desk.env },
    b: { argv: ['sh', script] },
  };
}
