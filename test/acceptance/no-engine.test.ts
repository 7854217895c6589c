import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeDesiProject } from '../support/desi-stand-in.js';
import { projectFolder } from '../support/machine.js';
import { podctl } from '../support/podctl.js';

// No program on the path, and addresses that lead nowhere: a machine without any engine.
const NOTHING = { PATH: '/nonexistent', DOCKER_HOST: 'unix:///nonexistent/docker.sock' };

it('a plan for docker can be printed where no engine is', async () => {
  const folder = projectFolder('no-engine');
  try {
    const { redux } = makeDesiProject(folder.path);
    const printed = await podctl(
      ['server', '-c', 'config.toml', '-m', 'public', '--dry-run', '--engine', 'docker', '--json'],
      { cwd: folder.path, env: { ...NOTHING, DESI_SPECTRO_REDUX: redux } },
    );
    expect(printed.code).toBe(0);
    expect(printed.stderr).toContain('docker did not answer; assuming docker');
    const plan = JSON.parse(printed.stdout) as {
      readonly engine: unknown;
      readonly steps: readonly { readonly do: string; readonly argv?: readonly string[] }[];
    };
    expect(plan).toMatchObject({
      podctl: 1,
      profile: 'desi-api',
      mode: 'public',
      engine: { name: 'docker', assumed: true },
    });
    const argv = plan.steps.findLast((step) => step.argv?.includes('run') === true)?.argv ?? [];
    expect(argv.slice(argv.indexOf('desiapi:dev'))).toEqual([
      'desiapi:dev',
      '--',
      'server',
      '-c',
      '/config/config.toml',
    ]);
    expect(argv).toContain(`type=bind,src=${join(redux, 'fuji')},target=/desi/spectro/redux/fuji,readonly`);
    expect(existsSync(join(folder.path, '.state'))).toBe(false);
  } finally {
    folder.clear();
  }
});

it('without a choice and without an engine, each thing tried is told', async () => {
  const folder = projectFolder('no-engine');
  try {
    const { redux } = makeDesiProject(folder.path);
    const failed = await podctl(['server'], { cwd: folder.path, env: { ...NOTHING, DESI_SPECTRO_REDUX: redux } });
    expect(failed.code).toBe(69);
    expect(failed.stderr).toContain('DOCKER_HOST');
    expect(failed.stderr).toContain('/nonexistent/docker.sock');
    expect(failed.stderr).toContain('hint:');
  } finally {
    folder.clear();
  }
});
