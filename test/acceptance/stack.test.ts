import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { shortHash } from '../../src/core/hash.js';
import { formatProject } from '../../src/core/project.js';
import { describeEngines, describePodman, type TestEngine } from '../support/engines.js';
import { type Folder, projectFolder } from '../support/machine.js';
import { type Finished, podctl } from '../support/podctl.js';
import { SOAK } from '../support/soak.js';

const file = (image: string): string =>
  JSON.stringify({
    services: {
      db: { image, command: ['sh', '-c', 'echo db says $$NICK; exec sleep 600'], environment: ['NICK'], init: true },
      store: { image, command: ['sleep', '600'], init: true, volumes: ['data:/data'] },
      app: { image, command: ['sleep', '600'], init: true, depends_on: ['db', 'store'] },
      debug: { image, command: ['sleep', '600'], init: true, profiles: ['debug'] },
    },
    volumes: { data: {} },
  });

/** Where a stack stands, and who runs it. */
type Clone = {
  readonly folder: Folder;
  /** Value of podctl's label. */
  readonly label: string;
  readonly run: (...line: readonly string[]) => Promise<Finished>;
};

function clone(engine: TestEngine, provider: string): Clone {
  const folder = projectFolder('stack');
  // Clones in folders of one name.
  const cwd = join(folder.path, 'shop');
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'compose.yaml'), file(engine.busybox));
  writeFileSync(join(cwd, '.env'), 'NICK=c4nary-nick\n');
  const { v2, v1, podman } = engine.compose;
  const env = { ...engine.env, ...v2?.env, ...v1?.env, ...podman?.env };
  const run = (...line: readonly string[]) => podctl(line, { cwd, env });
  const label = formatProject({ name: 'shop', hash: shortHash(cwd) });
  return { folder, label, run: (...line) => run(...choose(line, engine.name, provider)) };
}

// The first word is the verb; the program's own words of `exec` stay at the end.
function choose([verb = '', ...rest]: readonly string[], engine: string, provider: string): readonly string[] {
  const chosen = ['up', 'down', 'logs', 'stop', 'start'].includes(verb) ? ['--provider', provider] : [];
  return [verb, '--engine', engine, ...chosen, ...rest];
}

describeEngines('a stack', (engine) => {
  const other = engine.name === 'docker' ? 'compose-v1' : 'podman-compose';
  // The files that begin with `stack` and `stager` have compose v2 on both engines in every run.
  const providers = SOAK ? ['compose-v2', other] : [other];
  describe.each(providers)('run by %s', (provider) => {
    const one = clone(engine, provider);
    const two = clone(engine, provider);
    afterAll(async () => {
      await Promise.all(
        [one, two].map(async ({ label, folder }) => {
          await engine.clear(`podctl.project=${label}`);
          rmSync(folder.path, { recursive: true, force: true });
        }),
      );
    });
    // The engine is asked: it answers sooner.
    const services = async ({ label }: Clone): Promise<readonly string[]> => {
      const { stdout } = await engine.run([
        'ps',
        '--filter',
        `label=podctl.project=${label}`,
        '--format',
        '{{.Names}}',
      ]);
      return [...stdout.matchAll(/(\w+)[-_]1$/gm)].map(([, name = '']) => name.replace(/^.*_/, '')).toSorted();
    };

    it('starts, looks, runs a program and ends, and a clone beside it notices nothing', {
      timeout: 400_000,
    }, async () => {
      const up = await one.run('up', '--detach', 'db', 'store');
      expect([up.stderr, up.code]).toEqual([up.stderr, 0]);
      expect(up.stderr).not.toContain('c4nary');
      expect(await services(one)).toEqual(['db', 'store']);
      expect((await two.run('up', '--detach', 'db')).code).toBe(0);
      expect(await services(two)).toEqual(['db']);
      const { containers } = JSON.parse((await one.run('ps', '--json')).stdout);
      expect(containers.map(({ state }: { readonly state: string }) => state)).toEqual(['running', 'running']);

      expect((await one.run('logs', 'db')).stdout).toContain('db says c4nary-nick');
      const exec = await one.run('exec', 'store', 'sh', '-c', 'echo kept > /data/x; cat /data/x; exit 7');
      expect([exec.stdout, exec.code]).toEqual(['kept\n', 7]);

      expect((await one.run('stop', 'db')).code).toBe(0);
      expect(await services(one)).toEqual(['store']);
      expect((await one.run('start', 'db')).code).toBe(0);
      expect(await services(one)).toEqual(['db', 'store']);

      const down = await one.run('down');
      expect([down.stderr, down.code]).toEqual([down.stderr, 0]);
      expect(await services(one)).toEqual([]);
      expect(await services(two)).toEqual(['db']);

      // The volume stayed.
      expect((await one.run('up', '--detach', 'store')).code).toBe(0);
      expect((await one.run('exec', 'store', 'cat', '/data/x')).stdout).toBe('kept\n');
    });
  });
});

describePodman('podman’s own word for compose', (engine) => {
  it('is asked for, and tells that this podman has none', async () => {
    const { folder, run } = clone(engine, 'podman compose');
    const { code, stdout, stderr } = await run('up', '--dry-run');
    folder.clear();
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr).toMatch(
      /^error: the compose provider podman compose \(--provider\) did not answer\n {2}podman compose: .*unrecognized command.*\nhint: install it, or choose another one with --provider\n$/,
    );
  });
});
