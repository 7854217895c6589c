import { describe, expect, it } from 'vitest';
import type { FakeEngine } from '../support/fake-engine.js';
import { DESI, runCli } from '../support/run-cli.js';

const engine: FakeEngine = {
  images: { 'desiapi:dev': { entrypoint: ['/app'] } },
  volumes: { 'desi-api-cache': null },
};

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
});

describe('podctl explain', () => {
  it('says of every word where it comes from', async () => {
    const ran = await runCli(['explain', 'server', '--port', '5001'], {
      ...DESI,
      engine: { ...engine, containers: [] },
    });
    expect(ran.code, ran.stderr).toBe(0);
    const heads = ran.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('  '));
    const dry = await runCli(['server', '--port', '5001', '--dry-run'], {
      ...DESI,
      engine: { ...engine, containers: [] },
    });
    expect(heads.join(' ')).toBe(dry.stdout.trimEnd().replaceAll('\n', ' '));
    expect(ran.stdout).toMatch(/from: {4}\/opt\/podctl\/profiles\/desi-api\.toml:\d+:\d+ container\.mounts\.cache\n/);
    expect(ran.stdout).toContain('from:    flag --port');
    expect(ran.stdout).toContain('from:    variable DESI_SPECTRO_REDUX (environment)');
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
