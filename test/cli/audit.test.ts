import { describe, expect, it } from 'vitest';
import { identify } from '../../src/cli/project.js';
import { formatProject } from '../../src/core/project.js';
import { container, type FakeEngine } from '../support/fake-engine.js';
import { DESI, runCli } from '../support/run-cli.js';
import { memoryWorld } from '../support/world.js';

const { world } = memoryWorld(DESI);
const id = await identify(world.host.cwd, world.files);
const PROJECT = formatProject(id);
const NAME = `desi-api-server-public-${id.hash}`;

const engine: FakeEngine = {
  images: { 'desiapi:dev': { entrypoint: ['/app'] } },
  volumes: { 'desi-api-cache': null },
};

/** The explained command line: every row begins with its words. */
function wordsOf(explained: string): string {
  return explained
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('  '))
    .join(' ');
}

describe('podctl audit', () => {
  it('lists what can be reached, and why', async () => {
    const ran = await runCli(['audit', '-m', 'public'], { ...DESI, engine });
    expect(ran.code, ran.stderr).toBe(0);
    const [head, ...rows] = ran.stdout.trimEnd().split('\n');
    expect(head).toMatch(/^SOURCE +REALLY +INSIDE +ACCESS +KIND +WHY$/);
    expect(rows.map((row) => row.split(/\s{2,}/).slice(0, 2))).toEqual([
      ['desi-api-cache', '/cache'],
      ['/home/ann/sky/config.toml', '/config/config.toml'],
      ['/data/redux/fuji', '/desi/spectro/redux/fuji'],
      ['/data/redux/iron', '/desi/spectro/redux/iron'],
    ]);
    expect(ran.stderr).toContain(
      'note: mode public, exposure public; commands server, clean_cache, emergency_clean_cache',
    );
    expect(ran.engine.entered.has('execute')).toBe(false);
  });

  it('shows the whole tree in private mode without complaint', async () => {
    const ran = await runCli(['audit', 'server', '-m', 'private', '--json'], { ...DESI, engine });
    expect(ran.code, ran.stderr).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      podctl: 1,
      profile: 'desi-api',
      mode: 'private',
      commands: ['server'],
      violations: [],
    });
  });

  it.each<[what: string, argv: string[], options: Partial<typeof DESI>]>([
    ['a mount of the parent', ['--mount', '/data:/x:ro'], {}],
    ['a mount of a private sibling', ['--mount', 'type=bind,source=/data/redux/daily,target=/x,readonly'], {}],
    ['a release that is a link', [], { links: { '/data/redux/iron': '/data/redux/daily' } }],
  ])('refuses %s', async (_what, argv, options) => {
    const files = { ...DESI.files };
    if (options.links !== undefined) delete files['/data/redux/iron/spectra'];
    const audited = await runCli(['audit', '-m', 'public', ...argv], { ...DESI, ...options, files, engine });
    expect(audited.code, audited.stdout).toBe(77);
    expect(audited.stdout).toContain('SOURCE');
    expect(audited.stderr).toContain('hint: ');
    const json = await runCli(['audit', '--json', ...argv], { ...DESI, ...options, files, engine });
    expect(json.code).toBe(77);
    expect(JSON.parse(json.stdout).violations).not.toEqual([]);
    const run = await runCli(['server', '-m', 'public', ...argv], {
      ...DESI,
      ...options,
      files,
      engine: { ...engine, containers: [] },
    });
    expect(run).toMatchObject({ code: 77, stdout: '' });
  });
});

describe('a refusal', () => {
  it('names line and column of the mount in the profile', async () => {
    const files = {
      ...DESI.files,
      '/home/ann/sky/podctl.toml': [
        'extends = "desi-api"',
        '',
        '[container.mounts.extra]',
        'type = "bind"',
        'source = "/data/redux/daily"',
        'target = "/extra"',
        'read_only = true',
        '',
      ].join('\n'),
    };
    const ran = await runCli(['server', '--dry-run'], { ...DESI, files, engine: { ...engine, containers: [] } });
    expect(ran.code, ran.stderr).toBe(77);
    expect(ran.stderr).toMatch(/^error: podctl\.toml:3:19 container\.mounts\.extra: the mount of /);
    const json = await runCli(['audit', '--json'], { ...DESI, files, engine });
    expect(JSON.parse(json.stdout).violations[0].at).toMatch(/^podctl\.toml:3:19 container\.mounts\.extra$/);
  });

  it('tells an unset variable once, with every place that uses it', async () => {
    const host = { env: { PATH: '/usr/bin' } };
    const ran = await runCli(['server', '--dry-run'], { ...DESI, host, engine });
    expect(ran.code).toBe(65);
    const [first, ...more] = ran.stderr.trimEnd().split('\n');
    expect(first).toBe('error: the variable `DESI_SPECTRO_REDUX` is not set');
    expect(more.map((line) => line.replace(/\S+desi-api\.toml:\d+:\d+/, 'FILE'))).toEqual([
      '  in FILE modes.public.hidden[0]',
      '  in FILE modes.public.shown[0]',
      '  in FILE modes.public.container.mounts.release.source',
      'hint: set it to the folder that holds the releases',
    ]);
  });

  it('names the lines of everything that the host lacks', async () => {
    const files = { ...DESI.files };
    delete files['/data/redux/fuji/spectra'];
    delete files['/data/redux/iron/spectra'];
    const ran = await runCli(['server', '--dry-run'], { ...DESI, files, engine: { ...engine, containers: [] } });
    expect(ran.code, ran.stderr).toBe(66);
    expect(ran.stderr).toMatch(/desi-api\.toml:\d+:\d+ modes\.public\.container\.mounts\.release: .*redux\/fuji/);
  });
});

