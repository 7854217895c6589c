import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeEngines, describeRootless, type TestEngine } from '../support/engines.js';
import { type Folder, projectFolder, until } from '../support/machine.js';
import { type Finished, podctl, type Running, startPodctl } from '../support/podctl.js';
import { inTurn, only, SOAK, shareOf, VIAS, waysOf } from '../support/soak.js';
import { containersWith, networksWith } from '../support/what-is-there.js';

// A small application: its tests do what TESTS says, and it says which Python it has without having one.
const APP = {
  name: 'tested-app',
  files: { python3: '#!/bin/sh\necho 3.11.2\n' },
  containerfile: (base: string): string =>
    [
      `FROM ${base}`,
      'COPY python3 /usr/bin/python3',
      'RUN chmod 755 /usr/bin/python3 && mkdir -p /app && chown 1234:1234 /app',
      'LABEL team=sky',
      'EXPOSE 8080',
      'USER 1234',
      'WORKDIR /app',
      'ENTRYPOINT ["/bin/sh"]',
      '',
    ].join('\n'),
};

/** Without a shell, as distroless images are. */
const BARE = {
  name: 'bare-app',
  containerfile: (base: string): string =>
    `FROM ${base} AS build\nFROM scratch\nCOPY --from=build /bin/busybox /venv/bin/python\nENTRYPOINT ["/venv/bin/python", "-m", "app"]\n`,
};

/** A project of its own; its profile's name is on everything that podctl makes for it. */
type Desk = {
  readonly profile: string;
  readonly folder: Folder;
  readonly run: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Finished>;
  readonly start: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Running>;
  /** Names of the containers and networks that are there for it. */
  readonly made: () => Promise<readonly string[]>;
};

function makeDesk(engine: TestEngine, image: string, more: string): Desk {
  const profile = `t${randomUUID().slice(0, 8)}`;
  const folder = projectFolder(`test-image-${engine.name}`);
  const colon = image.lastIndexOf(':');
  const text = `name = "${profile}"\n[images.app]\nname = "${image.slice(0, colon)}"\ntag = "${image.slice(colon + 1)}"\n${more}`;
  writeFileSync(join(folder.path, 'podctl.toml'), text);
  const options = (env: Readonly<Record<string, string>> = {}) => ({
    cwd: folder.path,
    env: { ...engine.env, ...env },
  });
  const words = (args: readonly string[]): readonly string[] => ['test-image', '--engine', engine.name, ...args];
  const made = async (): Promise<readonly string[]> => {
    const label = `podctl.profile=${profile}`;
    return [...(await containersWith(engine, { labels: [label] })), ...(await networksWith(engine, label))];
  };
  return {
    profile,
    folder,
    run: (args, env) => podctl(words(args), options(env)),
    start: (args, env) => startPodctl(words(args), options(env)),
    made,
  };
}

const TESTS = `
[test]
args = ["-c", "\${TESTS:-true}"]
reports = [{ path = "/app/reports", to = "out" }]
container.network = "none"
container.stop_timeout = "60s"
`;

// Tests that go on until they are told to end.
const ENDLESS = "trap 'exit 0' TERM INT; echo up; while :; do sleep 0.1; done";

const isUp = (running: Running): Promise<void> => until(() => running.stdout().includes('up'));

/** The name of the test container, once it runs. */
async function nameOf(engine: TestEngine, { profile }: Desk): Promise<string> {
  let name = '';
  await until(async () => {
    const labels = [`podctl.profile=${profile}`, 'podctl.command=test-image'];
    name = (await containersWith(engine, { labels, running: true })).join('\n');
    return name !== '';
  });
  return name;
}

