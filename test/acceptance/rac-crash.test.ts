import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tagsAsHeard } from '../../src/rac/registry/tag-links.js';
import { describeEngines, type TestEngine } from '../support/engines.js';
import { until } from '../support/machine.js';
import { startRac, type TestRac } from '../support/rac.js';

const SOAK = process.env['PODCTL_SOAK'] === '1';
/** Kills of each kind. */
const KILLS = SOAK ? 20 : 1;
const NAMES = ['one', 'two'] as const;
const SEED = Number(process.env['PODCTL_SEED'] ?? Date.now() % 1_000_000);
const LIMIT = SOAK ? 3_600_000 : 900_000;

// A small generator, so that a run can be had again by its seed.
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describeEngines('RAC and its registry are killed while images are pushed', (engine) => {
  let rac: TestRac;
  beforeAll(async () => {
    rac = await startRac(engine);
  }, LIMIT);
  afterAll(() => rac.clear(), LIMIT);

  it(
    `every tag's digest is deployed once (PODCTL_SEED=${SEED})`,
    async () => {
      const random = randomOf(SEED);
      const kills = Array.from({ length: KILLS * 2 }, (_, index) => (index % 2 === 0 ? killRegistry : killRac));
      for (const [index, kill] of kills.entries()) {
        const image = await imageOf(engine, index);
        const target = `crash/${NAMES[index % NAMES.length]}:${index}`;
        const killing = pause(random() * 600).then(() => kill(rac));
        await pushUntilTaken(rac, image, target);
        await killing;
      }
      for (const name of NAMES.map((one) => `crash/${one}`)) {
        const tags = await tagsOf(rac, name);
        expect(tags.size).toBe(kills.filter((_, index) => `crash/${NAMES[index % NAMES.length]}` === name).length);
        await until(async () => sameDigests(await readyDigests(rac, name), [...tags.values()]), 300_000);
        // What the comparison reads in place of a question is what the registry itself says.
        const stored = tagsAsHeard(join(rac.home, 'registry/data'));
        expect(await stored(name, (tag) => tags.get(tag) ?? null)).toBe(true);
        expect(await stored(name, () => null)).toBe(false);
        // Not one of them twice, also after the next comparison.
        expect((await allDigests(rac, name)).toSorted()).toEqual([...tags.values()].toSorted());
      }
    },
    LIMIT,
  );
});

function imageOf(engine: TestEngine, index: number): Promise<string> {
  return engine.build({
    name: `rac-crash-${index}`,
    containerfile: `FROM ${engine.busybox}\nEXPOSE 8080\nLABEL number=${index}\nCMD ["httpd","-f","-p","8080","-h","/etc"]\n`,
  });
}

async function killRegistry({ home }: TestRac): Promise<void> {
  const { pid } = JSON.parse(readFileSync(join(home, 'registry', 'run.json'), 'utf8')) as { pid: number };
  process.kill(pid, 'SIGKILL');
  await Promise.resolve();
}

async function killRac(rac: TestRac): Promise<void> {
  await rac.kill('SIGKILL');
  await rac.start();
}

// Whoever pushes while a part is away is told so, and tries again.
async function pushUntilTaken(rac: TestRac, image: string, target: string): Promise<void> {
  const end = Date.now() + 300_000;
  for (;;) {
    const { code, stdout, stderr } = await rac.push(image, target);
    if (code === 0) return;
    if (Date.now() > end) throw new Error(`${target} cannot be pushed:\n${stdout}${stderr}`);
    await pause(500);
  }
}

async function tagsOf({ url, registry }: TestRac, name: string): Promise<Map<string, string>> {
  const asked = await fetch(`${url}/token?service=rac-registry&scope=repository:${name}:pull`);
  const { token } = (await asked.json()) as { token: string };
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json',
  };
  const list = await fetch(`http://${registry}/v2/${name}/tags/list`, { headers });
  const { tags } = (await list.json()) as { tags: string[] };
  const digests = tags.map(async (tag): Promise<[string, string]> => {
    const answer = await fetch(`http://${registry}/v2/${name}/manifests/${tag}`, { method: 'HEAD', headers });
    return [tag, answer.headers.get('docker-content-digest') ?? ''];
  });
  return new Map(await Promise.all(digests));
}

type Release = { readonly digest: string; readonly state: string };

async function releasesOf(rac: TestRac, name: string): Promise<readonly Release[]> {
  const { code, stdout, stderr } = await rac.rac(['releases', name, '--json']);
  if (code !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as { releases: Release[] }).releases;
}

async function allDigests(rac: TestRac, name: string): Promise<readonly string[]> {
  return (await releasesOf(rac, name)).map(({ digest }) => digest);
}

async function readyDigests(rac: TestRac, name: string): Promise<readonly string[]> {
  const ended = (await releasesOf(rac, name)).filter(({ state }) => ['ready', 'superseded'].includes(state));
  return ended.map(({ digest }) => digest);
}

function sameDigests(some: readonly string[], all: readonly string[]): boolean {
  return all.every((digest) => some.includes(digest));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
