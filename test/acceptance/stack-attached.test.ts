import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { identify } from '../../src/cli/project.js';
import { formatProject, LABEL } from '../../src/core/project.js';
import { realFiles } from '../../src/io/files.js';
import { type Folder, projectFolder, until } from '../support/machine.js';
import { type PodctlOptions, podctl, type Running, startPodctl } from '../support/podctl.js';
import { describeProviders } from '../support/providers.js';
import { only } from '../support/soak.js';

const STAY = "trap 'exit 0' TERM; echo $$NAME is here; while :; do sleep 0.1; done";

function composeFile(image: string): string {
  const service = (name: string, more: object = {}) => ({
    image,
    command: ['sh', '-c', STAY],
    environment: { NAME: name },
    ...more,
  });
  const app = service('app', { depends_on: ['db'] });
  return JSON.stringify({ services: { db: service('db'), app }, networks: { default: {} } });
}

describeProviders(
  'a stack in the foreground',
  (provider) => {
    const { engine } = provider;
    let folder: Folder;
    let label: string;

    beforeAll(async () => {
      folder = projectFolder('stack-attached');
      mkdirSync(folder.path, { recursive: true });
      writeFileSync(join(folder.path, 'compose.yaml'), composeFile(engine.busybox));
      label = `${LABEL.project}=${formatProject(await identify(folder.path, realFiles()))}`;
    });
    afterAll(async () => {
      await engine.clear(label);
      folder.clear();
    });

    const options = (): PodctlOptions => ({ cwd: folder.path, env: provider.env });
    const line = (verb: string, ...args: readonly string[]): readonly string[] => [
      verb,
      '--engine',
      engine.name,
      '--provider',
      provider.name,
      ...args,
    ];
    const running = async (): Promise<string> =>
      (await engine.run(['ps', '--filter', `label=${label}`, '--format', '{{.Names}}'])).stdout.trim();

    it('up shows what its services write; Ctrl-C ends them', async () => {
      const up = await startPodctl(line('up'), options());
      await until(() => up.stdout().includes('db is here') && up.stdout().includes('app is here'));
      expect((await running()).split('\n')).toHaveLength(2);
      const ended = await up.end('SIGINT');
      expect(ended.code, ended.stderr).toBe(130);
      expect(await running()).toBe('');
      const { stdout } = await engine.run(['ps', '--all', '--filter', `label=${label}`, '--format', '{{.Status}}']);
      // Podman's API kills what compose asks it to stop.
      const code = engine.name === 'docker' ? 0 : 137;
      expect(stdout.match(/Exited \(\d+\)/g)).toEqual([`Exited (${code})`, `Exited (${code})`]);
    });

    it.each(only(engine, 'docker'))(
      'run passes input, output and exit code on, beside what the service depends on',
      async () => {
        const script = 'read word; echo "got $word from $WHO"; echo trouble >&2; exit 7';
        const ran = await podctl(line('run', '--env', 'WHO=ann', 'app', 'sh', '-c', script), {
          ...options(),
          input: 'tide\n',
        });
        expect([ran.code, ran.stdout], ran.stderr).toEqual([7, 'got tide from ann\n']);
        expect(ran.stderr).toContain('trouble\n');
        // Its own container is gone; what it depends on runs.
        expect(await running()).toMatch(/^[\w-]+db[-_]1$/);
        const alone = await podctl(line('run', '--no-deps', 'app', 'true'), options());
        expect(alone.code, alone.stderr).toBe(0);
      },
    );
  },
  { docker: ['compose-v2'], podman: ['compose-v2'] },
);

// Of podman's API compose learns no end of a service that takes its time: podman kills.
describeProviders(
  'a stack on docker',
  (provider) => {
    const { engine } = provider;
    let folder: Folder;
    let label: string;
    const file = (content: object): void => writeFileSync(join(folder.path, 'compose.yaml'), JSON.stringify(content));
    const start = (verb: string): Promise<Running> =>
      startPodctl([verb, '--engine', engine.name, '--provider', provider.name], {
        cwd: folder.path,
        env: provider.env,
      });
    const container = async (): Promise<string> =>
      (await engine.run(['ps', '--all', '--quiet', '--filter', `label=${label}`])).stdout.trim();

    beforeEach(async () => {
      folder = projectFolder('stack-docker');
      label = `${LABEL.project}=${formatProject(await identify(folder.path, realFiles()))}`;
    });
    afterEach(async () => {
      await engine.clear(label);
      await engine.run(['rmi', '--force', `${label.slice(LABEL.project.length + 1)}-web`]);
      folder.clear();
    });

    it('watch carries a changed source into the service, until Ctrl-C', async () => {
      const containerfile = `FROM ${engine.busybox}\nCOPY page /page\n`;
      writeFileSync(join(folder.path, 'page'), 'first');
      writeFileSync(join(folder.path, 'Dockerfile'), containerfile);
      const develop = { watch: [{ action: 'sync', path: './page', target: '/page' }] };
      const command = ['sh', '-c', 'exec sleep 600'];
      file({ services: { web: { build: '.', command, init: true, stop_grace_period: '0s', develop } } });
      const watch = await start('watch');
      await until(() => /watch(ing)? (enabled|\[)/i.test(`${watch.stdout()}${watch.stderr()}`));
      writeFileSync(join(folder.path, 'page'), 'second');
      const id = await container();
      await until(async () => (await engine.run(['exec', id, 'cat', '/page'])).stdout === 'second');
      expect((await watch.end('SIGINT')).code).toBe(130);
    });

    // Longer than the ten seconds after which nothing is waited for that says nothing else.
    it('a service has the time to end that its file gives it', async () => {
      const command = ['sh', '-c', "trap 'sleep 13; exit 5' TERM; echo up; while :; do sleep 0.1; done"];
      file({ services: { web: { image: engine.busybox, command, stop_grace_period: '40s' } } });
      const up = await start('up');
      await until(() => up.stdout().includes('up\n'));
      expect((await up.end('SIGINT')).code).toBe(130);
      const { stdout } = await engine.run(['inspect', '--format', '{{.State.ExitCode}}', await container()]);
      expect(stdout.trim()).toBe('5');
    });
  },
  { docker: ['compose-v2'], podman: [] },
);
