import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { uniqueName } from '../engine/real.js';
import { describeEngines, describeRootless, type TestEngine } from '../support/engines.js';
import { type Folder, projectFolder, until } from '../support/machine.js';
import { type Finished, podctl, type Running, startPodctl } from '../support/podctl.js';
import { only, shareOf, waysOf } from '../support/soak.js';

const CANARY = 'c4nary-91d2';
const FILES = '/run/secrets/FILED /etc/programmed';

/** Reads the files as the image's user, and says how long everything is: the values themselves stay inside. */
const TELL = `id -u; cat ${FILES} | wc -c; printf '%s|%s' \\"$$FROM_FILE\\" \\"$$FROM_PROGRAM\\" | wc -c; ls -n ${FILES}`;

function profile(image: string): string {
  const colon = image.lastIndexOf(':');
  return `
name = "delivery"
[images.box]
name = "${image.slice(0, colon)}"
tag = "${image.slice(colon + 1)}"
[env.FROM_FILE]
source = { file = "value.txt" }
[env.FROM_PROGRAM]
required = true
source = { command = ["./vault", "read", "op://shelf/token"] }
[env.FILED]
source = { file = "value.txt" }
deliver = "file"
[env.PROGRAMMED]
source = { command = ["./vault", "read", "op://shelf/cert"] }
deliver = "file"
target = "/etc/programmed"
[container]
image = "box"
network = "none"
entrypoint = ["/bin/sh"]
[commands.tell]
args = ["-c", "${TELL}"]
[commands.stay]
args = ["-c", "cat ${FILES} > /dev/null && echo read; trap 'exit 0' TERM; sleep 60 & wait"]
[commands.wrong]
args = ["-c", "true"]
[commands.wrong.container]
workdir = "/proc/nowhere"
`;
}

type Stage = {
  readonly engine: TestEngine;
  readonly folder: () => Folder;
  readonly run: (...args: readonly string[]) => Promise<Finished>;
  readonly start: (...args: readonly string[]) => Promise<Running>;
};

function lay(folder: Folder, image: string): void {
  writeFileSync(join(folder.path, 'podctl.toml'), profile(image));
  writeFileSync(join(folder.path, 'value.txt'), `${CANARY} file\n`);
  // What a vault's program does: the value on stdout, words on stderr, each call noted.
  writeFileSync(
    join(folder.path, 'vault'),
    `#!/bin/sh\necho "$2" >> ${folder.path}/calls\necho "${CANARY} noise" >&2\n[ -t 0 ] && exit 9\ncat >/dev/null\necho "${CANARY} program"\n`,
  );
  writeFileSync(join(folder.path, 'calls'), '');
  for (const [name, mode] of [
    ['vault', 0o755],
    ['value.txt', 0o644],
    ['calls', 0o666],
    ['podctl.toml', 0o644],
  ] as const) {
    chmodSync(join(folder.path, name), mode);
  }
}

const nonRoot = (engine: TestEngine): Promise<string> =>
  engine.build({ name: 'nonroot', containerfile: `FROM ${engine.busybox}\nUSER 4321:4321\n` });

