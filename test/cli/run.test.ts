import { describe, expect, it } from 'vitest';
import type { Run } from '../support/fake-engine.js';
import { container, type FakeEngine } from '../support/fake-engine.js';
import { DESI, runCli } from '../support/run-cli.js';
import type { MemoryOptions } from '../support/world.js';

const SHELL_FORM = { entrypoint: ['/bin/sh', '-c', 'python -m desiapi.web.cli $@'] };
const CACHE = { name: 'desi-api-cache', driver: 'local', options: {}, labels: {} };
const READY: FakeEngine = {
  images: { 'desiapi:dev': SHELL_FORM },
  volumes: { 'desi-api-cache': CACHE },
  containers: [],
};
const NAME = 'desi-api-server-public-94023c0b';

/** The argv of the step that starts the container, after `docker run`. */
async function dryRun(
  argv: readonly string[],
  options: MemoryOptions & { engine?: FakeEngine } = {},
): Promise<string[]> {
  const ran = await runCli(['--dry-run', '--json', ...argv], { ...DESI, engine: READY, ...options });
  if (ran.code !== 0) throw new Error(ran.stderr);
  const plan = JSON.parse(ran.stdout) as { steps: { argv?: string[] }[] };
  return plan.steps.find((step) => step.argv?.[1] === 'run')?.argv?.slice(2) ?? [];
}

const FUJI = 'type=bind,src=/data/redux/fuji,target=/desi/spectro/redux/fuji,readonly';
const IRON = 'type=bind,src=/data/redux/iron,target=/desi/spectro/redux/iron,readonly';
const TREE = 'type=bind,src=/data/redux,target=/desi/spectro/redux,readonly';

describe('flags of a profile command', () => {
  it.each<[argv: string[], present: string[][], absent: string[]]>([
    [
      ['server'],
      [
        ['-p', '127.0.0.1:5000:5000'],
        ['--mount', FUJI],
        ['--mount', IRON],
      ],
      [TREE],
    ],
    [
      ['-m', 'private', 'server'],
      [
        ['--mount', TREE],
        ['--label', 'podctl.mode=private'],
      ],
      [FUJI],
    ],
    [['server', '--mode=private'], [['--mount', TREE]], [FUJI]],
    [['server', '--port', '5001'], [['-p', '127.0.0.1:5001:5000']], ['127.0.0.1:5000:5000']],
    [['server', '--port', '0.0.0.0:80'], [['-p', '0.0.0.0:80:5000']], []],
    [['server', '--tag', 'v2', '--engine', 'docker'], [['desiapi:v2', '--', 'server']], ['desiapi:dev']],
    [['server', '--image', 'other:1'], [['other:1', 'server', '-c', '/config/config.toml']], ['--']],
    [['server', '--', '--debug', '-x'], [['-c', '/config/config.toml', '--debug', '-x']], []],
    [['server', 'one', 'two'], [['/config/config.toml', 'one', 'two']], []],
    [
      ['server', '--mount', 'type=bind,source=/srv/notes,target=/notes'],
      [['--mount', 'type=bind,src=/srv/notes,target=/notes']],
      [],
    ],
    [
      ['server', '--mount', '/srv/notes:/notes:ro'],
      [['--mount', 'type=bind,src=/srv/notes,target=/notes,readonly']],
      [],
    ],
    [['server', '--detach'], [['--detach']], ['--rm']],
    [['server', '-d'], [['--detach']], ['--rm']],
    [['clean-cache'], [['desiapi:dev', '--', 'clean_cache']], ['-p']],
    [['clean_cache'], [['desiapi:dev', '--', 'clean_cache']], ['-p']],
    [
      ['server', '-c', 'other.toml'],
      [['--mount', 'type=bind,src=/home/ann/sky/other.toml,target=/config/config.toml,readonly']],
      [],
    ],
    [['server', '--profile', 'desi-api'], [['--label', 'podctl.profile=desi-api']], []],
  ])('%j', async (argv, present, absent) => {
    const engine: FakeEngine = {
      ...READY,
      images: { 'desiapi:dev': SHELL_FORM, 'desiapi:v2': SHELL_FORM, 'other:1': { entrypoint: ['/app'] } },
    };
    const files = {
      ...DESI.files,
      '/home/ann/sky/other.toml': DESI.files?.['/home/ann/sky/config.toml'] ?? null,
      '/srv/notes/x': '',
    };
    const got = await dryRun(argv, { ...DESI, files, engine });
    for (const words of present) expect(follows(got, words), words.join(' ')).toBe(true);
    for (const word of absent) expect(got).not.toContain(word);
  });

  it('are the same before and after the command', async () => {
    expect(await dryRun(['server', '-m', 'private', '--port', '5001'])).toEqual(
      await dryRun(['-m', 'private', '--port', '5001', 'server']),
    );
  });

  it('take variables from the flag before the environment before the env files', async () => {
    const files = {
      ...DESI.files,
      '/home/ann/sky/a.env': 'DESI_API_PORT=7001\n',
      '/home/ann/sky/b.env': 'DESI_API_PORT=7002\n',
    };
    const env = { ...DESI.host?.env };
    const at = async (argv: string[], more: Record<string, string> = {}): Promise<string | undefined> =>
      (await dryRun(['server', ...argv], { files, host: { env: { ...env, ...more } } })).find((word) =>
        word.startsWith('127.0.0.1:'),
      );
    expect(await at([])).toBe('127.0.0.1:5000:5000');
    expect(await at(['--env-file', 'a.env'])).toBe('127.0.0.1:7001:5000');
    expect(await at(['--env-file', 'a.env', '--env-file', 'b.env'])).toBe('127.0.0.1:7002:5000');
    expect(await at(['--env-file', 'a.env'], { DESI_API_PORT: '7003' })).toBe('127.0.0.1:7003:5000');
    expect(await at(['--env-file', 'a.env', '--port', '7004'], { DESI_API_PORT: '7003' })).toBe('127.0.0.1:7004:5000');
  });
});

