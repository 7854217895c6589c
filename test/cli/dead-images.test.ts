import { expect, it } from 'vitest';
import { COMPOSE_V2 } from '../support/compose-v2.js';
import type { Run } from '../support/fake-engine.js';
import { runCli } from '../support/run-cli.js';

const done: Run = () => ({ exitCode: 0, stdout: '' });
const profile = (more = '') => `name = "n"
[images.store]
name = "minio/minio"
tag = "1"
[images.app]
name = "app"
context = "{project}"
[container]
image = "store"
[commands.serve]
${more}`;
const files = (more?: string, dockerfile = '') => ({
  '/home/ann/sky/podctl.toml': profile(more),
  '/home/ann/sky/Dockerfile': dockerfile,
  '/proc/self/mountinfo': '25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n',
});
const HINT = '`minio/minio:1` is no longer there for anyone, and no login helps: write `quay.io/minio/minio:1`';

it.each<[name: string, argv: readonly string[], more: string, image: object | null, note: string]>([
  ['a pull of an image that is gone', ['pull', 'store'], '', null, `hint: ${HINT}\n`],
  ['one that is here all the same', ['pull', 'store'], '', {}, ''],
  ['one that the profile knows to be there', ['pull', 'store'], '[dead_images]\n"minio/minio" = false\n', null, ''],
])('%s', async (_name, argv, more, image, note) => {
  const { stderr } = await runCli(argv, {
    files: files(more),
    engine: { images: { 'minio/minio:1': image }, containers: [], runs: [done] },
  });
  expect(stderr).toBe(note);
});

it('a start that pulls first is told of once', async () => {
  let pulled = false;
  const pull: Run = () => {
    pulled = true;
    return { exitCode: 0, stdout: '' };
  };
  const image = () => (pulled ? {} : null);
  const { code, stderr } = await runCli(['serve'], {
    files: files(),
    engine: { images: { 'minio/minio:1': image }, containers: [], runs: [pull, done] },
  });
  expect([code, stderr]).toEqual([0, `hint: ${HINT}\n`]);
});

it('a build is told of what its Dockerfile begins with and copies from', async () => {
  const dockerfile =
    'FROM old/base AS one\nCOPY --from=minio/mc /usr/bin/mc /\nFROM one\nCOPY --from=one /a /\nCOPY --from=0 /b /\n';
  const more = '[dead_images]\n"old/base" = "ghcr.io/new/base"\n';
  const { stderr } = await runCli(['build', 'app'], {
    files: files(more, dockerfile),
    engine: { images: { 'minio/minio:1': null, 'app:latest': null, 'minio/mc': null, 'old/base': null }, runs: [done] },
  });
  expect(stderr.split('\n').filter((line) => line.startsWith('hint:'))).toEqual([
    'hint: `old/base` is no longer there for anyone, and no login helps: write `ghcr.io/new/base`',
    'hint: `minio/mc` is no longer there for anyone, and no login helps: write `quay.io/minio/mc`',
  ]);
});

it('a stack is told of before it starts, of the services that start', async () => {
  const { stderr } = await runCli(['up', 'store', '--dry-run'], {
    files: { '/home/ann/sky/compose.yaml': 'services:\n  store: {image: minio/minio}\n  other: {image: minio/mc}\n' },
    engine: {
      provider: COMPOSE_V2,
      stackConfig: JSON.stringify({ services: { store: { image: 'minio/minio' }, other: { image: 'minio/mc' } } }),
      images: { 'minio/minio': null },
      containers: [],
    },
  });
  expect(stderr).toContain('hint: `minio/minio` is no longer there for anyone, and no login helps: write `quay.io/');
  expect(stderr).not.toContain('minio/mc');
});
