import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { fakeEngine } from '../support/fake-engine.js';
import { runCli } from '../support/run-cli.js';
import { type MemoryOptions, memoryWorld } from '../support/world.js';

const PROFILE = `
name = "web"
[env.URL]
about = "where it answers"
required = true
rule = "url"
ends_with = "/api"
example = "https://x.org/api"
[env.TOKEN]
required = true
secret = true
generate = "hex:16"
[env.PASSWORD]
required = true
secret = true
[env.SHORT]
generate = "alnum:9"
rule = "integer"
[env.LEVEL]
default = "INFO"
[container]
env_files = [{ path = ".env", required = false }]
[images.web]
[commands.serve]
`;

const HOME = '/home/ann/sky';
const around = (files: MemoryOptions['files'] = {}, more: Partial<MemoryOptions> = {}): MemoryOptions => ({
  shipped: [],
  files: { [`${HOME}/podctl.toml`]: PROFILE, ...files },
  // Files in memory belong to whoever runs the tests.
  host: { uid: process.getuid?.() ?? 0 },
  ...more,
});

async function init(options: MemoryOptions, ...flags: readonly string[]) {
  const ran = await runCli(['env', 'init', ...flags], options);
  const text = (path: string): string | null =>
    ran.memory.volume.existsSync(path) && ran.memory.volume.statSync(path).isFile()
      ? String(ran.memory.volume.readFileSync(path, 'utf8'))
      : null;
  return { ...ran, text: text(`${HOME}/.env`), at: text };
}

describe('off a terminal', () => {
  it('writes what it knows, generates what it may, and says what is left', async () => {
    const ran = await init(around());
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.text).toMatch(/^# where it answers\n# for instance https:\/\/x\.org\/api\nURL=\n\nTOKEN=[0-9a-f]{32}\n/);
    expect(ran.memory.volume.statSync(`${HOME}/.env`).mode & 0o777).toBe(0o600);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toBe(`wrote .env, for you alone to read
generated: TOKEN
still blank: URL, PASSWORD; fill them in, then run podctl env check
`);
  });

  it('what breaks the rule of its own variable is not generated', async () => {
    const ran = await init(around());
    expect(ran.text).toContain('\nSHORT=\n');
  });

  it('a second time changes nothing; a mode that lets others read is mended all the same', async () => {
    const first = await init(around());
    const text = (first.text ?? '').replace('URL=', 'URL=https://x.org/api');
    const again = await init(around({ [`${HOME}/.env`]: text }));
    expect([again.code, again.text]).toEqual([0, text]);
    expect(again.stderr.split('\n')[0]).toBe('wrote .env, for you alone to read');
    expect(again.memory.volume.statSync(`${HOME}/.env`).mode & 0o777).toBe(0o600);
    expect(await main(['env', 'init'], again.memory.world, again.engine.rooms)).toBe(0);
    expect(again.memory.stderr()).toContain('.env has everything already');
  });

  it('blanks are filled where they stand, and the rest comes after', async () => {
    const ran = await init(around({ [`${HOME}/.env`]: 'URL=https://x.org/api\nTOKEN=\n' }));
    expect(ran.text).toMatch(/^URL=https:\/\/x\.org\/api\nTOKEN=[0-9a-f]{32}\n\nPASSWORD=\n/);
  });

  it.each([
    ['sample.env', []],
    ['.env.example', []],
    ['conf/vars', ['--from', 'conf/vars']],
  ])('begins with %s', async (name, flags) => {
    const ran = await init(around({ [`${HOME}/${name}`]: '# top\nMODE=dev\nURL=\n' }), ...flags);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.text?.startsWith('# top\nMODE=dev\nURL=\n\nTOKEN=')).toBe(true);
  });

  it('a project with a sample needs no profile', async () => {
    const ran = await init({ shipped: [], files: { [`${HOME}/sample.env`]: 'A=1\nB=\n' } });
    expect([ran.code, ran.text]).toEqual([0, 'A=1\nB=\n']);
    expect(ran.stderr).toContain('still blank: B;');
  });

  it('another file', async () => {
    const ran = await init(around(), '--file', 'staging.env');
    expect(ran.text).toBe(null);
    expect(ran.at(`${HOME}/staging.env`)).toContain('URL=\n');
  });

  it('--json', async () => {
    const ran = await init(around({ [`${HOME}/.env`]: 'PASSWORD=c4nary\nEXTRA=c4nary\n' }), '--json');
    expect(ran.stdout).not.toContain('c4nary');
    expect(JSON.parse(ran.stdout)).toMatchObject({
      podctl: 1,
      file: '.env',
      written: true,
      variables: [
        { name: 'PASSWORD', state: 'kept', required: true, secret: true },
        { name: 'EXTRA', state: 'kept', required: false, secret: true },
        { name: 'URL', state: 'blank', required: true, secret: false },
        { name: 'TOKEN', state: 'generated', required: true, secret: true },
        { name: 'SHORT', state: 'blank' },
      ],
      blank: ['URL'],
    });
  });

  it('--dry-run shows what would come, no secret, and writes nothing', async () => {
    const ran = await init(around({ [`${HOME}/.env`]: 'OLD=c4nary\nTOKEN=\n' }), '--dry-run');
    expect(ran.stdout).not.toContain('c4nary');
    expect(ran.stdout).toMatch(/^TOKEN=\[redacted\]\n# where it answers\n/);
    expect(ran.text).toBe('OLD=c4nary\nTOKEN=\n');
    expect(ran.stderr).toContain('would write .env, mode 600\n');
  });
});

