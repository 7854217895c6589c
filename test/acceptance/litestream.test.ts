import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnce } from '../support/engines.js';
import { type Folder, projectFolder, until } from '../support/machine.js';
import { type Finished, podctl } from '../support/podctl.js';
import { inTurn, VIAS } from '../support/soak.js';

/** Stands in for Litestream: it looks at its arguments, its config and its keys, and does with files what the real one does with a store. */
const STAND_IN = `#!/bin/sh
verb="$1"; config="$3"
[ "$2" = "-config" ] || { echo "no config: $*" >&2; exit 64; }
tr -d ' \\n' < "$config" | grep -qF '{"dbs":[{"path":"/var/lib/lab/db","replicas":[{"url":"s3://lab/jobs","endpoint":"http://minio:9000","snapshot-interval":"12h","retention":"120h"}]}]}' || { echo "not this config" >&2; exit 65; }
[ "$LITESTREAM_ACCESS_KEY_ID/$LITESTREAM_SECRET_ACCESS_KEY" = "id/hush" ] || { echo "the store refuses these keys" >&2; exit 3; }
case "$verb" in
  restore)
    [ "$4 $5 $6" = "-if-db-not-exists -if-replica-exists /var/lib/lab/db" ] || { echo "other arguments: $*" >&2; exit 64; }
    [ -e "$6" ] || echo fetched > "$6" ;;
  replicate)
    trap 'cp /var/lib/lab/db /var/lib/lab/copied; exit 0' TERM
    while :; do sleep 0.1; done ;;
esac
`;

const APP = `#!/bin/sh
cat /var/lib/lab/db
[ "$1" = "stay" ] || { echo more >> /var/lib/lab/db; exit 0; }
trap 'exit 0' TERM
while :; do sleep 0.1; done
`;

const recipe = (name: string, base: string, start: string) => ({
  name,
  containerfile: `FROM ${base}\nCOPY start /start\nENTRYPOINT ["/start"]\n`,
  files: { start },
});

const PROFILE = (app: string, litestream: string): string => `
name = "lab"
[images.app]
name = "${app.split(':')[0] ?? ''}"
tag = "${app.split(':')[1] ?? ''}"
[container]
image = "app"
stop_timeout = "5s"
[container.mounts.data]
type = "bind"
source = "state"
target = "/var/lib/lab"
[data.jobs]
holds = "sqlite"
mount = "data"
file = "/var/lib/lab/db"
[data.jobs.litestream]
replica = "s3://lab/jobs"
endpoint = "http://minio:9000"
snapshot_interval = "12h"
retention = "120h"
image = "${litestream}"
secret_key = "LAB_SECRET"
[commands.once]
[commands.stay]
args = ["stay"]
`;

describeOnce('Litestream beside an application', (engine) => {
  const litestream = 'localhost/podctl-test/litestream:0.3';
  let folder: Folder;
  let env: Record<string, string>;

  beforeAll(async () => {
    const app = await engine.build(recipe('litestream-app', engine.busybox, APP));
    await engine.run(['tag', await engine.build(recipe('litestream-stand-in', engine.busybox, STAND_IN)), litestream]);
    folder = projectFolder('litestream');
    writeFileSync(join(folder.path, 'podctl.toml'), PROFILE(app, litestream));
    env = { ...engine.env, LITESTREAM_ACCESS_KEY_ID: 'id', LAB_SECRET: 'hush' };
  });
  afterAll(async () => {
    await run('down');
    folder.clear();
  });

  const run = (...args: string[]): Promise<Finished> =>
    podctl([...args, '--engine', engine.name], { cwd: folder.path, env });
  const state = (name: string): string => join(folder.path, 'state', name);
  const names = async (): Promise<readonly string[]> => {
    const { stdout } = await run('ps', '--json');
    const { containers } = JSON.parse(stdout) as { containers: { name: string; state: string }[] };
    return containers.map(({ name, state: now }) => `${name.replace(/-[0-9a-f]{6,}/, '')} ${now}`).toSorted();
  };

  describe.each(VIAS)('--via %s', (via) => {
    it.each(inTurn(engine, via, 0))(
      'fetches a missing database first, copies the last word, and leaves no container',
      async () => {
        rmSync(join(folder.path, 'state'), { recursive: true, force: true });
        const ended = await run('once', '--via', via);
        expect(ended).toMatchObject({ code: 0, stdout: 'fetched\n' });
        expect(readFileSync(state('copied'), 'utf8')).toBe('fetched\nmore\n');
        expect(await names()).toEqual([]);
      },
    );

    it.each(inTurn(engine, via, 1))('keys that the store refuses start nothing', async () => {
      rmSync(join(folder.path, 'state'), { recursive: true, force: true });
      const ended = await podctl(['once', '--via', via, '--engine', engine.name], {
        cwd: folder.path,
        env: { ...env, LAB_SECRET: 'wrong' },
      });
      expect(ended).toMatchObject({ code: 73, stdout: '' });
      expect(ended.stderr).toContain('the store refuses these keys');
      expect(existsSync(state('db'))).toBe(false);
      expect(await names()).toEqual([]);
    });

    it.each(inTurn(engine, via, 2))(
      'in the background it is listed, stopped and removed with the application',
      async () => {
        mkdirSync(join(folder.path, 'state'), { recursive: true });
        writeFileSync(state('db'), 'own\n');
        rmSync(state('copied'), { force: true });
        expect(await run('stay', '--detach', '--via', via)).toMatchObject({ code: 0 });
        await until(async () => (await names()).join().includes('lab-stay-jobs-litestream running'));
        expect(await names()).toEqual(['lab-stay running', 'lab-stay-jobs-litestream running']);
        expect((await run('logs', 'stay')).stdout).toBe('own\n');
        expect(await run('stop', 'stay')).toMatchObject({ code: 0 });
        expect(await names()).toEqual(['lab-stay exited', 'lab-stay-jobs-litestream exited']);
        expect(readFileSync(state('copied'), 'utf8')).toBe('own\n');
        expect(await run('down')).toMatchObject({ code: 0 });
        expect(await names()).toEqual([]);
      },
    );
  });
});