describeEngines('test-image', (engine) => {
  let desk: Desk;
  const documentOf = (ran: Finished) => JSON.parse(ran.stdout) as Record<string, unknown>;

  beforeAll(async () => {
    const image = await engine.build({ ...APP, containerfile: APP.containerfile(engine.busybox) });
    desk = makeDesk(engine, image, TESTS);
  });
  afterAll(async () => {
    await engine.clear(`podctl.profile=${desk.profile}`);
    desk.folder.clear();
  });

  describe.each(VIAS)('--via %s', (via) => {
    const texts = [
      ['true', 0, 'passed', ''],
      ['echo told; exit 1', 1, 'failed', 'told\n'],
    ] as const;
    it.each(inTurn(engine, via, 0).flatMap(() => shareOf(engine, texts)))(
      '`%s` ends with %i',
      async (script, code, outcome, stdout) => {
        const ran = await desk.run(['--via', via], { TESTS: script });
        expect(ran).toMatchObject({ code, stdout });
        expect(ran.stderr).toContain(`${outcome}: `);
        expect(await desk.made()).toEqual([]);
      },
    );

    const documents = [
      ['echo told; exit 42', 42, 'failed'],
      ['true', 0, 'passed'],
    ] as const;
    const told = inTurn(engine, via, 1).flatMap(() => shareOf(engine, documents));
    it.each(told)('`%s` ends with %i, and a document', async (script, code, outcome) => {
      const machine = await desk.run(['--via', via, '--json'], { TESTS: script });
      expect(machine.code).toBe(code);
      const container = { exitCode: code };
      const reports = [{ copied: false }];
      expect(documentOf(machine)).toMatchObject({ podctl: 1, outcome, exitCode: code, container, reports });
      expect(machine.stderr).toContain('`/app/reports` was not copied: the tests did not write it');
      expect(await desk.made()).toEqual([]);
    });

    it.each(inTurn(engine, via, 2))('killed by others ends with 137', async () => {
      const running = await desk.start(['--via', via, '--json'], { TESTS: ENDLESS });
      const name = await nameOf(engine, desk);
      await engine.run(['kill', name]);
      const ended = await running.finished;
      expect(ended.code, ended.stderr).toBe(137);
      expect(documentOf(ended)['message']).toMatch(/^killed: somebody ended the test container/);
      expect(await desk.made()).toEqual([]);
    });

    it.each(only(engine, 'podman').flatMap(() => inTurn(engine, via, 3)))(
      'taking too long ends with 124, reports are copied all the same',
      async () => {
        const script = `mkdir reports; echo half > reports/junit.xml; ${ENDLESS}`;
        const ran = await desk.run(['--via', via, '--timeout', '2s', '--json'], { TESTS: script });
        expect(ran.code, ran.stderr).toBe(124);
        expect(documentOf(ran)).toMatchObject({
          outcome: 'timed-out',
          message: 'the tests took longer than 2s and were stopped',
        });
        expect(readFileSync(join(desk.folder.path, 'out/reports/junit.xml'), 'utf8')).toBe('half\n');
        expect(await desk.made()).toEqual([]);
      },
    );

    it.each(only(engine, 'docker').flatMap(() => inTurn(engine, via, 4)))(
      'a program that is not there is told',
      async () => {
        const ran = await desk.run(['--via', via, '--json'], { TESTS: 'exec /nope' });
        expect(ran.code).toBe(127);
        expect(await desk.made()).toEqual([]);
      },
    );
  });

  it.each(only(engine, 'docker'))(
    'removed by others ends with 137',
    async () => {
      const running = await desk.start([], { TESTS: ENDLESS });
      await engine.run(['rm', '--force', await nameOf(engine, desk)]);
      const ended = await running.finished;
      expect(ended.code, ended.stderr).toBe(137);
      expect(await desk.made()).toEqual([]);
    },
    300_000,
  );

  // Podman tells nobody of a stop that the program obeyed: there the run counts as what it ended with.
  it('told to end by others is no pass, whatever the tests say, where the engine tells', async () => {
    const running = await desk.start([], { TESTS: ENDLESS });
    await isUp(running);
    await engine.run(['stop', await nameOf(engine, desk)]);
    const ended = await running.finished;
    const told = engine.name === 'docker';
    expect(ended.code, ended.stderr).toBe(told ? 137 : 0);
    const says = told ? 'somebody ended the test container with SIGTERM; it then ended with 0' : 'passed';
    expect(ended.stderr).toContain(says);
  });

  it('out of memory counts where the engine can tell, and only with 137', async () => {
    const limited = makeDesk(
      engine,
      engine.busybox,
      '[test]\nargs = ["sh", "-c", "${TESTS}"]\n[test.container.resources]\nmemory = "20m"\n',
    );
    try {
      const killed = await limited.run(['--json'], { TESTS: 'exec tail /dev/zero' });
      const told = documentOf(killed);
      const known = engine.name === 'docker';
      expect(killed.code, killed.stderr).toBe(known ? 71 : 137);
      expect(told['message']).toBe(
        known
          ? 'killed: out of memory'
          : 'killed (possibly out of memory), or ended by itself with 137: podman does not tell which',
      );
      const itself = await limited.run(['--json'], { TESTS: 'tail /dev/zero; exit 5' });
      expect(itself.code).toBe(5);
      expect(documentOf(itself)).toMatchObject({ outcome: 'failed', container: { oomKilled: known } });
    } finally {
      limited.folder.clear();
    }
  });

  it.each(only(engine, 'podman'))('SIGTERM to podctl ends the tests, and is no pass', async () => {
    const running = await desk.start([], { TESTS: ENDLESS });
    await isUp(running);
    const ended = await running.end('SIGTERM');
    expect(ended.code).toBe(143);
    expect(ended.stderr).toContain('interrupted by SIGTERM');
    expect(await desk.made()).toEqual([]);
  });

  it.each(only(engine, 'docker'))('reports of failed tests belong to the user who runs podctl', async () => {
    const script = 'mkdir -p reports/html; echo x > reports/junit.xml; echo y > reports/html/index.html; exit 3';
    const ran = await desk.run(['--report-dir', 'elsewhere/deep'], { TESTS: script });
    expect(ran.code).toBe(3);
    for (const file of ['junit.xml', 'html/index.html']) {
      const { uid, gid } = statSync(join(desk.folder.path, 'elsewhere/deep/reports', file));
      expect([uid, gid]).toEqual([process.getuid?.(), process.getgid?.()]);
    }
    const sudo = await desk.run(['--report-dir', 'given'], { TESTS: script, SUDO_UID: '1234', SUDO_GID: '1235' });
    expect(sudo.code).toBe(3);
    for (const file of ['given', 'given/reports', 'given/reports/html/index.html']) {
      const { uid, gid } = statSync(join(desk.folder.path, file));
      expect([uid, gid]).toEqual([1234, 1235]);
    }
  });

  it.each(only(engine, 'docker'))(
    'what a killed podctl left is removed by the next run, and what another one runs is not',
    async () => {
      const killed = await desk.start([], { TESTS: ENDLESS });
      const left = await nameOf(engine, desk);
      killed.signal('SIGKILL');
      await until(() => !isAlive(killed.pid));
      const live = await desk.start([], { TESTS: ENDLESS });
      await until(async () => !(await desk.made()).includes(left));
      const other = await nameOf(engine, desk);
      const ran = await desk.run([], { TESTS: 'true' });
      expect(ran.code, ran.stderr).toBe(0);
      expect(await desk.made()).toEqual([other]);
      await isUp(live);
      const ended = await live.end('SIGINT');
      expect(ended.stderr).toContain(`removing what a killed run left behind: ${left}`);
      expect(await desk.made()).toEqual([]);
    },
  );

  it.each(only(engine, 'podman'))('prints every step of a run, and makes nothing', async () => {
    const printed = await desk.run(['--dry-run', '--json'], { TESTS: 'true' });
    const { steps } = JSON.parse(printed.stdout) as { steps: { argv?: string[]; action?: string }[] };
    expect(steps.map(({ argv, action }) => argv?.[1] ?? action)).toEqual(
      ['run', 'mkdir', 'cp', 'rm'].filter((verb) => verb !== 'mkdir' || steps.length === 4),
    );
    expect(await desk.made()).toEqual([]);
  });

  describe('expectations', () => {
    it.each(only(engine, 'docker'))('are told all at once, with what was found', async () => {
      const expectations = `
[test.expect]
python = "3.11"
user = "1234"
root = false
entrypoint = ["/bin/sh"]
exposed = [8080]
labels = { team = "sea" }
max_size = "1k"
files_present = ["/usr/bin/python3", "/nope"]
files_absent = ["/app"]
`;
      const image = await engine.build({ ...APP, containerfile: APP.containerfile(engine.busybox) });
      const checked = makeDesk(engine, image, expectations);
      try {
        const ran = await checked.run(['--json']);
        expect(ran.code, ran.stderr).toBe(65);
        const rows = documentOf(ran)['expectations'] as { name: string; found: string; holds: boolean }[];
        expect(rows.map(({ name, holds }) => [name, holds])).toEqual([
          ['python', true],
          ['user', true],
          ['root', true],
          ['entrypoint', true],
          ['exposed', true],
          ['label team', false],
          ['max_size', false],
          ['file /usr/bin/python3', true],
          ['file /nope', false],
          ['file /app', false],
        ]);
        expect(rows.find(({ name }) => name === 'python')?.found).toBe('3.11.2');
        expect((await checked.run([])).stderr).toMatch(/label team +sea +sky +NOT SO/);
        expect(await checked.made()).toEqual([]);
      } finally {
        checked.folder.clear();
      }
    });

    it.each(only(engine, 'podman'))('look into an image without a shell', async () => {
      const image = await engine.build({ ...BARE, containerfile: BARE.containerfile(engine.busybox) });
      const expectations =
        '[test.expect]\nfiles_present = ["/venv/bin/python"]\nfiles_absent = ["/bin/sh"]\npython = "3"\n';
      const bare = makeDesk(engine, image, expectations);
      try {
        const ran = await bare.run(['--json']);
        expect(ran.code, ran.stderr).toBe(65);
        const steps = (await bare.run(['--dry-run'])).stdout;
        expect(steps).toContain('--entrypoint /venv/bin/python');
        expect(documentOf(ran)['expectations']).toMatchObject([
          { name: 'python', found: 'no Python answered' },
          { name: 'file /venv/bin/python', holds: true },
          { name: 'file /bin/sh', holds: true },
        ]);
        expect(await bare.made()).toEqual([]);
      } finally {
        bare.folder.clear();
      }
    });
  });

  it.each(only(engine, 'docker'))(
    'an entrypoint that runs its first argument only gets the command as one text',
    async () => {
      const passwd = 'root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/:/bin/sh\n';
      const recipe = {
        name: 'one-string-app',
        files: { 'entrypoint.sh': 'exec su -s /bin/sh app -c "$@"\n', passwd },
        containerfile: `FROM ${engine.busybox}\nCOPY passwd /etc/passwd\nCOPY entrypoint.sh /app/entrypoint.sh\nENTRYPOINT ["/bin/sh", "/app/entrypoint.sh"]\n`,
      };
      const image = await engine.build(recipe);
      const own = makeDesk(
        engine,
        image,
        'entrypoint = "one-string"\n[test]\nargs = ["sh", "-c", "echo \\"$$1 and $$2\\"; exit ${CODE:-0}", "x", "a b", "c"]\n',
      );
      try {
        for (const code of SOAK ? [0, 1, 7] : [7]) {
          expect(await own.run([], { CODE: String(code) })).toMatchObject({ code, stdout: 'a b and c\n' });
        }
      } finally {
        own.folder.clear();
      }
    },
  );

  it.each(only(engine, 'docker'))('--build builds the image first, and prints how with --dry-run', async () => {
    const text =
      '[container]\nimage = "app"\n[images.built]\ncontext = "."\n[test]\nimage = "built"\nargs = ["cat", "/word"]\n';
    const built = makeDesk(engine, engine.busybox, text);
    const file = join(built.folder.path, 'podctl.toml');
    const name = `localhost/podctl-test/${built.profile}`;
    writeFileSync(file, readFileSync(file, 'utf8').replace('context = "."', `name = "${name}"\ncontext = "."`));
    writeFileSync(join(built.folder.path, 'Dockerfile'), `FROM ${engine.busybox}\nCOPY word /word\n`);
    writeFileSync(join(built.folder.path, 'word'), 'built\n');
    try {
      expect((await built.run([])).code).toBe(69);
      const printed = await built.run(['--build', '--dry-run', '--json']);
      const { steps } = JSON.parse(printed.stdout) as { steps: { argv: string[] }[] };
      expect(steps.map(({ argv }) => argv[1])).toEqual(['build', 'run', 'rm']);
      const ran = await built.run(['--build']);
      expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: 'built\n' });
    } finally {
      await engine.run(['rmi', '--force', name]);
      built.folder.clear();
    }
  });

  it.each(only(engine, 'docker'))(
    '--watch runs again on a change, stops what runs for it, and ends with Ctrl-C',
    async () => {
      const sources = `[test]\nargs = ["sh", "-c", "cat /src/word; test $(cat /src/word) != slow || { trap 'exit 0' TERM; while :; do sleep 0.1; done; }"]\n[test.source]\nsource = "src"\ntarget = "/src"\n`;
      const watched = makeDesk(engine, engine.busybox, sources);
      const write = (name: string, text: string): void =>
        writeFileSync(join(watched.folder.path, 'src', name), `${text}\n`);
      try {
        mkdirSync(join(watched.folder.path, 'src/.git'), { recursive: true });
        write('word', 'one');
        const running = await watched.start(['--watch', '--mount-source']);
        const waits = (count: number) =>
          until(() => running.stderr().split('waiting for a change').length - 1 === count);
        await waits(1);
        write('word', 'slow');
        await until(() => running.stdout().includes('slow'));
        write('word', 'three');
        await waits(2);
        write('.git/index', 'x');
        const ended = await running.end('SIGINT');
        expect(ended.code).toBe(130);
        expect(ended.stdout).toBe('one\nslow\nthree\n');
        expect(ended.stderr).toContain('stopped: a file changed');
        expect(await watched.made()).toEqual([]);
      } finally {
        watched.folder.clear();
      }
    },
    300_000,
  );
});