describe('what is not written', () => {
  it.each<[string, MemoryOptions, readonly string[], number, string]>([
    [
      'a link',
      around({ '/etc/secret.env': 'A=1\n' }, { links: { [`${HOME}/.env`]: '/etc/secret.env' } }),
      [],
      77,
      '`.env` is a link to `/etc/secret.env`',
    ],
    ['a folder', around({ [`${HOME}/.env/x`]: '' }), [], 73, '`.env` is no file'],
    [
      "somebody else's file",
      around({ [`${HOME}/.env`]: 'A=1\n' }, { host: { uid: 4711 } }),
      [],
      77,
      '`.env` belongs to another user',
    ],
    ['a file with lines that cannot be read', around({ [`${HOME}/.env`]: 'A B=1\n' }), [], 65, 'no spaces'],
    ['from a sample that is not there', around(), ['--from', 'gone.env'], 66, 'the sample `gone.env` does not exist'],
    [
      'without anything to begin with',
      { shipped: ['gantry', 'desi-api'] },
      [],
      64,
      'neither a profile nor a sample.env',
    ],
    ['with a flag of another action', around(), ['--resolve'], 64, '`podctl env init` has no use for `--resolve`'],
  ])('%s', async (_, options, flags, code, says) => {
    const ran = await init(options, ...flags);
    expect(ran.code, ran.stderr).toBe(code);
    expect(ran.stderr).toContain(says);
    expect(ran.memory.volume.readdirSync(HOME).filter((name) => JSON.stringify(name).includes('.tmp'))).toEqual([]);
  });
});

describe('what is there stays as it is', () => {
  // Held against real bytes: a memory world begins with texts.
  it('bytes that are no UTF-8 are left alone', async () => {
    const memory = memoryWorld(around());
    const latin = Buffer.from('# f\xfcr alle\nEXTRA=1\n', 'latin1');
    memory.volume.writeFileSync(`${HOME}/.env`, latin);
    expect(await main(['env', 'init'], memory.world, fakeEngine().rooms)).toBe(65);
    expect(memory.stderr()).toContain('`.env` is not UTF-8 text, and writing it would damage what is there');
    expect(memory.volume.readFileSync(`${HOME}/.env`)).toEqual(latin);
  });

  it('the sign for such bytes is text like any other', async () => {
    const ran = await init(around({ [`${HOME}/.env`]: '# \ufffd\nEXTRA=1\n' }));
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.text?.startsWith('# \ufffd\nEXTRA=1\n')).toBe(true);
  });

  it('what somebody writes while podctl asks is not lost', async () => {
    const answers = ['https://x.org/api\r', 'pw\r', '\r'];
    const type = (shown: string): string | undefined => {
      if (!/[│◆]/.test(shown)) return undefined;
      memory.volume.writeFileSync(`${HOME}/.env`, 'MEANWHILE=1\n');
      return answers.shift();
    };
    const memory = memoryWorld(around({}, { tty: true, type }));
    expect(await main(['env', 'init'], memory.world, fakeEngine().rooms)).toBe(75);
    expect(memory.stderr()).toContain('`.env` was changed meanwhile; nothing was written');
    expect(memory.volume.readFileSync(`${HOME}/.env`, 'utf8')).toBe('MEANWHILE=1\n');
  });
});