describe('podctl explain', () => {
  it('says of every word where it comes from', async () => {
    const ran = await runCli(['explain', 'server', '--port', '5001'], {
      ...DESI,
      engine: { ...engine, containers: [] },
    });
    expect(ran.code, ran.stderr).toBe(0);
    const dry = await runCli(['server', '--port', '5001', '--dry-run'], {
      ...DESI,
      engine: { ...engine, containers: [] },
    });
    expect(wordsOf(ran.stdout)).toBe(dry.stdout.trimEnd().replaceAll('\n', ' '));
    expect(ran.stdout).toMatch(/from: {4}\/opt\/podctl\/profiles\/desi-api\.toml:\d+:\d+ container\.mounts\.cache\n/);
    expect(ran.stdout).toContain('from:    flag --port');
    expect(ran.stdout).toContain('from:    variable DESI_SPECTRO_REDUX (environment)');
  });

  const TAKEN = { ...engine, containers: [], taken: { 5000: 'python3' } };
  const RUNNING = {
    ...engine,
    containers: [
      container({
        name: NAME,
        labels: { 'podctl.project': PROJECT, 'podctl.command': 'server', 'podctl.mode': 'public' },
        ports: [{ address: '127.0.0.1', hostPort: 5000, containerPort: 5000, protocol: 'tcp' }],
      }),
    ],
  };
  it.each<[what: string, how: FakeEngine, dry: number, note: string]>([
    [
      'a missing image',
      { ...engine, images: { 'desiapi:dev': null }, containers: [] },
      69,
      'note: it would not start now: the image `desiapi:dev` is not there yet\n',
    ],
    ['a taken port', TAKEN, 73, 'note: it would not start now: '],
    ['a second start', RUNNING, 73, 'note: it would not start now: `server` in mode `public` already runs on '],
  ])('needs nothing that only a start needs: %s', async (_what, how, dry, note) => {
    const ran = await runCli(['explain', 'server'], { ...DESI, engine: how });
    expect(ran.code, ran.stderr).toBe(0);
    expect(wordsOf(ran.stdout)).toMatch(/ -p 127\.0\.0\.1:5000:5000 desiapi:dev .*server -c \/config\/config\.toml$/);
    expect(ran.stderr).toContain(note);
    const printed = await runCli(['server', '--dry-run'], { ...DESI, engine: how });
    expect({ code: printed.code, stdout: printed.stdout }).toEqual({ code: dry, stdout: '' });
  });

  it('explains the `--` that the profile asks for while the image is missing', async () => {
    const missing = { ...engine, images: { 'desiapi:dev': null }, containers: [] };
    const ran = await runCli(['explain', 'server'], { ...DESI, engine: missing });
    expect(wordsOf(ran.stdout)).toMatch(/ desiapi:dev -- server -c \/config\/config\.toml$/);
    expect(ran.stderr).toContain("note: the image `desiapi:dev` was not inspected; the profile's word counts");
  });

  it('does not explain what a public mode refuses', async () => {
    const ran = await runCli(['explain', 'server', '--mount', '/data:/x:ro'], {
      ...DESI,
      engine: { ...engine, containers: [] },
    });
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code: 77, stdout: '' });
  });

  it('prints one JSON document, and quotes for a shell', async () => {
    const json = await runCli(['explain', 'server', '--json'], { ...DESI, engine: { ...engine, containers: [] } });
    expect(JSON.parse(json.stdout)).toMatchObject({ podctl: 1, profile: 'desi-api' });
    const shell = await runCli(['explain', 'server', '--shell', 'powershell'], {
      ...DESI,
      engine: { ...engine, containers: [] },
    });
    expect(shell.stdout).toContain("--mount 'type=volume,src=desi-api-cache,target=/cache'");
  });
});
