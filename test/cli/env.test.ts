import { describe, expect, it } from 'vitest';
import type { FakeEngine } from '../support/fake-engine.js';
import { runCli } from '../support/run-cli.js';
import type { MemoryOptions } from '../support/world.js';

const FOLDER = '/home/ann/sky';
const PROFILE = `name = "web"
[env.URL]
about = "where the data is"
required = true
rule = "url"
[env.TOKEN]
secret = true
[env.LEVEL]
default = "info"
rule = "enum"
one_of = ["info", "debug"]
[env.CERT]
rule = "file"
container = false
[images.web]
name = "\${WEB_IMAGE:-web}"
[container]
env_files = [{ path = "a.env", required = false }, { path = "b.env", required = false }]
[container.env]
TZ = "UTC"
KEY = { secret = true }
[container.mounts.data]
type = "bind"
source = "\${DATA:?set it to the folder of the data}"
target = "/data"
[commands.serve]
[commands.load]
`;

function world(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}): MemoryOptions {
  const named = Object.entries({ 'podctl.toml': PROFILE, ...files }).map(([name, text]) => [`${FOLDER}/${name}`, text]);
  return { files: Object.fromEntries(named), host: { env } };
}

describe('podctl env check', () => {
  it('is quiet about a good environment, and asks no engine', async () => {
    const files = { 'a.env': 'URL=http://h\n', 'b.env': 'DATA=/data\n' };
    const { code, stdout, stderr, engine } = await runCli(['env', 'check'], world(files));
    expect({ code, stdout, stderr, entered: [...engine.entered] }).toEqual({
      code: 0,
      stdout: 'the environment of profile web is complete\n',
      stderr: '',
      entered: [],
    });
  });

  it('tells broken rules and missing variables together, each once, in the words of a run', async () => {
    const files = { 'a.env': 'URL=here\nLEVEL=loud\nTOKEN=hunter2\n' };
    const { code, stdout, stderr } = await runCli(['env', 'check'], world(files, { CERT: '/none.pem' }));
    expect({ code, stdout }).toEqual({ code: 65, stdout: '' });
    expect(stderr).toBe(`error: the environment of profile \`web\` is not complete: 4 problems
  a.env:1: \`URL\` is \`here\`: it must be a whole address, for instance https://example.org/path
  a.env:2: \`LEVEL\` is \`loud\`: it must be one of info, debug
  podctl.toml:24:1 container.mounts.data.source: the variable \`DATA\` is not set
    hint: set it to the folder of the data
  \`CERT\` is \`/none.pem\` (process environment): no file is there
    hint: correct it in the environment
`);
    const run = await runCli(['serve', '--dry-run'], world(files, { CERT: '/none.pem' }));
    expect(run.code).toBe(65);
    expect(run.stderr.split('\n').slice(1)).toEqual(stderr.split('\n').slice(1));
  });

  it('--env-file stands in for the files of the profile', async () => {
    const files = { 'a.env': 'URL=here\n', 'good.env': 'URL=http://h\nDATA=/data\n' };
    const { code, stderr } = await runCli(['env', 'check', '--env-file', 'good.env'], world(files));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('an env file that is named must be there', async () => {
    const { code, stderr } = await runCli(['env', 'check', '--env-file', 'none.env'], world({}));
    expect({ code, stderr }).toEqual({
      code: 66,
      stderr: 'error: the env file `none.env` does not exist\nhint: write it, or correct the path\n',
    });
  });

  it('--json says the same with the same exit code', async () => {
    const { code, stdout, stderr } = await runCli(['env', 'check', '--json'], world({ 'a.env': 'URL=\nDATA=/d\n' }));
    expect({ code, stderr }).toEqual({ code: 65, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      podctl: 1,
      profile: 'web',
      complete: false,
      problems: [{ message: '`URL` is empty: where the data is', hint: 'write URL=… into b.env', at: 'a.env:1' }],
      warnings: [],
    });
  });

  it('the file rule wants a file', async () => {
    const files = { 'a.env': 'URL=http://h\nDATA=/d\nCERT=certs\n', 'certs/one.pem': '' };
    const { stderr } = await runCli(['env', 'check'], world(files));
    expect(stderr).toBe(
      'error: a.env:3: `CERT` is `certs`: it must be a file, and a folder is there\nhint: correct it there\n',
    );
  });

  it('a verb that it does not know', async () => {
    const { code, stderr } = await runCli(['env', 'chek'], world({}));
    expect({ code, stderr }).toEqual({ code: 64, stderr: 'error: `env` cannot `chek`\nhint: did you mean check?\n' });
  });
});

describe('podctl env show', () => {
  const FILES = {
    'a.env': 'URL=http://ann:hunter2@h\nTOKEN=hunter2\nTZ=hunter2\nEXTRA=hunter2\nLEVEL=\n',
    'b.env': '\nEXTRA=hunter22\n',
  };
  const ENV = { DATA: '/data', KEY: 'hunter2', TOKEN: '' };

  it('says where each value comes from, by the order of precedence, and shows no secret', async () => {
    const { code, stdout, stderr } = await runCli(['env', 'show', '-e', 'CERT=c.pem'], world(FILES, ENV));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      [
        'NAME        VALUE                 FROM                       CONTAINER',
        'URL         http://[redacted]@h   a.env:1                    yes',
        'TOKEN       ""                    process environment        yes',
        'LEVEL       info                  default (podctl.toml:9)    yes',
        'CERT        c.pem                 flag --env                 no',
        'TZ          UTC                   podctl.toml:20             yes',
        'KEY         [redacted]            process environment        yes',
        'WEB_IMAGE   web                   default (podctl.toml:16)   no',
        'DATA        /data                 process environment        no',
        'EXTRA       [redacted]            b.env:2                    yes',
        '',
      ].join('\n'),
    );
  });

  it('what is missing is told, and is no error', async () => {
    const { code, stdout } = await runCli(['env', 'show'], world({}));
    expect(code).toBe(0);
    expect(stdout).toContain('URL         -       not set anywhere, but required   -\n');
    expect(stdout).toContain('DATA        -       not set anywhere, but required   -\n');
    expect(stdout).toContain('TOKEN       -       not set anywhere                 -\n');
  });

  it('a value that a run would fetch is not fetched', async () => {
    const text = PROFILE.replace('secret = true\n', 'source = { command = ["op", "read"] }\n');
    const { stdout } = await runCli(['env', 'show'], world({ 'podctl.toml': text }));
    expect(stdout).toContain('TOKEN       -       what `op` prints, when it runs   yes\n');
  });

  it('--json has the same', async () => {
    const { stdout } = await runCli(['env', 'show', '--json'], world(FILES, ENV));
    expect(stdout).not.toContain('hunter2');
    const { variables, ...head } = JSON.parse(stdout);
    expect(head).toEqual({
      podctl: 1,
      profile: 'web',
      mode: null,
      envFiles: [
        { file: 'a.env', required: false, used: true },
        { file: 'b.env', required: false, used: true },
      ],
    });
    expect(variables.slice(0, 4)).toEqual([
      {
        name: 'URL',
        value: 'http://[redacted]@h',
        secret: false,
        required: true,
        default: false,
        origin: { kind: 'file', file: 'a.env', line: 1, text: 'a.env:1' },
        container: true,
      },
      {
        name: 'TOKEN',
        value: '',
        secret: true,
        required: false,
        default: false,
        origin: { kind: 'process', text: 'process environment' },
        container: true,
      },
      {
        name: 'LEVEL',
        value: 'info',
        secret: false,
        required: false,
        default: true,
        origin: { kind: 'profile', file: 'podctl.toml', line: 9, text: 'podctl.toml:9' },
        container: true,
      },
      { name: 'CERT', value: null, secret: false, required: false, default: false, origin: null, container: false },
    ]);
  });
});

describe('--env-file on build and pull', () => {
  const PLAN = ['--dry-run', '--engine', 'docker'];
  const project = (image: string): MemoryOptions & { readonly engine: FakeEngine } => {
    const text = PROFILE.replace('[images.web]', `[images.web]\n${image}`);
    const env = { 'a.env': 'WEB_IMAGE=own\n', 'other.env': 'WEB_IMAGE=else\n' };
    return { ...world({ ...env, 'podctl.toml': text, Dockerfile: 'FROM a\n' }), engine: { facts: null } };
  };
  const BUILT = 'context = "."';

  it('the images are named by the env files of the profile, as a run names them', async () => {
    const { code, stdout } = await runCli(['build', ...PLAN], project(BUILT));
    expect({ code, named: / (own:latest) /.exec(stdout)?.[1] }).toEqual({ code: 0, named: 'own:latest' });
  });

  it.each([
    ['build', BUILT],
    ['pull', ''],
  ])('%s --env-file stands in for them', async (verb, image) => {
    const { code, stdout } = await runCli([verb, ...PLAN, '--env-file', 'other.env'], project(image));
    expect(code).toBe(0);
    expect(stdout).toContain('else:latest');
    expect(stdout).not.toContain('own');
  });

  it('and must be there', async () => {
    const argv = ['build', ...PLAN, '--env-file', 'none.env'];
    expect(await runCli(argv, project(BUILT))).toMatchObject({ code: 66 });
  });
});