describeEngines('secrets from files and programs', (engine) => {
  let folder: Folder;
  const options = () => ({ cwd: folder.path, env: { ...engine.env, PODCTL_DEBUG: '1' } });
  const common = ['--engine', engine.name];
  const stage: Stage = {
    engine,
    folder: () => folder,
    run: (...args) => podctl([...args, ...common], options()),
    start: (...args) => startPodctl([...args, ...common], options()),
  };

  beforeAll(async () => {
    folder = projectFolder(`delivery-${engine.name}`);
    lay(folder, await nonRoot(engine));
  });
  afterAll(async () => {
    await stage.run('down');
    folder.clear();
  });

  arrivals(stage, waysOf(engine, 1));

  const looks = [
    ['tell', '--dry-run'],
    ['tell', '--dry-run', '--json'],
    ['tell', '--dry-run', '--via', 'api', '--json'],
    ['explain', 'tell'],
    ['audit', 'tell'],
    ['env', 'show'],
    ['env', 'check'],
    ['env', 'diff'],
  ];
  it.each(shareOf(engine, looks))('%s %s %s: no program is asked, and nothing is shown', async (...args) => {
    const before = calls(folder);
    const ran = args[0] === 'env' ? await podctl(args, options()) : await stage.run(...args);
    expect(ran.code, ran.stderr).toBe(0);
    expect(`${ran.stdout}${ran.stderr}`).not.toContain(CANARY);
    expect(calls(folder)).toEqual(before);
  });

  it.each(only(engine, 'docker'))(
    'a program that fails is named with its exit code; what it wrote is not repeated',
    async () => {
      const words = `#!/bin/sh\necho '${CANARY} out'\necho '${CANARY} err' >&2\nexit 3\n`;
      writeFileSync(join(folder.path, 'vault'), words);
      const ran = await stage.run('tell');
      lay(folder, await nonRoot(engine));
      expect(ran.code).toBe(69);
      expect(ran.stderr).toContain('`FROM_PROGRAM`: `./vault` ended with exit code 3');
      expect(`${ran.stdout}${ran.stderr}`).not.toContain(CANARY);
    },
  );

  it.each(only(engine, 'podman'))(
    'is not in the words of an engine that refuses the container, and no file stays',
    async () => {
      const ran = await stage.run('wrong');
      expect(ran.code).not.toBe(0);
      expect(ran.stderr).not.toContain(CANARY);
      expect(secretFiles(folder)).toEqual([]);
    },
  );

  it.each(only(engine, 'podman'))(
    'in the background the files live as long as the container, through a restart',
    async () => {
      const started = await stage.run('stay', '--detach', '--json');
      expect(started.code, started.stderr).toBe(0);
      const { name } = JSON.parse(started.stdout) as { name: string };
      await until(async () => (await engine.run(['logs', name])).stdout.includes('read'));
      expect(mountedFiles(folder).length).toBe(2);
      const { stdout } = await engine.run(['inspect', name]);
      const shown = JSON.stringify(JSON.parse(stdout)).replaceAll(/"FROM_(FILE|PROGRAM)=[^"]*"/g, '');
      expect(shown).not.toContain(CANARY);
      const restarted = await stage
        .run('restart', '-t', '1')
        .then((ran) => (ran.code === 64 ? stage.run('restart') : ran));
      expect(restarted.code, restarted.stderr).toBe(0);
      await until(async () => (await engine.run(['logs', name])).stdout.split('read').length > 2);
      const down = await stage.run('down');
      expect(down.code, down.stderr).toBe(0);
      expect(secretFiles(folder)).toEqual([]);
    },
  );

  it.each(only(engine, 'docker'))('a killed podctl leaves files that the next run removes', async () => {
    const running = await stage.start('stay');
    await until(() => running.stdout().includes('read'));
    await kill(running);
    expect(mountedFiles(folder).length).toBe(2);
    // The container still runs and may need them: another command's run leaves them alone.
    expect((await stage.run('tell')).code).toBe(0);
    expect(mountedFiles(folder).length).toBe(2);
    const names = await engine.run(['ps', '--all', '--quiet', '--filter', `name=delivery-stay-`]);
    for (const id of names.stdout.split('\n').filter((line) => line !== '')) await engine.run(['rm', '--force', id]);
    expect((await stage.run('tell')).code).toBe(0);
    expect(secretFiles(folder)).toEqual([]);
  });

  it.each(only(engine, 'podman'))('the next run of the same command takes what a killed one left', async () => {
    const running = await stage.start('stay');
    await until(() => running.stdout().includes('read'));
    await kill(running);
    const again = await stage.start('stay');
    await until(() => again.stdout().includes('read'));
    expect(mountedFiles(folder).length).toBe(2);
    const ended = await again.end('SIGTERM');
    expect(ended.code, ended.stderr).toBe(0);
    expect(secretFiles(folder)).toEqual([]);
  });
});

describeRootless('secrets from files and programs', (engine) => {
  let folder: Folder;
  const stage: Stage = {
    engine,
    folder: () => folder,
    run: (...args) => engine.podctl([...args, '--engine', 'podman'], { cwd: folder.path }),
    start: (...args) => engine.start([...args, '--engine', 'podman'], { cwd: folder.path }),
  };

  beforeAll(async () => {
    folder = engine.folder('delivery-rootless');
    lay(folder, await nonRoot(engine));
  });
  afterAll(async () => {
    await stage.run('down');
    folder.clear();
  });

  arrivals(stage, ['cli']);
});

