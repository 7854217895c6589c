import { expect, it } from 'vitest';
import { deadImage, deadImageHint } from '../../src/spec/dead-images.js';

it.each<[ref: string, instead: string | undefined]>([
  ['minio/minio', 'quay.io/minio/minio'],
  ['minio/mc:RELEASE.2023-01-01', 'quay.io/minio/mc:RELEASE.2023-01-01'],
  ['docker.io/minio/minio:latest', 'quay.io/minio/minio:latest'],
  [`registry-1.docker.io/minio/mc@sha256:${'a'.repeat(64)}`, `quay.io/minio/mc@sha256:${'a'.repeat(64)}`],
  ['quay.io/minio/minio', undefined],
  ['minio', undefined],
  ['team/minio', undefined],
  ['not an image', undefined],
])('%s', (ref, instead) => {
  expect(deadImage(ref)?.instead).toBe(instead);
});

it('a profile adds its own, with or without a tag, and takes back what podctl knows', () => {
  const more = { 'team/old': 'ghcr.io/team/new', redis: 'docker.io/valkey/valkey:8', 'minio/minio': false } as const;
  expect(deadImage('team/old:2', more)?.instead).toBe('ghcr.io/team/new:2');
  expect(deadImage('docker.io/library/redis:7', more)?.instead).toBe('docker.io/valkey/valkey:8');
  expect(deadImage('minio/minio', more)).toBeNull();
  expect(deadImage('minio/mc', more)?.instead).toBe('quay.io/minio/mc');
});

it('the hint says that it is no question of a login', () => {
  expect(deadImageHint({ ref: 'minio/mc', instead: 'quay.io/minio/mc' })).toBe(
    '`minio/mc` is no longer there for anyone, and no login helps: write `quay.io/minio/mc`',
  );
});
