// From a push until the application answers, on a whole RAC, beside the same push to a bare registry. `node FILE ENGINE RUNS` prints JSON: pairs of
// milliseconds of a new name, of a name's next release, and of the push itself.
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { projectFolder } from '../support/machine.js';
import { pushImage, removeImages, startRac } from '../support/rac.js';
import { startRegistry } from '../support/registry.js';
import { type Pairs, standEngine, timed } from './stand-engine.js';

const [, , name = 'docker', runs = '7'] = process.argv;
const LIMITS = ['anonymous-names=500', 'anonymous-pushes=5000'].flatMap((limit) => ['--limit', limit]);

/** What the push before has left to do is done by then. */
const REST_MS = 2_000;
/** Each question costs the small server of the image a process. */
const POLL_MS = 20;

const engine = standEngine(name);
const folder = projectFolder('bench-push');
const bare = await startRegistry(folder.path);
const rac = await startRac(engine, { args: LIMITS });
const made: string[] = [];
try {
  const base = await engine.build({
    name: 'bench-web',
    containerfile: `FROM ${engine.busybox}\nEXPOSE 8080\nRUN mkdir /www\nCMD ["httpd","-f","-p","8080","-h","/www"]\n`,
  });
  const result: Record<'first' | 'next' | 'push', Pairs> = { first: empty(), next: empty(), push: empty() };
  for (let run = -1; run < Number(runs); run++) {
    const app = `bench-${run + 1}`;
    for (const which of ['first', 'next'] as const) {
      const ours = await served(base, app);
      const theirs = await alone(base, app);
      // The first round warms the caches, and brings the layers below to both registries.
      if (run < 0) continue;
      result[which].a.push(ours.answered);
      result[which].b.push(theirs);
      result.push.a.push(ours.pushed);
      result.push.b.push(theirs);
    }
  }
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await removeImages(engine, bare.address);
  for (const image of made) await engine.run(['rmi', '--force', image]);
  await rac.clear();
  bare.stop();
  folder.clear();
}

function empty(): Pairs {
  return { a: [], b: [] };
}

/** A push to RAC, and at once the first request: until the page that was just pushed is there. */
async function served(base: string, app: string): Promise<{ pushed: number; answered: number }> {
  const { image, page } = await freshImage(base);
  await pause(REST_MS);
  const start = performance.now();
  const ended = await rac.push(image, `${app}:1`);
  const pushed = performance.now() - start;
  if (ended.code !== 0) throw new Error(ended.stderr);
  while ((await get(`${app}.localhost`)) !== page) await pause(POLL_MS);
  return { pushed, answered: performance.now() - start };
}

async function alone(base: string, app: string): Promise<number> {
  const { image } = await freshImage(base);
  const target = `${bare.address}/${app}:1`;
  await pause(REST_MS);
  return timed(async () => {
    const ended = await pushImage(engine, { image, target, login: undefined, folder: folder.path });
    if (ended.code !== 0) throw new Error(ended.stderr);
  });
}

/** One new small layer on top of what the registries have. */
async function freshImage(base: string): Promise<{ image: string; page: string }> {
  const page = randomBytes(8).toString('hex');
  const containerfile = `FROM ${base}\nCOPY index.html /www/index.html\n`;
  const image = await engine.build({ name: 'bench-page', containerfile, files: { 'index.html': page } });
  made.push(image);
  return { image, page };
}

function get(host: string): Promise<string> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port: rac.proxyPort, agent: false, headers: { host } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve(answer.statusCode === 200 ? text : ''));
      answer.on('error', () => resolve(''));
    });
    asked.on('error', () => resolve(''));
    asked.end();
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