describeEngines('services beside the tests', (engine) => {
  const service = (script: string, more: string): string => `
[test]
args = ["sh", "-c", "\${TESTS:-true}"]
[test.services.db]
image = "${engine.busybox}"
args = ["sh", "-c", "${script}"]
aliases = ["store"]
${more}
`;
  const withDesk = async (profile: string, work: (desk: Desk) => Promise<void>): Promise<void> => {
    const desk = makeDesk(engine, engine.busybox, profile);
    try {
      await work(desk);
      expect(await desk.made()).toEqual([]);
    } finally {
      await engine.clear(`podctl.profile=${desk.profile}`);
      desk.folder.clear();
    }
  };
  const SERVER = 'mkdir /w; echo page > /w/index.html; sleep 0.7; exec httpd -f -p 80 -h /w';

  it.each(waysOf(engine, 1))('are there under their names when the tests start (--via %s)', async (via) => {
    await withDesk(service(SERVER, 'ready = { port = 80, path = "/" }'), async ({ run }) => {
      const ran = await run(['--via', via], { TESTS: 'wget -qO- http://db/; wget -qO- http://store/' });
      expect(ran).toMatchObject({ code: 0, stdout: 'page\npage\n' });
    });
  });

  it.each(only(engine, 'podman'))('are waited for by their health check', async () => {
    const health = 'health = { test = ["CMD", "test", "-f", "/up"] }';
    await withDesk(service('sleep 1; touch /up; exec sleep 60', health), async ({ run }) => {
      expect((await run([])).code).toBe(0);
    });
  });

  it.each(only(engine, 'docker'))('that become unhealthy end the run with 75', async () => {
    const health = 'health = { test = ["CMD", "false"], retries = 1 }\nready = { port = 81, timeout = "1s" }';
    await withDesk(service('echo no disk; exec sleep 60', health), async ({ run }) => {
      const ran = await run([]);
      expect(ran.code).toBe(75);
      expect(ran.stderr).toContain('no disk');
      expect(ran.stderr).toContain('the service `db`');
    });
  });

  it.each(only(engine, 'docker').flatMap(() => waysOf(engine, 0)))(
    'that die end the run with 76 (--via %s)',
    async (via) => {
      await withDesk(service('sleep 1.5; exit 4', ''), async ({ run }) => {
        const ran = await run(['--via', via, '--json'], { TESTS: ENDLESS });
        expect(ran.code, ran.stderr).toBe(76);
        expect(JSON.parse(ran.stdout)).toMatchObject({
          outcome: 'service-died',
          message: 'the service `db` died before the tests had ended (exit code 4)',
          container: { exitCode: 0 },
        });
      });
    },
  );

  it.each(only(engine, 'docker'))('that end before they answer end the run with 76', async () => {
    await withDesk(service('echo no licence; exit 9', 'ready = { port = 80 }'), async ({ run }) => {
      const ran = await run([]);
      expect(ran.code).toBe(76);
      expect(ran.stderr).toMatch(/the service `db` died before the tests had ended \(exit code 9\)/);
    });
  });

  it.each(only(engine, 'docker'))('are left out with --no-services', async () => {
    await withDesk(service('exit 1', ''), async ({ run }) => {
      expect((await run(['--no-services'])).code).toBe(0);
    });
  });
});

describeRootless('test-image', (engine) => {
  it("copies reports out as the user's own", async () => {
    const folder = engine.folder('test-image');
    const profile = `t${randomUUID().slice(0, 8)}`;
    const colon = engine.busybox.lastIndexOf(':');
    const image = `[images.app]\nname = "${engine.busybox.slice(0, colon)}"\ntag = "${engine.busybox.slice(colon + 1)}"\n`;
    const script = 'mkdir /r; echo x > /r/junit.xml; chown 5:6 /r/junit.xml; exit 2';
    const tests = `[test]\nargs = ["sh", "-c", "${script}"]\nreports = [{ path = "/r", to = "out" }]\n`;
    writeFileSync(join(folder.path, 'podctl.toml'), `name = "${profile}"\n${image}${tests}`);
    try {
      const ran = await engine.podctl(['test-image', '--engine', 'podman'], { cwd: folder.path });
      expect(ran.code, ran.stderr).toBe(2);
      const { uid, gid } = statSync(join(folder.path, 'out/r/junit.xml'));
      expect([uid, gid]).toEqual([engine.uid, engine.gid]);
    } finally {
      await engine.clear(`podctl.profile=${profile}`);
      folder.clear();
    }
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