describe('a dry run', () => {
  it('prints the plan and never enters the executor', async () => {
    const ran = await runCli(['server', '--dry-run'], { ...DESI, engine: READY });
    expect(ran.code).toBe(0);
    expect(ran.stdout).toBe(
      `docker run --detach=false --rm --name ${NAME} --label podctl.project=sky-94023c0b --label podctl.profile=desi-api --label podctl.mode=public --label podctl.command=server --init --interactive --mount type=volume,src=desi-api-cache,target=/cache --mount type=bind,src=/home/ann/sky/config.toml,target=/config/config.toml,readonly --mount ${FUJI} --mount ${IRON} -p 127.0.0.1:5000:5000 desiapi:dev -- server -c /config/config.toml\n`,
    );
    expect(ran.stderr).toBe('');
    expect([...ran.engine.entered].toSorted()).toEqual(['detect', 'observe', 'ports']);
  });

  it('writes nothing', async () => {
    const ran = await runCli(['server', '--dry-run', '--env', 'A=1'], { ...DESI, engine: READY });
    expect(ran.code).toBe(0);
    expect(Object.keys(ran.memory.volume.toJSON()).filter((path) => path.includes('/state/'))).toEqual([]);
  });

  it('assumes the newest engine where a named one does not answer, and says so', async () => {
    const ran = await runCli(['server', '--dry-run', '--engine', 'podman', '--json'], {
      ...DESI,
      engine: { facts: null },
    });
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ podctl: 1, engine: { name: 'podman', assumed: true } });
    expect(ran.stderr).toContain('note: podman did not answer; assuming podman ');
    expect(ran.engine.entered.has('execute')).toBe(false);
  });

  it('needs an engine where none is named', async () => {
    const ran = await runCli(['server', '--dry-run'], { ...DESI, engine: { facts: null } });
    expect(ran).toMatchObject({ code: 69, stdout: '' });
    expect(ran.stderr).toBe('error: no container engine answered\nhint: install and start docker or podman\n');
  });

  it('is what plan prints', async () => {
    const plan = await runCli(['plan', 'server', '-m', 'private'], { ...DESI, engine: READY });
    const dry = await runCli(['server', '-m', 'private', '--dry-run'], { ...DESI, engine: READY });
    expect([plan.code, plan.stdout, plan.stderr]).toEqual([dry.code, dry.stdout, dry.stderr]);
  });

  it.each([
    ['powershell', "'type=volume,src=desi-api-cache,target=/cache'"],
    ['cmd', '"type=volume,src=desi-api-cache,target=/cache"'],
    ['sh', ' type=volume,src=desi-api-cache,target=/cache '],
  ])('quotes for %s', async (shell, expected) => {
    const ran = await runCli(['server', '--dry-run', '--shell', shell], { ...DESI, engine: READY });
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain(expected);
  });

  it('asks for a terminal only where there is one', async () => {
    expect(await dryRun(['server'], { tty: true })).toContain('--tty');
    expect(await dryRun(['server'])).not.toContain('--tty');
  });
});

