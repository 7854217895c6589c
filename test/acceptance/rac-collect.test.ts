import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnce, type TestEngine } from '../support/engines.js';
import { until } from '../support/machine.js';
import { startRac, type TestRac } from '../support/rac.js';

const LIMIT = 600_000;
const BIG = 6_000_000;

describeOnce('layers that nothing needs', (engine) => {
  let rac: TestRac;
  beforeAll(async () => {
    rac = await startRac(engine);
  }, LIMIT);
  afterAll(() => rac.clear(), LIMIT);

  it(
    'go when their name is removed, and a push meanwhile does not suffer',
    async () => {
      const [big, small] = [await imageOf(engine, 'rac-big', BIG), await imageOf(engine, 'rac-small', 1000)];
      await pushUntilTaken(rac, big, 'collect/big:1');
      await served(rac, 'collect--big');
      const full = bytesIn(join(rac.home, 'registry', 'data'));
      expect(full).toBeGreaterThan(BIG);
      await removeName(rac, 'collect/big');
      const [{ code, stderr }] = await Promise.all([
        rac.rac(['collect']),
        pushUntilTaken(rac, small, 'collect/small:1'),
      ]);
      expect([code, stderr]).toEqual([0, expect.stringContaining('were removed')]);
      expect(bytesIn(join(rac.home, 'registry', 'data'))).toBeLessThan(full - BIG + 500_000);
      await served(rac, 'collect--small');
      // Layers that both had are still there for the next push.
      await pushUntilTaken(rac, big, 'collect/again:1');
    },
    LIMIT,
  );
});

function imageOf(engine: TestEngine, name: string, bytes: number): Promise<string> {
  return engine.build({
    name,
    containerfile: `FROM ${engine.busybox}\nEXPOSE 8080\nCOPY load /www/load\nCMD ["httpd","-f","-p","8080","-h","/www"]\n`,
    files: { load: randomBytes(bytes) },
  });
}

// A notification that a stopped registry lost is made good by the comparison of every minute. RAC's own log says why nothing came.
async function served(rac: TestRac, label: string): Promise<void> {
  try {
    await until(() => answers(rac, label), 300_000);
  } catch (error) {
    const log = rac.service().stderr().split('\n').slice(-40).join('\n');
    throw new Error(`${label} is not served:\n${log}`, { cause: error });
  }
}

async function answers(rac: TestRac, label: string): Promise<boolean> {
  return (await rac.request(label, '/load')).status === 200;
}

async function removeName({ url }: TestRac, name: string): Promise<void> {
  const ask = async (method: string, path: string, body: object, token?: string): Promise<unknown> => {
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const answer = await fetch(`${url}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  const made = (await ask('POST', '/accounts', { name: 'collector', password: 'a long pass phrase' })) as {
    secret: string;
  };
  await ask('POST', '/claims', { name }, made.secret);
  await ask('DELETE', `/names/${encodeURIComponent(name)}`, { confirm: name }, made.secret);
}

async function pushUntilTaken(rac: TestRac, image: string, target: string): Promise<void> {
  const end = Date.now() + 180_000;
  for (;;) {
    const { code, stdout, stderr } = await rac.push(image, target);
    if (code === 0) return;
    if (Date.now() > end) throw new Error(`${target} cannot be pushed:\n${stdout}${stderr}`);
  }
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
