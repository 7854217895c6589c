// @ts-check
// A MariaDB server with a few hundred megabytes in it, for the backup pair.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientOf } from '../setup/clients.mjs';
import { debianImage } from '../setup/debian.mjs';
import { factsPath } from '../setup/engines.mjs';

const ROWS = 1_500_000;
const PACKAGES = ['mariadb-server-core', 'mariadb-client', 'postgresql-15'];

const START = `set -e
mkdir -p /run/mysqld /var/lib/mysql
mariadb-install-db --user=root --skip-test-db --auth-root-authentication-method=normal > /dev/null
exec mariadbd --user=root --skip-networking --skip-log-bin --innodb-buffer-pool-size=512M --innodb-flush-log-at-trx-commit=0`;

/** @typedef {{ name: string, folder: string, clear: () => void }} Server */

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
  const name = JSON.parse(run(['ps', '--json'])).containers[0].name;
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
  return { name, folder: project, clear: () => void run(['down']) };
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
source = "podctl-bench-${randomUUID()}"
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
