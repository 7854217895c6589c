import type { ImageRecipe } from './engines.js';

const START_MARIADB = `#!/bin/sh
set -e
mkdir -p /run/mysqld
printf "ALTER USER root@localhost IDENTIFIED BY '%s';\\nCREATE DATABASE IF NOT EXISTS lab;\\n" "$MARIADB_ROOT_PASSWORD" > /run/init.sql
exec mariadbd --user=root --init-file=/run/init.sql --skip-networking --skip-log-bin --innodb-flush-log-at-trx-commit=2
`;

const START_POSTGRES = `#!/bin/sh
set -e
cd /
as() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
mkdir -p /run/postgresql && chown postgres /run/postgresql /var/lib/postgresql/data
printf '%s' "$POSTGRES_PASSWORD" > /run/password && chmod 644 /run/password
[ -s /var/lib/postgresql/data/PG_VERSION ] || as initdb --username=postgres --auth=scram-sha-256 --pwfile=/run/password --locale=C.UTF-8 /var/lib/postgresql/data >/dev/null
exec setpriv --reuid=postgres --regid=postgres --clear-groups postgres -D /var/lib/postgresql/data -c listen_addresses= -c unix_socket_directories=/run/postgresql -c fsync=off
`;

/** Images of real database servers: MariaDB has its first data baked in, PostgreSQL makes them at its first start. */
export function databaseStandIn(base: string, server: 'mariadb' | 'postgres'): ImageRecipe {
  const lines =
    server === 'mariadb'
      ? [
          'RUN mariadb-install-db --user=root --skip-test-db --auth-root-authentication-method=normal > /dev/null',
          'ENV MARIADB_VERSION=1:10.11.0+test',
          'COPY start /start',
        ]
      : [
          'ENV PG_MAJOR=15 PATH=/usr/lib/postgresql/15/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'RUN mkdir -p /var/lib/postgresql/data',
          'COPY start /start',
        ];
  return {
    name: `database-${server}`,
    containerfile: `FROM ${base}\n${lines.join('\n')}\nENTRYPOINT ["/start"]\n`,
    files: { start: server === 'mariadb' ? START_MARIADB : START_POSTGRES },
  };
}
