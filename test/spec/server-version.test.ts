import { describe, expect, it } from 'vitest';
import { compareSeries, type DataFolder, seriesOfData, seriesOfImage } from '../../src/spec/server-version.js';

const folder = (texts: DataFolder['texts'], names: DataFolder['names'] = null): DataFolder => ({ names, texts });
const HISTORY = '{"file_format":"1","upgrade_history":[{"version":"8.0.35"},{"date":"x","version":"8.4.2"}]}';

describe('which server wrote a data folder', () => {
  it.each([
    ['PostgreSQL', 'postgres', folder({ PG_VERSION: '15\n' }), 'postgres 15'],
    ['PostgreSQL before 10', 'postgres', folder({ PG_VERSION: '9.6\n' }), 'postgres 9.6'],
    ['PostgreSQL below the mount', 'postgres', folder({ 'data/PG_VERSION': '14\n' }), 'postgres 14'],
    [
      'the newer of two PostgreSQL folders',
      'postgres',
      folder({ 'data/PG_VERSION': '9.6', '18/docker/PG_VERSION': '18' }),
      'postgres 18',
    ],
    ['MariaDB', 'mariadb', folder({ mysql_upgrade_info: '10.11.6-MariaDB' }), 'mariadb 10.11'],
    ['MariaDB of today', 'mariadb', folder({ mariadb_upgrade_info: '11.4.2-MariaDB\n' }), 'mariadb 11.4'],
    ['MariaDB without a version', 'mariadb', folder({ aria_log_control: '\u0000' }), 'mariadb '],
    ['MariaDB where MySQL is expected', 'mysql', folder({}, ['aria_log_control', 'ibdata1']), 'mariadb '],
    ['MySQL', 'mysql', folder({ mysql_upgrade_info: '8.0.35' }), 'mysql 8.0'],
    ['MySQL with its history', 'mysql', folder({ mysql_upgrade_history: HISTORY }), 'mysql 8.4'],
    ['MySQL without a version', 'mysql', folder({}, ['mysql.ibd', 'ibdata1']), 'mysql '],
    ['an empty folder', 'mariadb', folder({}, []), null],
    ['a file that says nothing', 'postgres', folder({ PG_VERSION: 'what' }), null],
  ] as const)('%s', (_name, family, read, expected) => {
    const found = seriesOfData(family, read);
    expect(found === null ? null : `${found.family} ${found.series}`).toBe(expected);
  });
});

describe('which server an image runs', () => {
  it.each([
    ['postgres:16', { PG_MAJOR: '15' }, 'postgres', 'postgres 15'],
    ['app:1', { PG_VERSION: '17.2-1.pgdg120+1' }, 'postgres', 'postgres 17'],
    ['postgres:16-alpine', {}, 'postgres', 'postgres 16'],
    ['docker.io/postgis/postgis:15-3.4', {}, 'postgres', 'postgres 15'],
    ['app:1', { MARIADB_VERSION: '1:10.11.6+maria~ubu2204' }, 'mariadb', 'mariadb 10.11'],
    ['mariadb:11.4.2', {}, 'mariadb', 'mariadb 11.4'],
    ['mariadb:11', {}, 'mariadb', null],
    ['app:1', { MYSQL_MAJOR: '8.0' }, 'mysql', 'mysql 8.0'],
    ['app:1', { MYSQL_VERSION: '8.0.35-1.el8' }, 'mariadb', 'mysql 8.0'],
    ['mysql:8.4', {}, 'mysql', 'mysql 8.4'],
    ['postgres:latest', {}, 'postgres', null],
    ['postgres:15', {}, 'mysql', null],
    ['my-own/database:15', {}, 'postgres', null],
  ] as const)('%s with %j for %s', (ref, env, family, expected) => {
    const found = seriesOfImage(family, { ref, env });
    expect(found === null ? null : `${found.family} ${found.series}`).toBe(expected);
  });

  it('counts, and does not compare letters', () => {
    expect(compareSeries('9.6', '10')).toBeLessThan(0);
    expect(compareSeries('10.11', '10.6')).toBeGreaterThan(0);
    expect(compareSeries('8.0', '8.0')).toBe(0);
  });
});
