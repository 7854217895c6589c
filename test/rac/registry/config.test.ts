import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.js';
import { type RegistryConfigParts, registryConfig } from '../../../src/rac/registry/config.js';
import { versionIn } from '../../../src/rac/registry/find-registry.js';
import { storageEnv, storageKeys } from '../../../src/rac/registry/storage-env.js';
import type { RegistryStorage } from '../../../src/rac/settings.js';

const PARTS: RegistryConfigParts = {
  port: 5100,
  data: '/var/lib/registry',
  storage: { kind: 'volume' },
  keys: null,
  events: 'http://127.0.0.1:5090/events',
  hookSecret: new Secret('hook'),
  httpSecret: new Secret('http'),
  auth: { realm: 'http://127.0.0.1:5090/token', service: 's', issuer: 'i', bundle: '/etc/rac/bundle.pem' },
};
const S3: RegistryStorage = {
  kind: 's3',
  bucket: 'layers',
  region: 'eu-central-1',
  endpoint: 'http://127.0.0.1:9000',
  pathStyle: true,
  accessKeyVariable: 'AWS_ACCESS_KEY_ID',
  secretKeyVariable: 'AWS_SECRET_ACCESS_KEY',
};

describe("the registry's config", () => {
  it('is whole, and only listens on loopback', () => {
    expect(JSON.parse(registryConfig(PARTS))).toEqual({
      version: '0.1',
      log: { level: 'error', accesslog: { disabled: true } },
      storage: {
        filesystem: { rootdirectory: '/var/lib/registry' },
        delete: { enabled: true },
        cache: { blobdescriptor: 'inmemory' },
      },
      http: { addr: '127.0.0.1:5100', secret: 'http', draintimeout: '10s' },
      auth: {
        token: {
          realm: 'http://127.0.0.1:5090/token',
          service: 's',
          issuer: 'i',
          rootcertbundle: '/etc/rac/bundle.pem',
        },
      },
      notifications: {
        events: { includereferences: false },
        endpoints: [
          {
            name: 'rac',
            url: 'http://127.0.0.1:5090/events',
            headers: { Authorization: ['Bearer hook'] },
            timeout: '3s',
            threshold: 3,
            backoff: '2s',
            ignoredmediatypes: ['application/octet-stream'],
            ignore: { actions: ['pull'] },
          },
        ],
      },
    });
  });

  it('says where S3 is, and with which keys only where it has to', () => {
    const text = registryConfig({ ...PARTS, storage: S3 });
    expect(JSON.parse(text)).toMatchObject({
      storage: {
        s3: {
          bucket: 'layers',
          region: 'eu-central-1',
          regionendpoint: 'http://127.0.0.1:9000',
          secure: false,
          forcepathstyle: true,
        },
        redirect: { disable: true },
      },
    });
    expect(text).not.toMatch(/accesskey|secretkey/i);
    const keys = { access: new Secret('id'), secret: new Secret('"key"') };
    expect(JSON.parse(registryConfig({ ...PARTS, storage: S3, keys }))).toMatchObject({
      storage: { s3: { accesskey: 'id', secretkey: '"key"' } },
    });
  });

  it('takes the keys from the environment, and says which variable is missing', () => {
    const env = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key' };
    expect(storageEnv(storageKeys(S3, env))).toEqual({
      REGISTRY_STORAGE_S3_ACCESSKEY: 'id',
      REGISTRY_STORAGE_S3_SECRETKEY: 'key',
    });
    expect(() => storageKeys(S3, { AWS_ACCESS_KEY_ID: 'id' })).toThrow('AWS_SECRET_ACCESS_KEY');
    expect(storageEnv(storageKeys({ kind: 'volume' }, {}))).toEqual({});
  });
});

describe('which registry it is', () => {
  it.each([
    ['docker-registry github.com/docker/distribution 2.8.2+ds1', '2.8.2'],
    ['registry github.com/docker/distribution v2.8.3', '2.8.3'],
    ['registry github.com/distribution/distribution/v3 v3.1.1', '3.1.1'],
    ['registry 1.2.3', null],
    ['', null],
  ])('%s', (said, version) => {
    expect(versionIn(said)).toBe(version);
  });
});