describe('an attached run', () => {
  const ending =
    (exitCode: number): Run =>
    () => ({ exitCode, stdout: '' });

  it.each([0, 3, 137, 143])('ends with the exit code of the container: %i', async (exitCode) => {
    const ran = await runCli(['server'], { ...DESI, engine: { ...READY, runs: [ending(exitCode)] } });
    expect(ran).toMatchObject({ code: exitCode, stdout: '', stderr: '' });
    expect(ran.engine.plans).toHaveLength(1);
  });

  it('carries out exactly what the dry run prints', async () => {
    const ran = await runCli(['server'], { ...DESI, engine: { ...READY, runs: [ending(0)] } });
    const step = ran.engine.plans[0]?.steps.at(-1);
    expect(step?.do === 'exec' ? step.argv.slice(2) : null).toEqual(await dryRun(['server']));
  });

  it('pulls a missing image first, then looks at it and plans again', async () => {
    let pulled = false;
    const pull: Run = (plan, deps) => {
      pulled = true;
      for (const step of plan.steps) deps.onStep?.(step);
      expect(plan.steps.map((step) => (step.do === 'exec' ? step.argv : step.do))).toEqual([
        ['docker', 'pull', 'other:1'],
      ]);
      return { exitCode: 0, stdout: '' };
    };
    const images = { 'other:1': () => (pulled ? SHELL_FORM : null) };
    const ran = await runCli(['server', '--image', 'other:1'], {
      ...DESI,
      engine: { ...READY, images, runs: [pull, ending(0)] },
    });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toBe('the engine does not have the image yet\n');
    const last = ran.engine.plans.at(-1)?.steps.at(-1);
    expect(last?.do === 'exec' ? last.argv.slice(-5) : null).toEqual([
      'other:1',
      '--',
      'server',
      '-c',
      '/config/config.toml',
    ]);
  });

  it('removes what a killed podctl left before it starts', async () => {
    const abandoned = container({ name: NAME, labels: { 'podctl.project': 'sky-94023c0b' } });
    const engine: FakeEngine = {
      ...READY,
      containers: [abandoned],
      leases: { [NAME]: 'abandoned' },
      runs: [ending(0)],
    };
    const ran = await runCli(['server'], { ...DESI, engine });
    expect(ran.code).toBe(0);
    const argvs = ran.engine.plans[0]?.steps.map((step) => (step.do === 'exec' ? step.argv.slice(1, 4) : []));
    expect(argvs?.[0]).toEqual(['rm', '--force', NAME]);
  });

  it('says that it already runs, where, and how to stop it', async () => {
    const running = container({
      name: NAME,
      labels: { 'podctl.project': 'sky-94023c0b', 'podctl.command': 'server', 'podctl.mode': 'public' },
      ports: [{ address: '127.0.0.1', hostPort: 5000, containerPort: 5000, protocol: 'tcp' }],
    });
    const engine: FakeEngine = { ...READY, containers: [running], taken: { 5000: 'docker-proxy' } };
    const ran = await runCli(['server'], { ...DESI, engine });
    expect(ran).toMatchObject({ code: 73, stdout: '' });
    expect(ran.stderr).toContain('`server` in mode `public` already runs on ');
    expect(ran.stderr).toContain('127.0.0.1:5000');
    expect(ran.stderr).toContain('hint: stop it with `podctl stop server -m public`');
  });

  it('refuses a public mode that shows a private release', async () => {
    const ran = await runCli(['server', '--mount', '/data/redux/daily:/x'], { ...DESI, engine: READY });
    expect(ran).toMatchObject({ code: 77, stdout: '' });
    expect(ran.stderr).toContain('/data/redux/daily');
    expect(ran.engine.entered.has('execute')).toBe(false);
  });
});

