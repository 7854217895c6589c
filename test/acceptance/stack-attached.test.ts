import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { identify } from '../../src/cli/project.js';
import { formatProject, LABEL } from '../../src/core/project.js';
import { realFiles } from '../../src/io/files.js';
import { type Folder, projectFolder, until } from '../support/machine.js';
import { type PodctlOptions, podctl, startPodctl } from '../support/podctl.js';
import { describeProviders } from '../support/providers.js';

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

    it('run passes input, output and exit code on, beside what the service depends on', async () => {
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
    });
  },
  { docker: ['compose-v2'], podman: ['compose-v2'] },
);
