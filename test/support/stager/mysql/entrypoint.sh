#!/bin/sh
# What the official image's entrypoint does, with MariaDB: refuses root as a user, makes the data at the first start, gives them to uid 999.
set -e
data=/var/lib/mysql
say() { echo "[Entrypoint]: $*" >&2; }
if [ "$MYSQL_USER" = root ]; then
  say 'MYSQL_USER="root", MYSQL_USER and MYSQL_PASSWORD are for configuring a regular user and cannot be used for the root user'
  exit 1
fi
set -- mariadbd --user=mysql --datadir=$data
if [ ! -d $data/mysql ]; then
  if [ -z "$MYSQL_ROOT_PASSWORD" ]; then
    say 'Database is uninitialized and password option is not specified'
    say '    You need to specify one of the following as an environment variable: MYSQL_ROOT_PASSWORD'
    exit 1
  fi
  cp -R /template/. $data/
  first=/run/mysqld/first.sql
  {
    echo "ALTER USER root@localhost IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';"
    [ -z "$MYSQL_DATABASE" ] || echo "CREATE DATABASE IF NOT EXISTS \`$MYSQL_DATABASE\`;"
    [ -z "$MYSQL_USER" ] || echo "CREATE USER '$MYSQL_USER'@'%' IDENTIFIED BY '$MYSQL_PASSWORD';"
    [ -z "$MYSQL_USER" ] || echo "GRANT ALL ON \`$MYSQL_DATABASE\`.* TO '$MYSQL_USER'@'%';"
  } > $first
  chown mysql $first
  set -- "$@" --init-file=$first
fi
chown -R mysql:mysql $data
exec "$@"