describe('on a terminal', () => {
  const answer = async (keys: readonly string[], flags: readonly string[] = [], files: MemoryOptions['files'] = {}) => {
    const rest = [...keys];
    // Each question is answered once it is shown.
    const type = (shown: string): string | undefined => (/[│◆]/.test(shown) ? rest.shift() : undefined);
    return init(around(files, { tty: true, type }), ...flags);
  };

  it('asks for what is blank, not for what it can make; secrets are not shown', async () => {
    const ran = await answer(['https://x.org/api\r', 'hunter two\r', '\r']);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.text).toContain('\nURL=https://x.org/api\n');
    expect(ran.text).toContain("\nPASSWORD='hunter two'\n");
    expect(ran.stderr).toContain('URL: where it answers');
    expect(ran.stderr).not.toContain('hunter');
    expect(ran.stderr).not.toContain('still blank');
    expect(ran.stdout).toBe('');
  });

  it('holds answers against their rule', async () => {
    const ran = await answer(['nonsense\r', '\x15https://x.org/api\r', 'pw\r', '\r']);
    expect(ran.stderr).toContain('it must be a whole address');
    expect(ran.text).toContain('\nURL=https://x.org/api\n');
  });

  it('an interrupt writes nothing', async () => {
    const ran = await answer(['https://x.org/api\r', '\x03']);
    expect([ran.code, ran.text]).toEqual([130, null]);
    expect(ran.stderr).toContain('nothing was written');
  });

  it.each([['--yes'], ['--json'], ['--dry-run']])('%s asks nothing', async (flag) => {
    const ran = await answer([], [flag]);
    expect(ran.code, ran.stderr).toBe(0);
  });
});

describe('without a sample and without a profile', () => {
  const COMPOSE = `services:
  db:
    image: "db:\${TAG:-1}"
    environment: {PASSWORD: "\${DB_PASSWORD}", NICK: null}
    volumes: ["\${DB_FOLDER:?say where}:/data", "\${DB_PASSWORD}.d:/x"]
`;
  const stack = (files: MemoryOptions['files'] = {}): MemoryOptions => ({
    shipped: [],
    files: { [`${HOME}/compose.yaml`]: COMPOSE, ...files },
    host: { uid: process.getuid?.() ?? 0 },
  });

  it('writes a blank for each variable that the compose files want, and the others as comments', async () => {
    const ran = await init(stack());
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.text).toBe(`# used in compose.yaml:3; has a default
# TAG=

# used in compose.yaml:4, compose.yaml:5
DB_PASSWORD=

# used in compose.yaml:4; left out when it is not set
# NICK=

# used in compose.yaml:5
DB_FOLDER=
`);
    expect(ran.stderr).toContain('still blank: DB_PASSWORD, DB_FOLDER; fill them in, then run podctl env check');
  });

  it('keeps what is there, and adds what is missing', async () => {
    const ran = await init(stack({ [`${HOME}/.env`]: 'DB_PASSWORD=pw\n' }));
    expect(ran.text).toContain('DB_PASSWORD=pw\n');
    expect(ran.text?.match(/^DB_\w+=.*$/gm)).toEqual(['DB_PASSWORD=pw', 'DB_FOLDER=']);
  });

  it('has nothing to write where nothing is wanted', async () => {
    const ran = await init(stack({ [`${HOME}/compose.yaml`]: 'services: {web: {image: web}}\n' }));
    expect([ran.code, ran.text]).toEqual([64, null]);
    expect(ran.stderr).toContain('no compose file that wants variables');
  });
});
