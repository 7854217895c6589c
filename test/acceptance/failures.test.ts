import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeEngines } from '../support/engines.js';
import { type StandIns, startStandIns } from '../support/failure-registry.mjs';
import { type Folder, projectFolder } from '../support/machine.js';
import { podctl } from '../support/podctl.js';
import { only, shareOf } from '../support/soak.js';
import { containersWith } from '../support/what-is-there.js';

const CRLF = '#!/bin/sh\r\necho hello\r\n';
const BUILDS = {
  step: 'RUN exit 3\n',
  foreign: 'COPY foreign-program /foreign\nRUN ["/foreign"]\n',
  copy: 'COPY nosuch /\n',
  ignored: 'COPY kept-out /\n',
  wrong: 'CPOY a /\n',
  target: 'RUN true\n',
};
const PULLS = ['limited', 'denied', 'forbidden', 'unauthorized', 'unknown'];

type Row = { readonly line: string; readonly code: number; readonly error: RegExp; readonly hint: RegExp };

const STARTS: readonly Row[] = [
  { line: 'missing -d', code: 73, error: /the image has no program `nosuch`/, hint: /check the spelling/ },
  { line: 'shell-missing -d', code: 73, error: /the image has no shell `bash`/, hint: /try another shell/ },
  { line: 'plain -d', code: 73, error: /`\/plain\.sh` may not be executed/, hint: /chmod \+x/ },
  { line: 'user -d', code: 73, error: /the image knows no user `nosuch`/, hint: /--user 1000:1000/ },
  { line: 'network -d', code: 69, error: /the network `podctl-nosuch` is gone/, hint: /network create podctl-nosuch/ },
  { line: 'mixed -d', code: 73, error: /a mount puts a folder on a file/, hint: /ls -ld/ },
];
const IMAGES: readonly Row[] = [
  { line: 'build step', code: 73, error: /the build step `.*exit 3.*` ended with 3/, hint: /its own words are above/ },
  { line: 'build foreign', code: 73, error: /for another kind of machine/, hint: /--platform/ },
  { line: 'build copy', code: 66, error: /finds no `\/?nosuch` in the build context/, hint: /podctl image context/ },
  { line: 'build ignored', code: 66, error: /finds no `.*kept-out` in the build context/, hint: /ignore/ },
  { line: 'build wrong', code: 65, error: /the build file cannot be read/, hint: /look at the line/ },
  { line: 'build target', code: 65, error: /the build file has no stage `nosuch`/, hint: /FROM … AS/ },
  { line: 'pull denied', code: 69, error: /without a login: it does not exist there/, hint: /podctl login/ },
  { line: 'pull forbidden', code: 69, error: /has no right to this image/, hint: /read:packages/ },
  { line: 'pull unauthorized', code: 69, error: /the registry wants a login/, hint: /podctl login REGISTRY/ },
  { line: 'pull unknown', code: 69, error: /the registry has no .*image or tag|has no `/, hint: /check name and tag/ },
  { line: 'pull lookup', code: 69, error: /the name `registry\.invalid` cannot be looked up/, hint: /getent hosts/ },
];

describeEngines('failures that podctl knows', (engine) => {
  const name = `failures-${randomUUID().slice(0, 8)}`;
  let folder: Folder;
  let registry: StandIns;
  let env: Record<string, string>;

  beforeAll(async () => {
    folder = projectFolder('failures');
    registry = await startStandIns(folder.path);
    const conf = join(folder.path, 'registries.conf');
    writeFileSync(conf, `[[registry]]\nlocation = "${registry.plain}"\ninsecure = true\n`);
    env = { ...engine.env, CONTAINERS_REGISTRIES_CONF: conf, DOCKER_BUILDKIT: '0' };
    writeFiles(folder.path, engine.busybox);
    writeFileSync(
      join(folder.path, 'podctl.toml'),
      profile({ name, busybox: engine.busybox, registry: registry.plain }),
    );
  }, 300_000);

  afterAll(async () => {
    registry.close();
    folder.clear();
    await engine.clear(`podctl.profile=${name}`);
  });

  const run = (line: string) => podctl([...line.split(' '), '--engine', engine.name], { cwd: folder.path, env });

  describe.concurrent('say why, and what to do', () => {
    // Podman waits for a registry that limits it, longer than anyone would.
    const limited: Row = { line: 'pull limited', code: 75, error: /a rate limit, not a missing image/, hint: /log in/ };
    const rows = [...STARTS, ...IMAGES, ...(engine.name === 'docker' ? [limited] : [])];
    it.each(shareOf(engine, rows))('$line', { timeout: 150_000 }, async ({ line, code, error, hint }) => {
      const { code: ended, stderr } = await run(line);
      const said = stderr.split('\n');
      expect(said.find((one) => one.startsWith('error: ')) ?? stderr).toMatch(error);
      expect(said.find((one) => one.startsWith('hint: ')) ?? stderr).toMatch(hint);
      expect(ended).toBe(code);
    });
  });

  it('what could not start does not stay', async () => {
    expect(await containersWith(engine, { labels: [`podctl.profile=${name}`] })).toEqual([]);
  });

  it.each(only(engine, 'docker'))(
    'an attached run keeps its exit code, and podctl adds why where that is sure',
    async () => {
      const crlf = await run('crlf');
      expect([1, 127, 255]).toContain(crlf.code);
      expect(crlf.stderr).toContain('hint: `/crlf.sh` is ');
      expect(crlf.stderr).toContain('crlf.sh of this machine, with Windows line ends (CRLF)');
      const plain = await run('plain');
      expect([plain.code, plain.stderr]).toEqual([
        126,
        expect.stringContaining('which may not be executed: chmod +x /'),
      ]);
      const own = await run('own');
      expect([own.code, own.stderr]).toEqual([127, '']);
    },
  );

  it('a container that was killed for its memory is told of, where the engine can be believed', async () => {
    const { code, stderr } = await run('hungry');
    const told = stderr.includes('hint: the container was killed because it used more memory than it may');
    expect([code, told]).toEqual(engine.name === 'podman' ? [137, false] : [71, true]);
  });
});

function profile({ name, busybox, registry }: Readonly<Record<'name' | 'busybox' | 'registry', string>>): string {
  const [image = '', tag = ''] = busybox.split(/:(?=[^:/]*$)/);
  const builds = Object.keys(BUILDS).map(
    (key) =>
      `[images.${key}]\nname = "localhost/podctl-test/${name}-${key}"\ncontext = "build"\nfile = "build/${key}"\n${key === 'target' ? 'target = "nosuch"\n' : ''}`,
  );
  const pulls = PULLS.map((key) => `[images.${key}]\nname = "${registry}/${key}"\ntag = "1"\n`);
  return `name = "${name}"
[images.app]
name = "${image}"
tag = "${tag}"
[images.lookup]
name = "registry.invalid/x"
tag = "1"
${[...builds, ...pulls].join('')}
[container]
image = "app"
network = "none"
[container.mounts.plain]
type = "bind"
source = "{project}/plain.sh"
target = "/plain.sh"
[container.mounts.crlf]
type = "bind"
source = "{project}/crlf.sh"
target = "/crlf.sh"
[commands.missing]
args = ["nosuch"]
[commands.shell-missing]
args = ["bash"]
[commands.plain]
args = ["/plain.sh"]
[commands.crlf]
args = ["/crlf.sh"]
[commands.own]
args = ["sh", "-c", "exit 127"]
[commands.user]
args = ["true"]
container.user = "nosuch"
[commands.network]
args = ["true"]
container.network = "podctl-nosuch"
[commands.mixed]
args = ["true"]
container.mounts.over = { type = "bind", source = "{project}/build", target = "/bin/busybox" }
[commands.hungry]
args = ["dd", "if=/dev/zero", "of=/dev/null", "bs=200M", "count=1"]
container.resources.memory = "16m"
container.resources.memory_swap = "16m"
`;
}

function writeFiles(folder: string, busybox: string): void {
  mkdirSync(join(folder, 'build'));
  for (const [key, text] of Object.entries(BUILDS)) {
    writeFileSync(join(folder, 'build', key), `FROM ${busybox}\n${text}`);
  }
  // The header of a program for another machine, and nothing else.
  const elf = Buffer.alloc(64);
  elf.write('\u007fELF\u0002\u0001\u0001', 'latin1');
  elf.writeUInt16LE(2, 16);
  elf.writeUInt16LE(22, 18);
  writeFileSync(join(folder, 'build/foreign-program'), elf, { mode: 0o755 });
  writeFileSync(join(folder, 'build/kept-out'), 'x');
  writeFileSync(join(folder, 'build/.dockerignore'), 'kept-out\n');
  writeFileSync(join(folder, 'plain.sh'), '#!/bin/sh\necho hello\n', { mode: 0o644 });
  writeFileSync(join(folder, 'crlf.sh'), CRLF);
  chmodSync(join(folder, 'crlf.sh'), 0o755);
}
