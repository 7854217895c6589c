import { expect, it } from 'vitest';
import { isDataTarget, knownData } from '../../src/spec/known-data.js';

it.each([
  ['mysql', 999],
  ['mysql:8.0', 999],
  ['docker.io/library/mariadb:11', 999],
  ['registry.example:5000/team/postgres', 999],
  ['postgres:16-alpine', 70],
  ['redis:7-alpine', 0],
  ['postgres@sha256:0123', 999],
])('%s has its data with user %i', (image, uid) => {
  expect(knownData(image)).toMatchObject({ uid, gid: uid });
});

it('nothing is known of other images, nor of other folders', () => {
  expect(knownData('mysql-exporter')).toBeNull();
  expect(knownData('constructor')).toBeNull();
  expect(isDataTarget('postgres:17', '/var/lib/postgresql/data')).toBe(true);
  expect(isDataTarget('postgres:17', '/var/lib/postgresql')).toBe(true);
  expect(isDataTarget('postgres:17', '/docker-entrypoint-initdb.d')).toBe(false);
});
