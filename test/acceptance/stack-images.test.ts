import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { shortHash } from '../../src/core/hash.js';
import { formatProject, LABEL } from '../../src/core/project.js';
import type { TestEngine } from '../support/engines.js';
import { projectFolder, until } from '../support/machine.js';
import { done, podctl } from '../support/podctl.js';
import { describeProviders, type TestProvider } from '../support/providers.js';
import { openPusher } from '../support/push.js';
import { type Registry, startRegistry } from '../support/registry.js';
import { SOAK } from '../support/soak.js';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) {
    // oxlint-disable-next-line no-await-in-loop -- what was made last goes first
    await clean();
  }
});

/**
 * What podctl needs in its environment for podman to ask a registry without TLS, which docker does by itself on 127.0.0.1. The API's service
 * reads its settings once, so it gets one of its own.
 */
async function believing(
  { address }: Registry,
  { engine, folder }: { readonly engine: TestEngine; readonly folder: string },
): Promise<Readonly<Record<string, string>>> {
  const settings = join(folder, 'registries.conf');
  writeFileSync(settings, `[[registry]]\nlocation = "${address}"\ninsecure = true\n`);
  const socket = join(folder, 'podman.sock');
  const env = { ...engine.env, CONTAINERS_REGISTRIES_CONF: settings };
  const service = spawn('podman', ['system', 'service', '--time=0', `unix://${socket}`], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  cleanups.push(() => void service.kill('SIGTERM'));
  await until(() => existsSync(socket));
  return { ...env, CONTAINER_HOST: `unix://${socket}` };
}

async function stack({ engine, name, env: known }: TestProvider) {
  const folder = projectFolder('newer');
  const registry = await startRegistry(folder.path);
  const push = await openPusher(engine, registry.address);
  const env = {
    ...known,
    ...(engine.name === 'podman' ? await believing(registry, { engine, folder: folder.path }) : {}),
  };
  const path = join(folder.path, 'shop');
  mkdirSync(join(path, 'app'), { recursive: true });
  const app = `localhost/podctl-test/newer-app:${basename(folder.path).slice(-6)}`;
  const service = (text: string): string => `${text}\n    stop_grace_period: 0s\n    init: true\n`;
  writeFileSync(join(path, 'app/Dockerfile'), `FROM ${registry.address}/base:1\nCOPY note /note\n`);
  writeFileSync(join(path, 'app/note'), 'a note');
  writeFileSync(
    join(path, 'compose.yaml'),
    `version: "3.9"\nservices:\n${service(`  web:\n    image: ${registry.address}/web:1`)}${service(
      `  side:\n    image: ${registry.address}/side:1`,
    )}${service(`  app:\n    image: ${app}\n    build: app`)}`,
  );
  const label = `${LABEL.project}=${formatProject({ name: 'shop', hash: shortHash(path) })}`;
  const list = async (which: string): Promise<string> => {
    const filters = ['--filter', `label=${label}`, '--filter', `label=com.docker.compose.service=${which}`];
    return (await engine.run(['ps', '--quiet', ...filters])).stdout.trim();
  };
  cleanups.push(
    () => folder.clear(),
    () => registry.stop(),
    async () => {
      await engine.clear(label);
      await engine.run([
        'rmi',
        '--force',
        app,
        ...['web', 'side', 'base'].map((one) => `${registry.address}/${one}:1`),
      ]);
    },
  );
  return {
    app,
    registry,
    /** Somebody else pushes an image with this word in `/mark`; what the engine has under that name stays as it was. */
    publish: (which: string, mark: string) => push(which, { lines: ['CMD ["sleep","600"]'], files: { '/mark': mark } }),
    pull: (which: string) =>
      done(
        engine.run([
          'pull',
          ...(engine.name === 'podman' ? ['--tls-verify=false'] : []),
          `${registry.address}/${which}:1`,
        ]),
      ),
    container: list,
    mark: async (which: string) => (await engine.run(['exec', await list(which), 'cat', '/mark'])).stdout,
    markOf: async (image: string) =>
      (await engine.run(['run', '--rm', '--network', 'none', image, 'cat', '/mark'])).stdout,
    podctl: (verb: string, ...args: readonly string[]) =>
      podctl([verb, '--engine', engine.name, '--provider', name, ...args], { cwd: path, env }),
  };
}

/** The others in `npm run soak`. */
const EVERY_RUN = { docker: ['compose-v2'], podman: ['compose-v2'] } as const;

describeProviders(
  'images of a stack',
  (provider) => {
    it('build keeps the base that is there, build --pull, pull and fresh take the newer one; fresh leaves what did not change', async () => {
      const shop = await stack(provider);
      const put = shop.publish;
      for (const name of ['web', 'side', 'base']) {
        // oxlint-disable-next-line no-await-in-loop -- one image after the other
        await put(name, 'one');
      }
      // A build leaves the base that it fetches where only the next build finds it, or nowhere.
      await shop.pull('base');
      await done(shop.podctl('up', '--detach', '--build'));
      expect([await shop.mark('web'), await shop.mark('app')]).toEqual(['one', 'one']);

      await put('web', 'two');
      await put('base', 'two');
      await done(shop.podctl('build', 'app'));
      expect(await shop.markOf(shop.app)).toBe('one');
      await done(shop.podctl('build', '--pull', 'app'));
      expect(await shop.markOf(shop.app)).toBe('two');
      await done(shop.podctl('pull', 'web'));
      expect(await shop.markOf(`${shop.registry.address}/web:1`)).toBe('two');
      expect([await shop.mark('web'), await shop.mark('app')]).toEqual(['one', 'one']);

      await put('web', 'three');
      await put('base', 'three');
      const side = await shop.container('side');
      const { stdout } = await done(shop.podctl('fresh'));
      const rows = stdout
        .split('\n')
        .map((line) => /^(app|side|web) .* ([0-9a-f]{12}) +([0-9a-f]{12}) +(.*?) *$/.exec(line));
      const told = rows.flatMap((row) => (row === null ? [] : [[row[1], row[2] === row[3], row[4]]]));
      // In the order of the provider.
      expect(told.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1))).toEqual([
        ['app', false, 'built anew'],
        ['side', true, 'the same'],
        ['web', false, 'newer'],
      ]);
      expect([await shop.mark('web'), await shop.mark('app')]).toEqual(['three', 'three']);
      expect(await shop.container('side')).toBe(side);
    }, 600_000);
  },
  SOAK ? undefined : EVERY_RUN,
);
