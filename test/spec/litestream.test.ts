import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import type { Litestream } from '../../src/profile/resolve-litestream.js';
import { type LitestreamWish, litestreamBeside, litestreamConfig } from '../../src/spec/litestream.js';
import { EMPTY_SPEC } from '../../src/spec/spec.js';
import { mount } from './desk.js';

const LITESTREAM: Litestream = {
  replica: 's3://lab/jobs',
  endpoint: null,
  region: null,
  snapshotInterval: null,
  retention: null,
  image: 'litestream/litestream:0.3',
  accessKey: 'A',
  secretKey: 'S',
};

const WISH: LitestreamWish = {
  key: 'jobs',
  app: {
    ...EMPTY_SPEC,
    name: 'lab-serve-1234',
    labels: { 'podctl.project': 'lab-1234', 'podctl.command': 'serve' },
    mounts: [mount({ key: 'data', target: '/var/lib/lab' }), mount({ key: 'other', target: '/other' })],
    network: 'lab-net',
    userns: 'keep-id',
    restart: 'unless-stopped',
    ports: [{ key: 'http', address: '127.0.0.1', hostPort: 1, containerPort: 1, protocol: 'tcp' }],
  },
  litestream: LITESTREAM,
  file: '/var/lib/lab/db',
  mount: 'data',
  user: '1000:1000',
  keys: { access: new Secret('key-id'), secret: new Secret('hush') },
  configPath: '/state/lab.yml',
  selinux: false,
};

describe('Litestream beside an application', () => {
  it('sees the data, its config and nothing else', () => {
    const { restore, replicate } = litestreamBeside(WISH);
    for (const one of [restore, replicate]) {
      expect(one).toMatchObject({ user: '1000:1000', userns: 'keep-id', network: 'lab-net', ports: [] });
      expect(one.mounts.map(({ source, target, readOnly }) => [source, target, readOnly])).toEqual([
        ['/work/project/data', '/var/lib/lab', false],
        ['/state/lab.yml', '/etc/litestream.yml', true],
      ]);
      expect(one.labels).toEqual({
        'podctl.project': 'lab-1234',
        'podctl.command': 'serve',
        'podctl.beside': 'lab-serve-1234',
      });
    }
    expect(restore.name).toBe('lab-serve-1234-jobs-restore');
    expect(restore.args).toEqual(
      'restore -config /etc/litestream.yml -if-db-not-exists -if-replica-exists /var/lib/lab/db'.split(' '),
    );
    expect(restore.restart).toBeNull();
    expect(replicate.args).toEqual(['replicate', '-config', '/etc/litestream.yml']);
    expect(replicate.restart).toBe('unless-stopped');
  });

  it('gets its keys by variables, and none of them stands in the config', () => {
    const { restore, config } = litestreamBeside(WISH);
    expect(restore.env.map(({ name, value }) => [name, String(value)])).toEqual([
      ['LITESTREAM_ACCESS_KEY_ID', '[redacted]'],
      ['LITESTREAM_SECRET_ACCESS_KEY', '[redacted]'],
    ]);
    expect(config.content).not.toMatch(/key-id|hush/);
    expect(litestreamBeside({ ...WISH, keys: { access: null, secret: null } }).restore.env).toEqual([]);
  });

  it('reaches its store when the application reaches nothing', () => {
    expect(litestreamBeside({ ...WISH, app: { ...WISH.app, network: 'none' } }).replicate.network).toBeNull();
  });

  it("the config has 0.3's form", () => {
    expect(JSON.parse(litestreamConfig(LITESTREAM, '/db'))).toEqual({
      dbs: [{ path: '/db', replicas: [{ url: 's3://lab/jobs' }] }],
    });
    const all = {
      ...LITESTREAM,
      endpoint: 'http://minio:9000',
      region: 'eu-1',
      snapshotInterval: 43_200_000,
      retention: 432_000_000,
    };
    expect(JSON.parse(litestreamConfig(all, '/db'))).toEqual({
      dbs: [
        {
          path: '/db',
          replicas: [
            {
              url: 's3://lab/jobs',
              endpoint: 'http://minio:9000',
              region: 'eu-1',
              'snapshot-interval': '12h',
              retention: '120h',
            },
          ],
        },
      ],
    });
  });
});
