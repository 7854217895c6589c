import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/command-table.js';
import { main } from '../../src/cli/main.js';
import { openStreams } from '../../src/io/streams.js';
import { RESERVED_COMMANDS } from '../../src/profile/reserved.js';
import { fakeEngine } from '../support/fake-engine.js';
import { DESI, runCli } from '../support/run-cli.js';
import { memoryWorld } from '../support/world.js';

const WEB = 'name = "web"\n[images.web]\nname = "nginx"\n[container]\nimage = "web"\n[commands.serve]\n';
const VERSION = String(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version);

describe('podctl itself', () => {
  it.each([[['--version']], [['-V']], [['--json', '--version']]])('%j prints the version', async (argv) => {
    expect(await runCli(argv)).toMatchObject({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
  });

  it.each([[['--help']], [['-h']], [['help']]])('%j lists commands on stdout', async (argv) => {
    const ran = await runCli(argv);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain('Commands of the shipped profile desi-api:\n  server ');
    for (const name of Object.keys(COMMANDS)) expect(ran.stdout).toContain(`\n  ${name} `);
    expect(ran.engine.entered.size).toBe(0);
  });

  it('lists the commands of podctl.toml, and helps where that is broken', async () => {
    const at = (text: string) => runCli(['--help'], { files: { '/home/ann/sky/podctl.toml': text } });
    expect((await at(`${WEB}about = "serve"\n`)).stdout).toContain('Commands of podctl.toml:\n  serve  serve\n');
    const broken = await at('nam = "web"\n');
    expect(broken).toMatchObject({ code: 0, stderr: '' });
    expect(broken.stdout).toContain('podctl.toml has problems: podctl profiles validate lists them');
  });

  it.each(['server', ...Object.keys(COMMANDS)])('%s --help and help %s are one', async (name) => {
    const one = await runCli([name, '--help'], DESI);
    const two = await runCli(['help', name], DESI);
    expect(one).toMatchObject({ code: 0, stderr: '' });
    expect(one.stdout).toContain(`Usage: podctl ${name} `);
    expect(two.stdout).toBe(one.stdout);
    expect(one.engine.entered.size).toBe(0);
  });

  it('every verb is reserved, so that no profile takes its name', () => {
    expect(Object.keys(COMMANDS).filter((name) => !RESERVED_COMMANDS.includes(name))).toEqual([]);
  });

  it('calls what it did not expect a bug, without a stack', async () => {
    const { world, stderr } = memoryWorld(DESI);
    const { rooms } = fakeEngine();
    const broken = { ...rooms, detect: () => Promise.reject(new TypeError('x is undefined')) };
    expect(await main(['server', '--dry-run'], world, broken)).toBe(70);
    expect(stderr()).toMatch(/^error: a bug in podctl: x is undefined\nhint: run again with PODCTL_DEBUG=1[^\n]*\n$/);
  });
});

describe('a failing stdout', () => {
  const failing = (code: string): Writable =>
    new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(`write ${code}`), { code })) });
  const run = (code: string): Promise<readonly [number, string]> => {
    const { world, stderr } = memoryWorld();
    const streams = openStreams({ ...world.streams, stdout: failing(code) });
    return main(['--help'], { ...world, streams }, fakeEngine().rooms).then((exit) => [exit, stderr()]);
  };

  it('is fine when the reader has gone', async () => {
    expect(await run('EPIPE')).toEqual([0, '']);
  });

  it('is an I/O error when the disk is full', async () => {
    expect(await run('ENOSPC')).toEqual([
      74,
      'error: cannot write the result: write ENOSPC\nhint: make room and run again\n',
    ]);
  });
});

describe('the profile of a command', () => {
  const other = '/opt/podctl/profiles/other.toml';

  it('is podctl.toml, upward', async () => {
    const files = { '/home/ann/sky/podctl.toml': WEB, '/home/ann/sky/deep/down/x': '' };
    const host = { cwd: '/home/ann/sky/deep/down' };
    const ran = await runCli(['serve', '--dry-run', '--engine', 'docker'], { files, host, engine: { facts: null } });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toContain('--label podctl.profile=web');
    expect(ran.stdout).toContain('--label podctl.project=sky-');
  });

  it('does not fall back to a shipped one where podctl.toml has no such command', async () => {
    const ran = await runCli(['server'], { files: { '/home/ann/sky/podctl.toml': WEB } });
    expect(ran).toMatchObject({ code: 64, stderr: 'error: unknown command `server`\nhint: did you mean serve?\n' });
  });

  it('is what --profile says, by name or path', async () => {
    const files = {
      ...DESI.files,
      '/home/ann/sky/podctl.toml': WEB,
      '/home/ann/x/b.toml': WEB.replace('"web"', '"b"'),
    };
    const at = async (...argv: string[]) => (await runCli(argv, { ...DESI, files, engine: { facts: null } })).stdout;
    expect(await at('serve', '--profile', '../x/b.toml', '--dry-run', '--engine', 'docker')).toContain(
      'podctl.profile=b ',
    );
    expect(await at('server', '--profile', 'desi-api', '--dry-run', '--engine', 'docker')).toContain(
      'podctl.profile=desi-api ',
    );
  });

  it('is ambiguous where two shipped ones have the command', async () => {
    const ran = await runCli(['server'], {
      ...DESI,
      files: { ...DESI.files, [other]: WEB.replace('serve', 'server').replace('web"', 'other"') },
    });
    expect(ran).toMatchObject({
      code: 64,
      stderr:
        'error: `server` is a command of `desi-api` and `other`\nhint: say which: podctl server --profile desi-api\n',
    });
  });

  it('has to be named for podctl verbs where several are shipped', async () => {
    const ran = await runCli(['build'], { shipped: ['desi-api'], files: { [other]: WEB } });
    expect(ran).toMatchObject({ code: 64 });
    expect(ran.stderr).toContain('hint: say --profile NAME (desi-api, other)');
  });

  it('may extend a shipped one', async () => {
    const mine = 'name = "mine"\nextends = "desi-api"\ndefault_mode = "private"\n';
    const files = { ...DESI.files, '/home/ann/sky/podctl.toml': mine };
    const ran = await runCli(['server', '--dry-run', '--engine', 'docker'], {
      ...DESI,
      files,
      engine: { facts: null },
    });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toContain('--label podctl.profile=mine --label podctl.mode=private');
  });
});
