import { describe, expect, it } from 'vitest';
import type { FakeEngine } from '../support/fake-engine.js';
import { runCli } from '../support/run-cli.js';

const profile = (litestream: string): string => `
name = "lab"
[images.app]
name = "lab/app"
tag = "1"
[container]
image = "app"
[container.mounts.data]
type = "volume"
source = "lab-data"
target = "/var/lib/lab"
[data.jobs]
holds = "sqlite"
mount = "data"
file = "/var/lib/lab/db"
[data.jobs.litestream]
${litestream}
[commands.serve]
args = ["serve"]
`;

const PLAIN = 'replica = "s3://lab/jobs"';
const ENGINE: FakeEngine = {
  images: { 'lab/app:1': { user: '1000' }, 'litestream/litestream:0.3': {} },
  containers: [],
  volumes: { 'lab-data': null },
};

const run = (argv: readonly string[], text = profile(PLAIN), env: Readonly<Record<string, string>> = {}) =>
  runCli(argv, { files: { '/home/ann/sky/podctl.toml': text }, engine: ENGINE, host: { env } });

// Without labels and the project's hash, which say nothing here.
const shown = (stdout: string): readonly string[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) =>
      line
        .replaceAll(/ --label '?[^ ]+'?/g, '')
        .replaceAll(/-serve-[0-9a-f]+/g, '-serve')
        .replace(/ --interactive=?\S*/, '')
        .replace(/printf %s .* > /, 'printf … > '),
    );

describe('a start with Litestream', () => {
  it('attached: fetched first, beside it until it ends, removed in every case', async () => {
    const { code, stdout } = await run(['serve', '--dry-run']);
    expect(code).toBe(0);
    expect(shown(stdout)).toEqual([
      'mkdir -m 700 -p -- /home/ann/.local/state/podctl/litestream',
      'install -m 644 /dev/null /home/ann/.local/state/podctl/litestream/lab-serve-jobs.yml && printf … > /home/ann/.local/state/podctl/litestream/lab-serve-jobs.yml',
      'docker volume create lab-data',
      'docker run --detach=false --rm --name lab-serve-jobs-restore --user 1000 --mount type=volume,src=lab-data,target=/var/lib/lab --mount type=bind,src=/home/ann/.local/state/podctl/litestream/lab-serve-jobs.yml,target=/etc/litestream.yml,readonly litestream/litestream:0.3 restore -config /etc/litestream.yml -if-db-not-exists -if-replica-exists /var/lib/lab/db',
      'docker run --detach --name lab-serve-jobs-litestream --user 1000 --mount type=volume,src=lab-data,target=/var/lib/lab --mount type=bind,src=/home/ann/.local/state/podctl/litestream/lab-serve-jobs.yml,target=/etc/litestream.yml,readonly litestream/litestream:0.3 replicate -config /etc/litestream.yml',
      'docker run --detach=false --rm --name lab-serve --mount type=volume,src=lab-data,target=/var/lib/lab lab/app:1 serve',
      'docker stop lab-serve-jobs-litestream',
      'docker rm --force lab-serve-jobs-litestream',
    ]);
  });

  it('in the background it starts after the application', async () => {
    const { stdout } = await run(['serve', '--detach', '--dry-run', '--via', 'api']);
    const calls = shown(stdout)
      .filter((line) => line.startsWith('curl'))
      .map((line) => line.replace(/^.*--request (\S+) .*http:\/\/localhost(\S+?)'?$/, '$1 $2'));
    expect(calls).toEqual([
      'POST /volumes/create',
      'POST /containers/create?name=lab-serve-jobs-restore',
      'POST /containers/lab-serve-jobs-restore/start',
      'POST /containers/lab-serve-jobs-restore/wait',
      'DELETE /containers/lab-serve-jobs-restore?force=true',
      'POST /containers/create?name=lab-serve',
      'POST /containers/lab-serve/start',
      'POST /containers/create?name=lab-serve-jobs-litestream',
      'POST /containers/lab-serve-jobs-litestream/start',
    ]);
  });

  it('keys of the store stand in an env file and nowhere else', async () => {
    const env = { LITESTREAM_ACCESS_KEY_ID: 'key-id-1', LITESTREAM_SECRET_ACCESS_KEY: 'hush-hush' };
    const { code, stdout } = await run(['serve', '--dry-run'], profile(PLAIN), env);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/key-id-1|hush-hush/);
    expect(stdout).toMatch(/--env-file \S+-jobs-restore\.env/);
  });

  it('one key alone is a mistake', async () => {
    const { code, stderr } = await run(['serve', '--dry-run'], profile(PLAIN), { LITESTREAM_ACCESS_KEY_ID: 'x' });
    expect(code).toBe(65);
    expect(stderr).toContain('`LITESTREAM_SECRET_ACCESS_KEY` is not set');
  });

  it.each([
    [
      'image = "litestream/litestream:0.5"',
      'Litestream is pinned to 0.3, and the image is `litestream/litestream:0.5`',
    ],
    ['image = "litestream/litestream:latest"', 'Litestream is pinned to 0.3'],
    ['image = "litestream/litestream"', 'Litestream is pinned to 0.3'],
    ['retention = "soon"', '`soon` is not a duration'],
    ['endpoint = "minio"', '`minio` is not an address of a store'],
    ['secret_key = "not a name"', 'is not the name of a variable'],
  ])('%s', async (line, says) => {
    const { code, stderr } = await run(['serve', '--dry-run'], profile(`${PLAIN}\n${line}`));
    expect(code).toBe(65);
    expect(stderr).toContain(says);
  });

  it.each([
    ['region = "eu"', 'Litestream has no replica'],
    ['replica = "s3://key:secret@lab/jobs"', '`s3://[redacted]@lab/jobs` is no replica'],
    ['replica = "/backup"', 'is no replica'],
  ])('%s', async (line, says) => {
    const { code, stderr } = await run(['serve', '--dry-run'], profile(line));
    expect(code).toBe(65);
    expect(stderr).toContain(says);
    expect(stderr).not.toContain('key:secret');
  });
});
