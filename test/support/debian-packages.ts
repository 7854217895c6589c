/** What stand-ins need of a whole Debian: servers, a Python with a client for them, a shell, and what changes users. One image, made once. */
export const DEBIAN_PACKAGES: readonly string[] = [
  'mariadb-server-core',
  'mariadb-client',
  'postgresql-15',
  'python3-pymysql',
  'zsh',
  'gosu',
];
