import { describe, expect, it } from 'vitest';
import { identify } from '../../src/cli/project.js';
import { formatProject } from '../../src/core/project.js';
import { container, type FakeEngine, type Run } from '../support/fake-engine.js';
import { DESI, runCli } from '../support/run-cli.js';
import { memoryWorld } from '../support/world.js';

const { world } = memoryWorld(DESI);
const project = formatProject(await identify(world.host.cwd, world.files));
const done: Run = () => ({ exitCode: 0, stdout: '' });

const bound = (...releases: string[]) => [
  { type: 'volume', source: 'desi-api-cache', target: '/cache', readOnly: false, propagation: null } as const,
  ...releases.map(
    (release) =>
      ({
        type: 'bind',
        source: `/data/redux/${release}`,
        target: `/desi/spectro/redux/${release}`,
        readOnly: true,
        propagation: 'rprivate',
      }) as const,
  ),
];

const made = (mode: string, facts: Partial<Parameters<typeof container>[0]> = {}) =>
  container({
    name: `api-${mode}`,
    state: 'exited',
    labels: {
      'podctl.project': project,
      'podctl.profile': 'desi-api',
      'podctl.command': 'server',
      'podctl.mode': mode,
    },
    mounts: bound('fuji', 'iron'),
    ...facts,
  });
const go = (
  line: string,
  facts: ReturnType<typeof container>,
  { links, runs = [done] }: { links?: Record<string, string>; runs?: Run[] } = {},
) => {
  const files = { ...DESI.files };
  for (const path of Object.keys(links ?? {})) delete files[`${path}/spectra`];
  const engine: FakeEngine = { containers: [facts], volumes: { 'desi-api-cache': null }, runs };
  return runCli(line.split(' '), { ...DESI, files, ...(links === undefined ? {} : { links }), engine });
};

describe('a container of a public mode that starts anew', () => {
  it.each(['start', 'restart'])('podctl %s looks at its mounts again', async (verb) => {
    const ran = await go(verb, made('public'));
    expect({ code: ran.code, stdout: ran.stdout, stderr: ran.stderr }).toEqual({
      code: 0,
      stdout: 'api-public\n',
      stderr: '',
    });
  });

  it.each([
    ['podctl restart --env-file site.env', 0],
    ['podctl restart', 65],
  ])('%s, where the tree is named in that file alone', async (line, code) => {
    const files = { ...DESI.files, '/home/ann/sky/site.env': 'DESI_SPECTRO_REDUX=/data/redux\n' };
    const runs = code === 0 ? [done] : [];
    const engine: FakeEngine = { containers: [made('public')], volumes: { 'desi-api-cache': null }, runs };
    const ran = await runCli(line.split(' ').slice(1), { files, host: { env: {} }, engine });
    expect({ code: ran.code, plans: ran.engine.plans.length }).toEqual({ code, plans: runs.length });
  });

  const ASTRAY = { '/data/redux/iron': '/data/redux/daily' };

  it.each(['start', 'restart', 'start --dry-run', 'explain restart'])(
    'podctl %s refuses when a release is a link to a private one by now',
    async (line) => {
      const ran = await go(line, made('public'), { links: ASTRAY, runs: [] });
      expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code: 77, stdout: '' });
      expect(ran.stderr).toContain('really shows `/data/redux/daily`, which mode `public` does not show');
    },
  );

  it.each<[what: string, facts: ReturnType<typeof container>, env: Record<string, string>, says: string]>([
    ['the tree is another one now', made('public'), { DESI_SPECTRO_REDUX: '/data/else' }, 'not made for `/data/else`'],
    [
      'a private folder is mounted',
      made('public', { mounts: bound('fuji', 'daily') }),
      {},
      'shows `/data/redux/daily`: files of `/data/redux`',
    ],
    [
      'the profile is gone',
      made('public', { labels: { ...made('public').labels, 'podctl.profile': 'other' } }),
      {},
      'the profile `other` of container `api-public` is not here',
    ],
  ])('refuses when %s', async (_what, facts, env, says) => {
    const engine: FakeEngine = { containers: [facts], volumes: { 'desi-api-cache': null } };
    const host = { env: { ...DESI.host?.env, ...env } };
    const ran = await runCli(['start'], { ...DESI, host, engine });
    expect(ran.code, ran.stderr).toBe(77);
    expect(ran.stderr).toContain(says);
    expect(ran.stderr).toContain('hint: ');
  });

  it('leaves a container of a private mode alone', async () => {
    const ran = await go('start', made('private', { mounts: bound('daily') }), { links: ASTRAY });
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code: 0, stdout: 'api-private\n' });
  });

  it('stops one whatever it shows', async () => {
    const ran = await go('stop', made('public', { state: 'running' }), { links: ASTRAY });
    expect(ran.code, ran.stderr).toBe(0);
  });
});