/** The image's user reads what was mounted, the process list shows nothing of it, and nothing is left. */
function arrivals(stage: Stage, ways: readonly string[]): void {
  it.each(ways)('reach the image’s own user, and no process list (--via %s)', async (via) => {
    const folder = stage.folder();
    const before = calls(folder).length;
    const running = await stage.start('tell', '--via', via);
    const seen = new Set<string>();
    await until(() => {
      for (const line of commandLines()) seen.add(line);
      return running.stdout().split('\n').length > 4 || running.stderr() !== '';
    });
    const ended = await running.finished;
    expect(ended.code, ended.stderr).toBe(0);
    const [uid, filed, inEnv] = ended.stdout.split('\n').map((line) => line.trim());
    expect(uid).toBe('4321');
    expect(filed).toBe(String(`${CANARY} file${CANARY} program`.length));
    expect(inEnv).toBe(String(`${CANARY} file|${CANARY} program`.length));
    expect(ended.stdout.match(/^-r--r--r--/gm)?.length).toBe(2);
    expect(calls(folder).slice(before)).toEqual(['op://shelf/token', 'op://shelf/cert']);
    expect([...seen].filter((line) => line.includes('podctl')).length).toBeGreaterThan(0);
    expect([...seen].filter((line) => line.includes(CANARY))).toEqual([]);
    expect(`${ended.stdout}${ended.stderr}`).not.toContain(CANARY);
    expect(secretFiles(folder)).toEqual([]);
    expect(statSync(join(folder.path, '.state/podctl/secrets')).mode & 0o777).toBe(0o700);
  });
}

describeEngines('a secret that the engine keeps', (engine) => {
  let folder: Folder;
  const secret = uniqueName();
  const run = (...args: readonly string[]) =>
    podctl([...args, '--engine', engine.name], { cwd: folder.path, env: engine.env });
  const write = (name: string): void => {
    const colon = engine.busybox.lastIndexOf(':');
    const lines = [
      'name = "kept"',
      `images.box = { name = "${engine.busybox.slice(0, colon)}", tag = "${engine.busybox.slice(colon + 1)}" }`,
      `env.KEY.source = { engine_secret = "${name}" }`,
      `env.CERT = { source = { engine_secret = "${name}" }, deliver = "file" }`,
      '[container]\nimage = "box"\nnetwork = "none"\nentrypoint = ["/bin/sh"]',
      `[commands.tell]\nargs = ["-c", "printf %s \\"$$KEY\\" | wc -c; wc -c < /run/secrets/CERT"]`,
    ];
    writeFileSync(join(folder.path, 'podctl.toml'), `${lines.join('\n')}\n`);
  };

  beforeAll(async () => {
    folder = projectFolder(`kept-${engine.name}`);
    if (engine.name !== 'podman') return;
    writeFileSync(join(folder.path, 'value.txt'), CANARY);
    const made = await engine.run(['secret', 'create', secret, join(folder.path, 'value.txt')]);
    if (made.code !== 0) throw new Error(made.stderr);
  });
  afterAll(async () => {
    if (engine.name === 'podman') await engine.run(['secret', 'rm', secret]);
    folder.clear();
  });

  const docker = engine.name === 'docker';
  const way = 'source = { file = "…" } or { command = ["…"] }';

  it('reaches the container where the engine has such secrets, else the way out is told', async () => {
    write(secret);
    const ran = await run('tell');
    expect([ran.code, ran.stdout], ran.stderr).toEqual(docker ? [69, ''] : [0, `${CANARY.length}\n${CANARY.length}\n`]);
    expect(ran.stderr.includes('no version of docker has it') && ran.stderr.includes(way)).toBe(docker);
    expect(`${ran.stdout}${ran.stderr}`).not.toContain(CANARY);
  });

  it.each(only(engine, 'podman'))('one that is not there is told before the start', async () => {
    write(`${secret}-gone`);
    const ran = await run('tell');
    expect(ran.code, ran.stderr).toBe(docker ? 69 : 66);
    expect(ran.stderr).toContain(docker ? way : `podman secret create ${secret}-gone FILE`);
  });

  it.each(only(engine, 'podman'))("podman's API has no word for it", async () => {
    write(secret);
    const ran = await run('tell', '--via', 'api');
    expect(ran.code).toBe(69);
  });
});

// The engine's own program outlives podctl and keeps its pipes open, so nobody waits for their end.
async function kill(running: Running): Promise<void> {
  running.signal('SIGKILL');
  await until(() => /^(\S+ ){2}Z|^$/.test(statOf(running.pid)));
}

function statOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}

function calls(folder: Folder): readonly string[] {
  return readFileSync(join(folder.path, 'calls'), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** Files below podctl's state folder that hold the canary. */
function secretFiles(folder: Folder): readonly string[] {
  return readdirSync(join(folder.path, '.state'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path, 'utf8').includes(CANARY));
}

/** Those of them that containers have mounted. */
function mountedFiles(folder: Folder): readonly string[] {
  return secretFiles(folder).filter((path) => path.includes('/secrets/'));
}

/** Command lines of all processes of this machine. */
function commandLines(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        // It ended while it was looked at.
        return [];
      }
    });
}