describe('a detached run', () => {
  const started: Run = () => ({ exitCode: 0, stdout: 'abc123' });

  it('prints the id and, once the port answers, the URL', async () => {
    const engine: FakeEngine = { ...READY, runs: [started], ready: { ready: true, waited: 10 } };
    const ran = await runCli(['server', '-d', '--port', '5001'], { ...DESI, engine });
    expect(ran).toMatchObject({ code: 0, stdout: 'abc123\nhttp://127.0.0.1:5001\n', stderr: '' });
    expect(ran.engine.waits).toEqual([
      { container: NAME, address: '127.0.0.1', port: 5001, containerPort: 5000, path: null, timeout: 60_000 },
    ]);
  });

  it('prints one JSON document', async () => {
    const engine: FakeEngine = { ...READY, runs: [started], ready: { ready: true, waited: 10 } };
    const ran = await runCli(['server', '-d', '--json'], { ...DESI, engine });
    expect(JSON.parse(ran.stdout)).toEqual({ podctl: 1, id: 'abc123', name: NAME, url: 'http://127.0.0.1:5000' });
  });

  it('forgets that a killed podctl was attached to a container of this name', async () => {
    const ran = await runCli(['clean-cache', '-d'], { ...DESI, engine: { ...READY, runs: [started] } });
    expect(ran.engine.droppedLeases).toEqual(['desi-api-clean_cache-public-94023c0b']);
  });

  it('waits for nothing where no port is published', async () => {
    const ran = await runCli(['clean-cache', '-d'], { ...DESI, engine: { ...READY, runs: [started] } });
    expect(ran).toMatchObject({ code: 0, stdout: 'abc123\n', stderr: '' });
  });

  it('says why the port stays silent', async () => {
    const diagnosis = {
      kind: 'loopback-only',
      sentence: 'it listens on 127.0.0.1 inside',
      hint: 'make it listen on 0.0.0.0',
      exitCode: null,
      logs: ['Running on\u001b[31m http://127.0.0.1:5000'],
    } as const;
    const engine: FakeEngine = { ...READY, runs: [started], ready: { ready: false, waited: 60_000, diagnosis } };
    const ran = await runCli(['server', '-d'], { ...DESI, engine });
    expect(ran.code).toBe(75);
    expect(ran.stdout).toBe('abc123\n');
    expect(ran.stderr).toBe(
      [
        `last lines of ${NAME}:`,
        String.raw`  | Running on\x1b[31m http://127.0.0.1:5000`,
        'error: it listens on 127.0.0.1 inside',
        'hint: make it listen on 0.0.0.0; podctl down removes the container',
        '',
      ].join('\n'),
    );
  });
});

describe('the chosen engine', () => {
  const FILE = '/home/ann/.local/state/podctl/projects/sky-94023c0b/engine';
  const run: Run = () => ({ exitCode: 0, stdout: '' });
  const remembered = { ...DESI.files, [FILE]: 'podman unix:///run/user/1000/podman/podman.sock\n' };

  it('is remembered for the project by a run', async () => {
    const ran = await runCli(['server'], { ...DESI, engine: { ...READY, runs: [run] } });
    expect(ran.memory.volume.readFileSync(FILE, 'utf8')).toBe('docker unix:///run/docker.sock\n');
  });

  it('is asked for again, and stays as it is', async () => {
    const ran = await runCli(['server'], { ...DESI, files: remembered, engine: { ...READY, runs: [run] } });
    expect(ran.engine.detections[0]).toMatchObject({
      wanted: null,
      remembered: 'podman unix:///run/user/1000/podman/podman.sock',
    });
    expect(ran.memory.volume.readFileSync(FILE, 'utf8')).toBe(remembered[FILE]);
  });

  it('is changed by --engine', async () => {
    const ran = await runCli(['server', '--engine', 'docker'], {
      ...DESI,
      files: remembered,
      engine: { ...READY, runs: [run] },
    });
    expect(ran.engine.detections[0]).toMatchObject({ wanted: 'docker' });
    expect(ran.memory.volume.readFileSync(FILE, 'utf8')).toBe('docker unix:///run/docker.sock\n');
  });

  it('is not changed by a dry run', async () => {
    const ran = await runCli(['server', '--engine', 'docker', '--dry-run'], {
      ...DESI,
      files: remembered,
      engine: READY,
    });
    expect(ran.code).toBe(0);
    expect(ran.memory.volume.readFileSync(FILE, 'utf8')).toBe(remembered[FILE]);
  });

  it('is not switched when it does not answer', async () => {
    const ran = await runCli(['server'], { ...DESI, files: remembered, engine: { facts: null } });
    expect(ran.code).toBe(69);
    expect(ran.memory.volume.readFileSync(FILE, 'utf8')).toBe(remembered[FILE]);
  });
});

function follows(words: readonly string[], wanted: readonly string[]): boolean {
  return words.some((_, index) => wanted.every((word, offset) => words[index + offset] === word));
}
