import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnce, type TestEngine } from '../support/engines.js';
import { until } from '../support/machine.js';
import { done } from '../support/podctl.js';
import { startRac, type TestRac } from '../support/rac.js';
import { registryImage } from '../support/registry.js';
import { type S3Server, startS3 } from '../support/s3.js';

const LIMIT = 900_000;
const KEYS = { AWS_ACCESS_KEY_ID: 'access-5d1c0a77', AWS_SECRET_ACCESS_KEY: 'secret-7e42b9c1' };

describeOnce('a registry in a container, its layers in S3', (engine) => {
  let s3: S3Server;
  let rac: TestRac;
  let name = '';
  const served = () => until(async () => (await rac.request('s3', '/')).status === 200, 180_000);
  const look = async (format: string) =>
    (await engine.run(['inspect', '--type', 'container', '--format', format, name])).stdout.trim();
  const config = () => join(rac.home, 'registry', 'config.yml');

  beforeAll(async () => {
    s3 = await startS3();
    const words = ['--s3-bucket', s3.bucket, '--s3-endpoint', s3.url, '--s3-path-style'];
    rac = await startRac(engine, { args: ['--registry', await registryImage(engine), ...words], env: KEYS });
    const { id } = JSON.parse(readFileSync(join(rac.home, 'instance.json'), 'utf8')) as { id: string };
    name = `rac-${id}-registry`;
  }, LIMIT);
  afterAll(async () => {
    await rac.clear();
    await s3.stop();
  }, LIMIT);

  it(
    'takes a push and serves it, and its keys are in no command line and nothing that the engine shows',
    async () => {
      await done(rac.push(await imageOf(engine), 's3:1'));
      await served();
      expect((await s3.objects()).filter((key) => key.includes('/blobs/sha256/')).length).toBeGreaterThan(2);
      expect(await look('{{.State.Running}}')).toBe('true');
      const shown = (await engine.run(['inspect', name])).stdout;
      const environment = readFileSync(`/proc/${await look('{{.State.Pid}}')}/environ`, 'utf8');
      const words = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
      const lines = words.map((pid) => textOf(`/proc/${pid}/cmdline`)).join('\n');
      for (const secret of Object.values(KEYS)) {
        expect([
          secret,
          [shown, environment, lines, rac.service().stderr()].some((text) => text.includes(secret)),
        ]).toEqual([secret, false]);
        expect(holding(rac.home, secret)).toEqual([config()]);
      }
      expect(statSync(config()).mode & 0o777).toBe(0o600);
    },
    LIMIT,
  );

  it(
    'goes on while RAC is killed, collects, and leaves no key behind when it goes',
    async () => {
      const before = await look('{{.Id}}');
      await rac.kill('SIGKILL');
      await rac.start();
      expect(await look('{{.Id}}')).toBe(before);
      await done(rac.rac(['collect']));
      await done(rac.push(await imageOf(engine, 'two'), 's3:2'));
      await served();
      await rac.kill('SIGTERM');
      expect(existsSync(config())).toBe(false);
      expect(holding(rac.home, KEYS.AWS_SECRET_ACCESS_KEY)).toEqual([]);
    },
    LIMIT,
  );
});

function imageOf(engine: TestEngine, text = 'one'): Promise<string> {
  return engine.build({
    name: 'rac-s3',
    containerfile: `FROM ${engine.busybox}\nEXPOSE 8080\nCOPY index.html /www/\nCMD ["httpd","-f","-p","8080","-h","/www"]\n`,
    files: { 'index.html': text },
  });
}

/** Files below a folder in which a text stands. */
function holding(folder: string, text: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text));
}

// It may have ended meanwhile.
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
